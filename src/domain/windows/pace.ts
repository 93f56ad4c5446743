/** Decides how often one key may speak: the first `burst` times, then once in `everyMs`. */
export type Pace = {
  /** True when it may speak at event time `at`; that counts. */
  readonly allow: (slot: number, at: number) => boolean;
  readonly clear: (slot: number) => void;
};

/** A pace for `slots` keys. After `quietMs` without a word the burst is full again. */
export const createPace = (slots: number, limits: { readonly burst: number; readonly everyMs: number; readonly quietMs: number }): Pace => {
  const spoken = new Uint8Array(slots);
  const last = new Float64Array(slots);
  return {
    allow: (slot, at) => {
      const since = at - (last[slot] ?? 0);
      if (Math.abs(since) > limits.quietMs) spoken[slot] = 0;
      const count = spoken[slot] ?? 0;
      if (count >= limits.burst && since < limits.everyMs) return false;
      if (count < limits.burst) spoken[slot] = count + 1;
      last[slot] = at;
      return true;
    },
    clear: (slot) => {
      spoken[slot] = 0;
      last[slot] = 0;
    },
  };
};
