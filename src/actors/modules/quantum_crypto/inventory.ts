import { isNotStandard, verdictOn } from './algorithms.ts';

export type CryptoRecord = { readonly purpose: string; readonly algorithm: string; readonly component: string };

export type InventoryEntry = {
  readonly purpose: string;
  readonly algorithm: string;
  readonly uses: number;
  readonly components: readonly string[];
  readonly withstandsQuantum: boolean;
  readonly isStandard: boolean;
  /** What to use instead; empty when nothing has to change. */
  readonly recommendation: string;
};

/** Records of cryptography in use, put together by purpose and algorithm, in order of appearance. */
export const inventoryOf = (records: readonly CryptoRecord[]): readonly InventoryEntry[] => {
  const groups = new Map<string, CryptoRecord[]>();
  for (const record of records) {
    const key = `${record.purpose}:${record.algorithm}`;
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const verdict = verdictOn(first.algorithm, 0, first.purpose);
    return [
      {
        purpose: first.purpose,
        algorithm: first.algorithm,
        uses: group.length,
        components: [...new Set(group.map((record) => record.component))],
        withstandsQuantum: !verdict.vulnerable,
        isStandard: !isNotStandard(first.algorithm),
        recommendation: verdict.recommendation,
      },
    ];
  });
};
