/** The last list that was good, as the store keeps it. */
export type GoodList = {
  readonly source: string;
  readonly networks: readonly string[];
  readonly leftOut: readonly string[];
  readonly leftOutCount: number;
  /** Wall clock, ms: when it came, and when its publisher last said that it is right. */
  readonly changedAt: number;
  readonly checkedAt: number;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
};

/** Where the store keeps a list. */
export const listKey = (name: string): string => `offender-list:${name}`;

/** What the store has; undefined for nothing, for anything else, and for a list from another source. */
export const readGoodList = (stored: unknown, expected: { readonly source: string; readonly maxEntries: number }): GoodList | undefined => {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const get = (key: string): unknown => Reflect.get(stored, key);
  const [networks, changedAt, checkedAt, leftOut] = [get('networks'), get('changedAt'), get('checkedAt'), get('leftOut')];
  if (get('source') !== expected.source || typeof changedAt !== 'number' || typeof checkedAt !== 'number') return undefined;
  if (!isTexts(networks) || networks.length > expected.maxEntries || !isTexts(leftOut)) return undefined;
  const text = (key: string): string | undefined => {
    const value = get(key);
    return typeof value === 'string' ? value : undefined;
  };
  const leftOutCount = Number(get('leftOutCount') ?? 0);
  return { source: expected.source, networks, leftOut, leftOutCount, changedAt, checkedAt, etag: text('etag'), lastModified: text('lastModified') };
};

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');
