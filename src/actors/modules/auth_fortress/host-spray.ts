import type { SecurityEvent } from '../../../domain/event.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import { HOST, type LoginState } from './login-state.ts';
import { UNIT } from './login-tables.ts';

// An address that tries more names than this is a spray of its own (`name-spread.ts`) and would hide the quiet ones.
const MAX_NAMES_EACH = 3;
const UNKNOWN_SHARE = 0.7;

/** One window of the spray over many addresses. */
type Window = {
  readonly index: 0 | 1;
  readonly rule: string;
  readonly words: string;
  readonly seconds: number;
  readonly pairs: number;
  readonly users: number;
  readonly addresses: number;
};

/**
 * Counts a failure towards the spray of the whole host: each pair of account and address once in a window, and only while
 * its address tries few names. Pairs, not failures, are counted: people who mistype try one name, from one place.
 */
export const countTowardsSpray = (state: LoginState, window: 0 | 1, unit: number, account: number, pair: number, isUnknown: boolean, at: number): void => {
  const { units, accounts, pairs, host } = state;
  if (units.counts.count(unit, UNIT.namesTen + window, at) > MAX_NAMES_EACH) return;
  host.add(HOST.pairs, window, at, 1);
  if (isUnknown) host.add(HOST.unknown, window, at, 1);
  if (units.sightings.isFirst(unit, window, at)) host.add(HOST.addresses, window, at, 1);
  if (accounts.sightings.isFirst(account, window, at)) host.add(HOST.users, window, at, 1);
  pairs.isInSpray[pair] = 1;
};

/** `password_spray` by many addresses together, few tries each. */
export const judgeHost = (state: LoginState, unit: number, pair: number, isUnknown: boolean, event: SecurityEvent, ip: string, emit: Emit): void => {
  if (state.pairs.isInSpray[pair] !== 1) return;
  const { host } = state;
  const least = state.settings.spray_users;
  if (host.count(HOST.pairs, 1, event.at) < least) return;
  const window = windowsOf(least).find((candidate) => isSpray(state, candidate, event.at));
  if (window === undefined || !state.hostPace.allow(window.index, event.at)) return;
  const [pairs, users, addresses, unknown] = [HOST.pairs, HOST.users, HOST.addresses, HOST.unknown].map((series) => host.count(series, window.index, event.at));
  const isGuessing = (unknown ?? 0) >= (pairs ?? 0) * UNKNOWN_SHARE;
  // A single wrong password of an account that may exist can be anybody's: that address is counted, not named.
  const isNamed = isUnknown || state.units.counts.count(unit, UNIT.namesTen, event.at) > 1;
  emit(
    draftOf({
      type: 'password_spray',
      rule: window.rule,
      event,
      severity: severityOf(window, isGuessing),
      title: `${users} accounts tried from ${addresses} addresses ${window.words}`,
      description: `Few tries each from many places: ${pairs} pairs of account and address failed ${window.words}, ${users} accounts, ${addresses} addresses${isGuessing ? ', most of the names do not exist here' : ''}.`,
      subject: 'host:logins',
      ip: isNamed ? ip : undefined,
      earlier: state.recent.of('unit', unit, event.id),
      field: 'username',
      counters: { pairs: pairs ?? 0, users: users ?? 0, addresses: addresses ?? 0, unknownUsers: unknown ?? 0, windowSeconds: window.seconds },
    }),
  );
};

const windowsOf = (least: number): readonly Window[] => [
  { index: 0, rule: 'host-ten-minutes', words: 'in ten minutes', seconds: 600, pairs: least, users: Math.ceil(least / 2), addresses: 5 },
  { index: 1, rule: 'host-hour', words: 'in an hour', seconds: 3600, pairs: Math.ceil(least * 1.5), users: least, addresses: 8 },
];

// On a host where more people get in than fail, failures at many places are the daily life of that host.
const isSpray = (state: LoginState, window: Window, at: number): boolean => {
  const pairs = state.host.count(HOST.pairs, window.index, at);
  return (
    pairs >= window.pairs &&
    state.host.count(HOST.users, window.index, at) >= window.users &&
    state.host.count(HOST.addresses, window.index, at) >= window.addresses &&
    pairs >= 2 * state.host.count(HOST.logins, window.index, at)
  );
};

const severityOf = (window: Window, isGuessing: boolean): Severity => {
  if (window.index === 0) return isGuessing ? 'HIGH' : 'CRITICAL';
  return isGuessing ? 'MEDIUM' : 'HIGH';
};
