import type { Clock } from '../../domain/clock.ts';
import type { Store } from '../../store/contract.ts';

/** How blocks of the same address grow. `factor` 1: they do not. `jitter`: a share of the length, added or taken away. */
export type RepeatRule = { readonly factor: number; readonly maxMs: number; readonly decayMs: number; readonly jitter: number };

/** How often each address was blocked, with decay: one offence is forgotten for each `decayMs` without a new one. */
export type OffenceBook = {
  /** Length of the next block of an address, and counts it. The first is as long as it was asked for. */
  readonly nextBlockMs: (address: string, askedMs: number) => number;
  /** To be called every second: keeps the counts, once a minute at most. */
  readonly tick: () => Promise<void>;
};

const META_KEY = 'offences';
const MAX_ADDRESSES = 10_000;
const SAVE_EVERY_MS = 60_000;
const MAX_COUNT = 32;

/** A book as the store remembers it. `random`: 0 to 1. */
export const createOffenceBook = (dependencies: {
  readonly store: Pick<Store, 'meta'>;
  readonly clock: Clock;
  readonly rule: RepeatRule;
  readonly random: () => number;
}): OffenceBook => {
  const { store, clock, rule, random } = dependencies;
  // Oldest first: the map keeps the order of insertion.
  const offences = new Map(readOffences(store.meta.get(META_KEY)));
  let isChanged = false;
  let savedAt = clock.monotonic();
  return {
    nextBlockMs: (address, askedMs) => {
      if (rule.factor <= 1) return askedMs;
      const now = clock.now();
      const known = offences.get(address);
      const before = known === undefined ? 0 : Math.max(0, known.count - Math.floor(Math.max(0, now - known.at) / rule.decayMs));
      offences.delete(address);
      offences.set(address, { count: Math.min(before + 1, MAX_COUNT), at: now });
      const [oldest] = offences.keys();
      if (offences.size > MAX_ADDRESSES && oldest !== undefined) offences.delete(oldest);
      isChanged = true;
      if (before === 0) return askedMs;
      const grown = Math.min(askedMs * rule.factor ** before, Math.max(rule.maxMs, askedMs));
      // Never shorter than what was asked for.
      return Math.max(askedMs, Math.round(grown * (1 + rule.jitter * (2 * random() - 1))));
    },
    tick: async () => {
      if (!isChanged || clock.monotonic() - savedAt < SAVE_EVERY_MS) return;
      isChanged = false;
      savedAt = clock.monotonic();
      await store.meta.put(
        META_KEY,
        [...offences].map(([address, { count, at }]) => [address, count, at]),
      );
    },
  };
};

type Offence = { readonly count: number; readonly at: number };

const readOffences = (stored: unknown): readonly (readonly [string, Offence])[] => {
  if (!Array.isArray(stored)) return [];
  return stored.slice(0, MAX_ADDRESSES).flatMap((item: unknown) => {
    if (!Array.isArray(item)) return [];
    const [address, count, at]: readonly unknown[] = item;
    return typeof address === 'string' && typeof count === 'number' && typeof at === 'number' ? [[address, { count, at }] as const] : [];
  });
};
