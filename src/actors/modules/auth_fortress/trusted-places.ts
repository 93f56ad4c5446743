import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { SPAN } from './time-windows.ts';

/** Where which user has logged in well. Keys are pairs of user and place. */
export type TrustedPlaces = {
  /** False promises that no pair of this hash is trusted: the pair need not be put together to know it. */
  readonly mayTrust: (hash: number) => boolean;
  /** `hash` stands for the pair in all three; every caller must work it out in the same way. */
  readonly trusts: (pair: string, at: number, hash?: number) => boolean;
  /** Notes a login; gives the time of the one before it there, 0 for none. */
  readonly record: (pair: string, at: number, hash?: number) => number;
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};

// A login a moment ago proves nothing about the failures around it: whoever guessed the password would be trusted at once.
const RIPENS_AFTER_MS = 600_000;

/**
 * At most `capacity` places, each trusted from ten minutes after its first login until `days` after its latest.
 * Only logins fill the table, so a flood of failures cannot push anybody out.
 */
export const createTrustedPlaces = (capacity: number, days: number): TrustedPlaces => {
  const lastsMs = days * SPAN.day;
  const first = new Float64Array(capacity);
  const slots = createKeyedSlots(capacity);
  return {
    mayTrust: slots.mayHold,
    trusts: (pair, at, hash) => {
      const slot = slots.find(pair, hash);
      if (slot < 0 || days === 0) return false;
      return at - (first[slot] ?? 0) >= RIPENS_AFTER_MS && at - slots.lastUsed(slot) <= lastsMs;
    },
    record: (pair, at, hash) => {
      const known = slots.find(pair, hash);
      const before = known < 0 ? 0 : slots.lastUsed(known);
      const slot = slots.claim(pair, at, hash);
      if (before === 0 || at - before > lastsMs) first[slot] = at;
      return before;
    },
    size: slots.size,
    sweep: (now) => slots.releaseOutside(now - Math.max(lastsMs, SPAN.hour), now + SPAN.day),
  };
};
