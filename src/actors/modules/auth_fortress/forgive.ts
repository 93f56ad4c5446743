import { HOST, type LoginState } from './login-state.ts';
import { ACCOUNT, PAIR, UNIT } from './login-tables.ts';

/** Slots of a login in the tables, -1 where it is not known. */
export type Found = { readonly unit: number; readonly account: number; readonly pair: number };

/**
 * Mistyped, then right: nothing happened. Takes the failures of this account at this place back from every counter, and no
 * others: an attacker's own valid login between his guesses helps him nothing.
 */
export const forgive = (state: LoginState, { unit, account, pair }: Found): void => {
  const { units, accounts, pairs, host } = state;
  const { sightings } = pairs;
  if (unit >= 0) {
    for (const window of [0, 1, 2]) {
      units.counts.subtract(unit, window, pairs.counts, pair, window);
      units.counts.add(unit, UNIT.namesMinute + window, sightings.countedAt(pair, window), -1);
    }
  }
  if (account >= 0) {
    accounts.counts.subtract(account, ACCOUNT.failuresTen, pairs.counts, pair, PAIR.ten);
    accounts.counts.subtract(account, ACCOUNT.failuresHour, pairs.counts, pair, PAIR.hour);
    accounts.counts.subtract(account, ACCOUNT.failuresDay, pairs.counts, pair, PAIR.day);
    for (const window of [0, 1]) accounts.counts.add(account, ACCOUNT.addressesHour + window, sightings.countedAt(pair, window + 2), -1);
  }
  if (pairs.isInSpray[pair] === 1) for (const window of [0, 1]) host.add(HOST.pairs, window, sightings.countedAt(pair, window + 1), -1);
  pairs.slots.release(pair);
};
