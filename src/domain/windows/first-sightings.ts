/**
 * Tells whether a slot is seen for the first time in a window of event time. Counting the first sightings of pairs gives the
 * number of distinct partners without keeping a set: one number for each pair and window.
 */
export type FirstSightings = {
  /** True once per window length and slot; that counts as seen. */
  readonly isFirst: (slot: number, window: number, at: number) => boolean;
  /** When the slot was last counted as first, ms; 0 for never. */
  readonly countedAt: (slot: number, window: number) => number;
  readonly clear: (slot: number) => void;
};

/** First sightings for `slots` keys in windows of these lengths, ms. */
export const createFirstSightings = (slots: number, windowsMs: readonly number[]): FirstSightings => {
  const windows = windowsMs.length;
  const counted = new Float64Array(slots * windows);
  return {
    isFirst: (slot, window, at) => {
      const place = slot * windows + window;
      const last = counted[place] ?? 0;
      if (last !== 0 && Math.abs(at - last) < (windowsMs[window] ?? 0)) return false;
      counted[place] = at;
      return true;
    },
    countedAt: (slot, window) => counted[slot * windows + window] ?? 0,
    clear: (slot) => {
      for (let place = slot * windows; place < (slot + 1) * windows; place++) counted[place] = 0;
    },
  };
};
