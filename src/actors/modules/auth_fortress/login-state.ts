import { createPace, type Pace } from '../../../domain/windows/pace.ts';
import { createSlidingCounters, type SlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import { type AccountTable, createAccountTable, createPairTable, createUnitTable, type PairTable, type UnitTable } from './login-tables.ts';
import { createRecentFailures, type RecentFailures } from './recent-failures.ts';
import type { AuthSettings } from './settings.ts';
import { HOUR, TEN_MINUTES } from './time-windows.ts';
import { createTrustedPlaces, type TrustedPlaces } from './trusted-places.ts';

/** Everything that logins are judged by. Bounded by `max_tracked`. */
export type LoginState = {
  readonly settings: AuthSettings;
  readonly limits: LoginLimits;
  readonly units: UnitTable;
  readonly accounts: AccountTable;
  readonly pairs: PairTable;
  readonly trusted: TrustedPlaces;
  readonly recent: RecentFailures;
  /** Series of `HOST`, windows: ten minutes, hour. */
  readonly host: SlidingCounters;
  readonly hostPace: Pace;
};

/** What is counted for the host as a whole. */
export const HOST = { pairs: 0, users: 1, addresses: 2, unknown: 3, logins: 4 } as const;

/** Limits with the slower ones never under the faster ones, so that raising one setting is enough. */
export type LoginLimits = {
  readonly address: readonly [minute: number, hour: number, day: number];
  readonly pair: readonly [minute: number, hour: number, day: number];
};

/** An empty state. `share` makes a smaller one, for what deserves less memory. */
export const createLoginState = (settings: AuthSettings, share = 1): LoginState => {
  const capacity = Math.max(64, Math.floor(settings.max_tracked * share));
  return {
    settings,
    limits: limitsOf(settings),
    units: createUnitTable(capacity),
    accounts: createAccountTable(capacity),
    pairs: createPairTable(capacity),
    trusted: createTrustedPlaces(capacity, settings.trusted_place_days),
    recent: createRecentFailures(capacity),
    host: createSlidingCounters(Object.keys(HOST).length, [TEN_MINUTES, HOUR]),
    hostPace: createPace(2, { burst: 32, everyMs: 30_000, quietMs: 600_000 }),
  };
};

const limitsOf = (settings: AuthSettings): LoginLimits => {
  const minute = settings.max_failures_per_minute;
  const hour = Math.max(minute, settings.max_failures_per_hour);
  const pairHour = Math.max(minute, settings.max_pair_failures_per_hour);
  return {
    address: [minute, hour, Math.max(hour, settings.max_failures_per_day)],
    pair: [minute, pairHour, Math.max(pairHour, settings.max_pair_failures_per_day)],
  };
};
