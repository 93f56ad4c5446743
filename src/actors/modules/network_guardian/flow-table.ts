import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';

/** The latest connections of one pair of hosts and port. */
export type FlowHistory = { readonly times: readonly number[]; readonly sent: readonly number[]; readonly received: readonly number[] };

export type FlowTable = {
  /** Remembers a connection. A time before the latest one is not remembered; sizes are -1 where nothing is known. */
  readonly add: (key: string, at: number, sent: number, received: number) => number;
  /** Oldest first, at most 32. Only connections with sizes count in `sent` and `received`. */
  readonly history: (slot: number) => FlowHistory;
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};

/** A table of at most `capacity` keys, about 800 bytes each. */
export const createFlowTable = (capacity: number): FlowTable => {
  const times = new Float64Array(capacity * DEPTH);
  const sent = new Float64Array(capacity * DEPTH);
  const received = new Float64Array(capacity * DEPTH);
  const counts = new Float64Array(capacity);
  const slots = createKeyedSlots(capacity, (slot) => {
    counts[slot] = 0;
  });
  const newest = (slot: number): number => ((counts[slot] ?? 0) === 0 ? 0 : (times[slot * DEPTH + (((counts[slot] ?? 0) - 1) % DEPTH)] ?? 0));
  return {
    add: (key, at, out, back) => {
      const slot = slots.claim(key, at);
      if (at < newest(slot)) return slot;
      const place = slot * DEPTH + ((counts[slot] ?? 0) % DEPTH);
      times[place] = at;
      sent[place] = out;
      received[place] = back;
      counts[slot] = (counts[slot] ?? 0) + 1;
      return slot;
    },
    history: (slot) => {
      const count = counts[slot] ?? 0;
      const first = Math.max(0, count - DEPTH);
      const places = Array.from({ length: count - first }, (_none, index) => slot * DEPTH + ((first + index) % DEPTH));
      const known = places.filter((place) => (sent[place] ?? -1) >= 0);
      return {
        times: places.map((place) => times[place] ?? 0),
        sent: known.map((place) => sent[place] ?? 0),
        received: known.map((place) => received[place] ?? 0),
      };
    },
    size: slots.size,
    sweep: (now) => slots.releaseOutside(now - KEEP_MS, now + KEEP_MS),
  };
};

const DEPTH = 32;
const KEEP_MS = 10 * 86_400_000;
