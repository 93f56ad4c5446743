import { detachedText } from './detached-text.ts';

/** A bounded table of text keys: each key owns a slot number, under which typed arrays keep what is known about it. */
export type KeyedSlots = {
  /** The key's slot, or -1. */
  readonly find: (key: string) => number;
  /** The key's slot; a new key gets a free one or takes over that of a key that was used little and long ago. */
  readonly claim: (key: string, at: number) => number;
  readonly keyOf: (slot: number) => string;
  /** Event time of the latest `claim`, ms. */
  readonly lastUsed: (slot: number) => number;
  readonly release: (slot: number) => void;
  /** Releases what was used last before `from`, or after `until` (a clock that was wrong). */
  readonly releaseOutside: (from: number, until: number) => void;
  readonly size: () => number;
  /** Keys pushed out by others because the table was full. */
  readonly evicted: () => number;
};

// A key in steady use survives this many passes of the hand: one-time keys of a flood go first, the busy ones stay.
const MAX_CREDIT = 3;

/**
 * Table of at most `capacity` keys with second-chance eviction (the CLOCK algorithm with a small counter). Constant time,
 * amortised. `onClear` empties a slot before another key gets it.
 */
export const createKeyedSlots = (capacity: number, onClear: (slot: number) => void = () => {}): KeyedSlots => {
  const slots = new Map<string, number>();
  const keys: (string | undefined)[] = [];
  const credits = new Uint8Array(capacity);
  const used = new Float64Array(capacity);
  const free: number[] = [];
  let hand = 0;
  let evicted = 0;

  const release = (slot: number): void => {
    const key = keys[slot];
    if (key === undefined || !slots.delete(key)) return;
    keys[slot] = undefined;
    onClear(slot);
    free.push(slot);
  };

  const evictOne = (): void => {
    for (;;) {
      const slot = hand;
      hand = hand + 1 === capacity ? 0 : hand + 1;
      const credit = credits[slot] ?? 0;
      if (credit === 0) {
        evicted++;
        release(slot);
        return;
      }
      credits[slot] = credit - 1;
    }
  };

  const take = (key: string, at: number): number => {
    if (slots.size >= capacity) evictOne();
    const slot = free.pop() ?? keys.length;
    const own = detachedText(key);
    keys[slot] = own;
    credits[slot] = 0;
    used[slot] = at;
    slots.set(own, slot);
    return slot;
  };

  return {
    find: (key) => slots.get(key) ?? -1,
    claim: (key, at) => {
      const slot = slots.get(key);
      if (slot === undefined) return take(key, at);
      const credit = credits[slot] ?? 0;
      if (credit < MAX_CREDIT) credits[slot] = credit + 1;
      if (at > (used[slot] ?? 0)) used[slot] = at;
      return slot;
    },
    keyOf: (slot) => keys[slot] ?? '',
    lastUsed: (slot) => used[slot] ?? 0,
    release,
    releaseOutside: (from, until) => {
      for (let slot = 0; slot < keys.length; slot++) {
        const at = used[slot] ?? 0;
        if (at < from || at > until) release(slot);
      }
    },
    size: () => slots.size,
    evicted: () => evicted,
  };
};
