import type { SecurityEvent } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { Emit } from '../../contract.ts';
import { accountAttack } from './account-attack.ts';
import { draftOf, shownUser } from './draft.ts';
import { type Found, forgive } from './forgive.ts';
import { reachedLimit } from './limits.ts';
import { isKeyMethod, pairHash, pairKey, placeOf, userOf } from './login-facts.ts';
import { HOST, type LoginState } from './login-state.ts';
import { ACCOUNT, NO_ACCOUNT, PAIR, UNIT } from './login-tables.ts';
import { type LoginContext, suspicionOf } from './suspect-login.ts';
import { SPAN } from './time-windows.ts';

/**
 * A login that worked: `post_bruteforce_login` when it follows an attack by its address or on its account. An ordinary one
 * makes its place trusted and takes back the typing errors before it.
 */
export const onSuccess = (state: LoginState, event: SecurityEvent, user: string, emit: Emit): void => {
  const { at } = event;
  const place = placeOf(event);
  const { units, accounts, pairs } = state;
  const key = pairKey(user, place);
  const hash = pairHash(user, place);
  const unit = units.slots.find(place);
  const account = user === '' ? -1 : accounts.slots.find(user);
  const isPairKnown = unit >= 0 && (account >= 0 || user === '');
  const found = {
    unit: event.sourceIp === undefined ? -1 : unit,
    account,
    pair: isPairKnown ? pairs.slots.find(units.slots.serialOf(unit), account < 0 ? NO_ACCOUNT : accounts.slots.serialOf(account)) : -1,
  };
  const context = contextOf(state, event, user, found, state.trusted.trusts(key, at, hash));
  const severity = suspicionOf(context);
  if (severity !== undefined) emit(suspectLogin(state, event, user, context, severity, found));
  // Who may have guessed the password is not trusted for it. Who merely has an account that others attack is: else his
  // every login would be suspect for as long as they go on.
  if (user === '' || context.isAddressAttacking) return;
  const before = state.trusted.record(key, at, hash);
  if (at - before >= SPAN.tenMinutes) state.host.add(HOST.logins, 0, at, 1);
  if (at - before >= SPAN.hour) state.host.add(HOST.logins, 1, at, 1);
  if (found.pair >= 0 && severity === undefined) forgive(state, found);
};

/** The user a success is about, or undefined when the event is none. su and sudo come as `privilege_change`. */
export const successUser = (event: SecurityEvent): string | undefined => {
  if (event.type !== 'privilege_change') return userOf(event);
  const { action, success, target, ambiguous } = event.details;
  if (success !== true || ambiguous === true) return undefined;
  return action === 'su' && typeof target === 'string' ? target.slice(0, 64) : action === 'sudo' ? userOf(event) : undefined;
};

const contextOf = (state: LoginState, event: SecurityEvent, user: string, { unit, account, pair }: Found, isTrusted: boolean): LoginContext => {
  const { pairs, accounts, limits, settings } = state;
  const { at } = event;
  const isAddressAttacking = unit >= 0 ? isUnitAttacking(state, unit, pair, at) : pair >= 0 && isRecent(pairs.attackedAt[pair], at);
  const many = account >= 0 ? accountAttack(state, account, at) : undefined;
  return {
    isAddressAttacking: isAddressAttacking || (pair >= 0 && isRecent(pairs.attackedAt[pair], at)),
    isAccountAttacked:
      many !== undefined ||
      (account >= 0 && accounts.counts.count(account, ACCOUNT.failuresTen, at) >= Math.max(settings.account_failures_before_login, limits.pair[0])),
    isAccountAttackedByMany: many !== undefined,
    hasFailedHere: pair >= 0 && pairs.counts.count(pair, PAIR.day, at) > 0,
    isTrusted,
    isKey: isKeyMethod(event),
    isRoot: user === 'root',
  };
};

// The minute is remembered for ten; the slow limits hold as long as their windows are full.
const isUnitAttacking = (state: LoginState, unit: number, pair: number, at: number): boolean => {
  const { units, pairs, limits } = state;
  if (isRecent(units.attackedAt[unit], at)) return true;
  const [, hour, day] = limits.address;
  return (
    units.counts.count(unit, UNIT.failuresHour, at) >= hour ||
    units.counts.count(unit, UNIT.failuresDay, at) >= day ||
    (pair >= 0 && reachedSlow(pairs, pair, limits.pair, at))
  );
};

const reachedSlow = (pairs: LoginState['pairs'], pair: number, limits: readonly [number, number, number], at: number): boolean => {
  const hit = reachedLimit(pairs.counts, pair, limits, 1, at);
  return hit !== undefined && hit.span !== 'minute';
};

const isRecent = (then: number | undefined, at: number): boolean => then !== undefined && then > 0 && Math.abs(at - then) < SPAN.tenMinutes;

const suspectLogin = (state: LoginState, event: SecurityEvent, user: string, context: LoginContext, severity: Severity, found: Found) => {
  const ip = event.sourceIp;
  const from = ip ?? (placeOf(event).replace(/^tty /, '') || 'this host');
  const shown = shownUser(user);
  const why = context.isAddressAttacking
    ? `the same place was over the limit of failed logins before`
    : `the account was attacked${context.isAccountAttackedByMany ? ' from many addresses' : ''} just before`;
  const notes = [context.isKey ? 'It used a key, which is not guessed.' : '', context.isTrusted ? 'The user has logged in from there before.' : ''].filter(
    (note) => note !== '',
  );
  return draftOf({
    type: 'post_bruteforce_login',
    rule: context.isAddressAttacking ? 'success-from-attacker' : 'success-on-attacked-account',
    event,
    severity,
    title: `Login of ${shown} from ${shownUser(from)} after an attack`,
    description: [`${shown} logged in from ${shownUser(from)}; ${why}.`, ...notes].join(' '),
    subject:
      ip !== undefined && context.isAddressAttacking ? `ip:${blockUnitOf(ip)}` : ip === undefined ? `local:${shown}@${shownUser(from)}` : `user:${shown}`,
    ip,
    user,
    earlier:
      context.isAddressAttacking && found.unit >= 0
        ? state.recent.of('unit', found.unit, event.id)
        : found.account >= 0
          ? state.recent.of('account', found.account, event.id)
          : [],
    field: 'username',
    counters: {
      addressFailuresPerHour: found.unit < 0 ? 0 : state.units.counts.count(found.unit, UNIT.failuresHour, event.at),
      accountFailuresPerTenMinutes: found.account < 0 ? 0 : state.accounts.counts.count(found.account, ACCOUNT.failuresTen, event.at),
      pairFailuresPerDay: found.pair < 0 ? 0 : state.pairs.counts.count(found.pair, PAIR.day, event.at),
    },
  });
};
