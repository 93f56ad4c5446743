/** A bounded table of pairs of serial numbers, as `KeyedSlots` gives them: each pair owns a slot number. */
export type PairSlots = {
  /** The pair's slot, or -1. */
  readonly find: (first: number, second: number) => number;
  /** The pair's slot; a new pair gets an empty one or takes over that of a pair that was used little and long ago. */
  readonly claim: (first: number, second: number, at: number) => number;
  /** Event time of the latest `claim`, ms. */
  readonly lastUsed: (slot: number) => number;
  readonly release: (slot: number) => void;
  /** Releases what was used last before `from`, or after `until` (a clock that was wrong). */
  readonly releaseOutside: (from: number, until: number) => void;
  readonly size: () => number;
};

// As in `keyed-slots.ts`: eight neighbouring slots for a pair, and what comes again is kept longer.
const WAYS = 8;
const USE_IS_WORTH_MS = 600_000;
const MAX_USES = 6;

/**
 * Table of at most `capacity` pairs. `onClear` empties a slot before another pair gets it. No text is put together, compared or
 * kept for a pair, which is what a flood of made-up pairs would cost most.
 */
export const createPairSlots = (capacity: number, onClear: (slot: number) => void = () => {}): PairSlots => {
  const ways = Math.min(WAYS, capacity);
  const sets = Math.max(1, Math.floor(capacity / ways));
  const slots = sets * ways;
  // Both numbers of a slot side by side; -1 where it is empty.
  const pairs = new Int32Array(slots * 2).fill(-1);
  const uses = new Uint8Array(slots);
  const used = new Float64Array(slots);
  let size = 0;

  const release = (slot: number): void => {
    if (pairs[slot * 2] === -1) return;
    pairs[slot * 2] = -1;
    pairs[slot * 2 + 1] = -1;
    size--;
    onClear(slot);
  };

  const locate = (first: number, second: number, from: number): number => {
    for (let slot = from; slot < from + ways; slot++) if (pairs[slot * 2] === first && pairs[slot * 2 + 1] === second) return slot;
    return -1;
  };

  const makeRoom = (from: number): number => {
    let victim = from;
    let least = Number.POSITIVE_INFINITY;
    for (let slot = from; slot < from + ways; slot++) {
      if (pairs[slot * 2] === -1) return slot;
      const worth = (used[slot] ?? 0) + (uses[slot] ?? 0) * USE_IS_WORTH_MS;
      if (worth >= least) continue;
      least = worth;
      victim = slot;
    }
    release(victim);
    return victim;
  };

  const setOf = (first: number, second: number): number => Math.floor(((mixOf(first, second) >>> 0) / 0x1_0000_0000) * sets) * ways;

  return {
    find: (first, second) => locate(first, second, setOf(first, second)),
    claim: (first, second, at) => {
      const from = setOf(first, second);
      const known = locate(first, second, from);
      if (known >= 0) {
        const count = uses[known] ?? 0;
        if (count < MAX_USES) uses[known] = count + 1;
        if (at > (used[known] ?? 0)) used[known] = at;
        return known;
      }
      const slot = makeRoom(from);
      pairs[slot * 2] = first;
      pairs[slot * 2 + 1] = second;
      uses[slot] = 0;
      used[slot] = at;
      size++;
      return slot;
    },
    lastUsed: (slot) => used[slot] ?? 0,
    release,
    releaseOutside: (from, until) => {
      for (let slot = 0; slot < slots; slot++) {
        const at = used[slot] ?? 0;
        if (at < from || at > until) release(slot);
      }
    },
    size: () => size,
  };
};

/** One number for two, mixed as MurmurHash3 does at its end: which of the two comes first matters. */
export const mixOf = (first: number, second: number): number => {
  let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
};
