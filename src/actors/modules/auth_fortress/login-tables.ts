import { createFirstSightings, type FirstSightings } from '../../../domain/windows/first-sightings.ts';
import { createKeyedSlots, type KeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createPace, type Pace } from '../../../domain/windows/pace.ts';
import { createPairSlots, type PairSlots } from '../../../domain/windows/pair-slots.ts';
import { createSlidingCounters, type SlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import { DAY, HOUR, MINUTE, SPAN, TEN_MINUTES } from './time-windows.ts';

/** Windows of an address: failures, different names tried, tries that ended before any password. */
export const UNIT = { failuresMinute: 0, failuresHour: 1, failuresDay: 2, namesMinute: 3, namesTen: 4, namesHour: 5, probesHour: 6 } as const;

/** Windows of an account: failures, different addresses that failed. */
export const ACCOUNT = { failuresTen: 0, failuresHour: 1, failuresDay: 2, addressesHour: 3, addressesDay: 4 } as const;

/** Windows of a pair. The first three are those of `reachedLimit`. */
export const PAIR = { minute: 0, hour: 1, day: 2, ten: 3 } as const;

/** Stands for the serial of the account in a pair without a name. */
export const NO_ACCOUNT = 0;

/** What is remembered of one address (IPv6: one /64), or of one terminal of this host. About 290 bytes each. */
export type UnitTable = {
  readonly slots: KeyedSlots;
  /** Windows of `UNIT`. */
  readonly counts: SlidingCounters;
  /** Counted once for the whole host. Windows: ten minutes, hour. */
  readonly sightings: FirstSightings;
  /** Event time of the latest failure over the limit of the minute, ms. */
  readonly attackedAt: Float64Array;
  readonly lockedUntil: Float64Array;
  /** Event time of the latest `brute_force` that named it, ms. */
  readonly namedAt: Float64Array;
  readonly pace: Pace;
  readonly sprayPace: Pace;
  readonly stuffingPace: Pace;
  readonly lockPace: Pace;
};

/** What is remembered of one account. About 260 bytes each. */
export type AccountTable = {
  readonly slots: KeyedSlots;
  /** Windows of `ACCOUNT`. */
  readonly counts: SlidingCounters;
  readonly sightings: FirstSightings;
  readonly pace: Pace;
};

/** One account at one place: an address, a /64 or a terminal. About 190 bytes each. */
export type PairTable = {
  /** By the serials of the place (in the table of addresses) and of the account; `NO_ACCOUNT` for a failure without a name. */
  readonly slots: PairSlots;
  /** Failures, windows of `PAIR`. */
  readonly counts: SlidingCounters;
  /** Windows: minute, ten minutes, hour, day. */
  readonly sightings: FirstSightings;
  readonly attackedAt: Float64Array;
  /** 1 where the pair counts in the spray of the whole host. */
  readonly isInSpray: Uint8Array;
  readonly pace: Pace;
};

// The first words of an attack are for people and for the first block; after that a reminder is enough.
const ATTACK_PACE = { burst: 32, everyMs: 30_000, quietMs: 600_000 };
// Each address that joins is named besides: the account itself needs few words.
const ACCOUNT_PACE = { ...ATTACK_PACE, burst: 8 };
const LOCK_PACE = { burst: 1, everyMs: 60_000, quietMs: 600_000 };

/** An empty table for at most `capacity` addresses. */
export const createUnitTable = (capacity: number): UnitTable => {
  const counts = createSlidingCounters(capacity, [MINUTE, HOUR, DAY, MINUTE, TEN_MINUTES, HOUR, HOUR]);
  const sightings = createFirstSightings(capacity, [SPAN.tenMinutes, SPAN.hour]);
  const attackedAt = new Float64Array(capacity);
  const lockedUntil = new Float64Array(capacity);
  const namedAt = new Float64Array(capacity);
  const pace = createPace(capacity, ATTACK_PACE);
  const sprayPace = createPace(capacity, ATTACK_PACE);
  const stuffingPace = createPace(capacity, ATTACK_PACE);
  const lockPace = createPace(capacity, LOCK_PACE);
  const slots = createKeyedSlots(capacity, (slot) => {
    for (const part of [counts, sightings, pace, sprayPace, stuffingPace, lockPace]) part.clear(slot);
    attackedAt[slot] = 0;
    lockedUntil[slot] = 0;
    namedAt[slot] = 0;
  });
  return { slots, counts, sightings, attackedAt, lockedUntil, namedAt, pace, sprayPace, stuffingPace, lockPace };
};

/** An empty table for at most `capacity` accounts. */
export const createAccountTable = (capacity: number): AccountTable => {
  const counts = createSlidingCounters(capacity, [TEN_MINUTES, HOUR, DAY, HOUR, DAY]);
  const sightings = createFirstSightings(capacity, [SPAN.tenMinutes, SPAN.hour]);
  const pace = createPace(capacity, ACCOUNT_PACE);
  const slots = createKeyedSlots(capacity, (slot) => {
    for (const part of [counts, sightings, pace]) part.clear(slot);
  });
  return { slots, counts, sightings, pace };
};

/** An empty table for at most `capacity` pairs. */
export const createPairTable = (capacity: number): PairTable => {
  const counts = createSlidingCounters(capacity, [MINUTE, HOUR, DAY, TEN_MINUTES]);
  const sightings = createFirstSightings(capacity, [SPAN.minute, SPAN.tenMinutes, SPAN.hour, SPAN.day]);
  const attackedAt = new Float64Array(capacity);
  const isInSpray = new Uint8Array(capacity);
  const pace = createPace(capacity, ATTACK_PACE);
  const slots = createPairSlots(capacity, (slot) => {
    counts.clear(slot);
    sightings.clear(slot);
    pace.clear(slot);
    attackedAt[slot] = 0;
    isInSpray[slot] = 0;
  });
  return { slots, counts, sightings, attackedAt, isInSpray, pace };
};
