import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createPace } from '../../../domain/windows/pace.ts';

/** Lets one attack speak often at first, so that it is seen to grow, and then as a reminder. */
export type Speaker = {
  /** True when the finding with this key may be told at event time `at`, ms. */
  readonly allow: (key: string, at: number) => boolean;
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};

/** A speaker that remembers at most `capacity` keys. A steady state (`isState`) is told once in ten minutes. */
export const createSpeaker = (capacity: number, isState = false): Speaker => {
  const pace = createPace(capacity, isState ? STATE_PACE : ATTACK_PACE);
  const slots = createKeyedSlots(capacity, (slot) => pace.clear(slot));
  return {
    allow: (key, at) => pace.allow(slots.claim(key, at), at),
    size: slots.size,
    sweep: (now) => slots.releaseOutside(now - KEEP_MS, now + KEEP_MS),
  };
};

const ATTACK_PACE = { burst: 32, everyMs: 30_000, quietMs: 600_000 };
const STATE_PACE = { burst: 1, everyMs: 600_000, quietMs: 3_600_000 };
const KEEP_MS = 7_200_000;
