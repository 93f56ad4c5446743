/** A window of `buckets` × `bucketMs`. Fewer buckets cost less memory and are less exact at the far edge. */
export type WindowShape = { readonly bucketMs: number; readonly buckets: number };

/** Counters over sliding windows of event time; `window` is the place in the list of shapes. All times in ms. */
export type SlidingCounters = {
  /** A negative `amount` takes back what was counted at `at`, never below zero. */
  readonly add: (slot: number, window: number, at: number, amount: number) => void;
  /** What was counted in the window that ends at `at` (or at the latest event, when that is later), rounded down. */
  readonly count: (slot: number, window: number, at: number) => number;
  /** At least what `count` gives for this window or a shorter one that counts the same, at any time. One look, for who has many to ask. */
  readonly ceiling: (slot: number, window: number) => number;
  readonly clear: (slot: number) => void;
  /** Takes what `other` counted in its window out of this one. Both must have the same bucket width. */
  readonly subtract: (slot: number, window: number, other: SlidingCounters, otherSlot: number, otherWindow: number) => void;
  readonly visit: (slot: number, window: number, each: (bucketStart: number, count: number) => void) => void;
};

// An event this much older than the newest of its key means that the clock was wrong then: its window starts again.
const CLOCK_STEP_MS = 2 * 86_400_000;
const MAX_CELL = 65_535;

/**
 * Rings of 16-bit buckets (saturating) for `slots` keys, all windows of a key side by side. The oldest bucket counts by
 * the part of it that is still inside the window. Late events count in their own bucket; those older than it do not count.
 */
export const createSlidingCounters = (slots: number, shapes: readonly WindowShape[]): SlidingCounters => {
  const windows = shapes.length;
  const widths = Float64Array.from(shapes, (shape) => shape.bucketMs);
  // One cell more than buckets: the newest and the oldest are both partly inside the window.
  const sizes = Int32Array.from(shapes, (shape) => shape.buckets + 1);
  const starts = Int32Array.from(shapes, (_shape, window) => sizes.subarray(0, window).reduce((sum, size) => sum + size, 0));
  const stride = sizes.reduce((sum, size) => sum + size, 0);
  const cells = new Uint16Array(slots * stride);
  // For each ring the number of its newest bucket and its total, side by side.
  const rings = new Int32Array(slots * windows * 2);

  // Log lines come many to one second: where a time lies in the rings is worked out once for all of them.
  const times = new Float64Array(windows).fill(Number.NaN);
  const buckets = new Int32Array(windows);
  const places = new Int32Array(windows);
  const parts = new Float64Array(windows);

  const locate = (window: number, at: number): void => {
    const exact = at / (widths[window] ?? 1);
    const bucket = Math.floor(exact);
    times[window] = at;
    buckets[window] = bucket;
    places[window] = placeOf(bucket | 0, sizes[window] ?? 1);
    parts[window] = exact - bucket;
  };

  const wipe = (first: number, size: number, ring: number): void => {
    cells.fill(0, first, first + size);
    rings[ring + 1] = 0;
  };

  // Moves the newest bucket up to `bucket`, dropping what leaves the ring.
  const roll = (first: number, size: number, ring: number, bucket: number): void => {
    const head = rings[ring] ?? 0;
    const steps = bucket - head;
    rings[ring] = bucket;
    if (steps >= size) {
      wipe(first, size, ring);
      return;
    }
    let total = rings[ring + 1] ?? 0;
    for (let step = 1; step <= steps; step++) {
      const cell = first + placeOf(head + step, size);
      total -= cells[cell] ?? 0;
      cells[cell] = 0;
    }
    rings[ring + 1] = total;
  };

  const add = (slot: number, window: number, at: number, amount: number): void => {
    const ring = (slot * windows + window) * 2;
    const size = sizes[window] ?? 1;
    const first = slot * stride + (starts[window] ?? 0);
    if (times[window] !== at) locate(window, at);
    const bucket = buckets[window] ?? 0;
    const age = (rings[ring] ?? 0) - bucket;
    if ((rings[ring + 1] ?? 0) === 0) rings[ring] = bucket;
    else if (age < 0) roll(first, size, ring, bucket);
    else if (age >= size) {
      if (amount < 0 || age * (widths[window] ?? 1) < CLOCK_STEP_MS) return;
      wipe(first, size, ring);
      rings[ring] = bucket;
    }
    const cell = first + (places[window] ?? 0);
    const before = cells[cell] ?? 0;
    const after = Math.max(0, Math.min(MAX_CELL, before + amount));
    cells[cell] = after;
    rings[ring + 1] = (rings[ring + 1] ?? 0) + after - before;
  };

  const visit = (slot: number, window: number, each: (bucketStart: number, count: number) => void): void => {
    const ring = (slot * windows + window) * 2;
    if ((rings[ring + 1] ?? 0) === 0) return;
    const size = sizes[window] ?? 1;
    const head = rings[ring] ?? 0;
    for (let bucket = head - size + 1; bucket <= head; bucket++) {
      const count = cells[slot * stride + (starts[window] ?? 0) + placeOf(bucket, size)] ?? 0;
      if (count > 0) each(bucket * (widths[window] ?? 1), count);
    }
  };

  return {
    add,
    visit,
    count: (slot, window, at) => {
      const ring = (slot * windows + window) * 2;
      if ((rings[ring + 1] ?? 0) === 0) return 0;
      const size = sizes[window] ?? 1;
      const first = slot * stride + (starts[window] ?? 0);
      if (times[window] !== at) locate(window, at);
      const bucket = buckets[window] ?? 0;
      if (bucket > (rings[ring] ?? 0)) roll(first, size, ring, bucket);
      const total = rings[ring + 1] ?? 0;
      const isNewest = bucket === rings[ring];
      const newest = isNewest ? (places[window] ?? 0) : placeOf(rings[ring] ?? 0, size);
      const oldest = cells[first + (newest + 1 === size ? 0 : newest + 1)] ?? 0;
      if (oldest === 0) return total;
      return Math.floor(total - oldest * (isNewest ? (parts[window] ?? 0) : 1));
    },
    ceiling: (slot, window) => rings[(slot * windows + window) * 2 + 1] ?? 0,
    clear: (slot) => {
      cells.fill(0, slot * stride, (slot + 1) * stride);
      for (let ring = slot * windows * 2; ring < (slot + 1) * windows * 2; ring++) rings[ring] = 0;
    },
    subtract: (slot, window, other, otherSlot, otherWindow) => {
      other.visit(otherSlot, otherWindow, (bucketStart, count) => add(slot, window, bucketStart, -count));
    },
  };
};

const placeOf = (bucket: number, size: number): number => {
  const place = bucket % size;
  return place < 0 ? place + size : place;
};
