import type { SecurityEvent } from '../../../domain/event.ts';
import type { Emit } from '../../contract.ts';
import { draftOf, shownUser } from './draft.ts';
import type { LoginState } from './login-state.ts';
import { ACCOUNT } from './login-tables.ts';

/** Which limit an account is over, when it is attacked from many addresses. */
export type AccountHit = { readonly span: 'ten-minutes' | 'hour' | 'day'; readonly count: number; readonly limit: number; readonly addresses: number };

const WINDOW_SECONDS = { 'ten-minutes': 600, hour: 3600, day: 86_400 } as const;
const WORDS = { 'ten-minutes': 'in ten minutes', hour: 'in an hour', day: 'in a day' } as const;

// One address tries hundreds of names: whoever answers it needs to hear of it once, not once for each name.
const NAMED_FOR_MS = 30_000;

/** Is this account under attack from many addresses at `at`? */
export const accountAttack = (state: LoginState, account: number, at: number): AccountHit | undefined => {
  const { counts } = state.accounts;
  const { settings } = state;
  const inDay = counts.count(account, ACCOUNT.failuresDay, at);
  // The day holds the shorter windows: one look is enough for almost every failure.
  if (inDay < settings.account_failures_per_10_minutes) return undefined;
  const hourAddresses = counts.count(account, ACCOUNT.addressesHour, at);
  if (hourAddresses >= settings.account_addresses) {
    const inTen = counts.count(account, ACCOUNT.failuresTen, at);
    const { account_failures_per_10_minutes: tenLimit, account_failures_per_hour: hourLimit } = settings;
    if (inTen >= tenLimit) return { span: 'ten-minutes', count: inTen, limit: tenLimit, addresses: hourAddresses };
    const inHour = counts.count(account, ACCOUNT.failuresHour, at);
    if (inHour >= hourLimit) return { span: 'hour', count: inHour, limit: hourLimit, addresses: hourAddresses };
  }
  if (inDay < settings.account_failures_per_day) return undefined;
  const dayAddresses = counts.count(account, ACCOUNT.addressesDay, at);
  if (dayAddresses < settings.account_addresses * 2) return undefined;
  return { span: 'day', count: inDay, limit: settings.account_failures_per_day, addresses: dayAddresses };
};

/**
 * `brute_force` for one account attacked from many addresses. Speaks for every address that joins and was not named just
 * before, so that each can be answered, and paced for those already named.
 */
export const judgeAccount = (
  state: LoginState,
  unit: number,
  account: number,
  isNewAddress: boolean,
  event: SecurityEvent,
  ip: string,
  user: string,
  emit: Emit,
): void => {
  const hit = accountAttack(state, account, event.at);
  if (hit === undefined) return;
  const { namedAt } = state.units;
  const mayRepeat = state.accounts.pace.allow(account, event.at);
  if (!mayRepeat && !(isNewAddress && Math.abs(event.at - (namedAt[unit] ?? 0)) >= NAMED_FOR_MS)) return;
  namedAt[unit] = event.at;
  const shown = shownUser(user);
  emit(
    draftOf({
      type: 'brute_force',
      rule: `account-${hit.span}`,
      event,
      title: `${hit.count} failed logins on account ${shown} from ${hit.addresses} addresses ${WORDS[hit.span]}`,
      description: `Account ${shown} is attacked from many places: ${hit.count} failed logins ${WORDS[hit.span]} (limit ${hit.limit}) from ${hit.addresses} addresses, now from ${ip}.`,
      subject: `user:${shown}`,
      ip,
      user,
      earlier: state.recent.of('account', account, event.id),
      field: 'username',
      counters: { failures: hit.count, limit: hit.limit, windowSeconds: WINDOW_SECONDS[hit.span], addresses: hit.addresses },
    }),
  );
};
