import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { hashOfKey } from '../../../domain/windows/keyed-slots.ts';
import { mixOf } from '../../../domain/windows/pair-slots.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { judgeAccount } from './account-attack.ts';
import { judgeAddress, judgePairAlone } from './address-attack.ts';
import { countTowardsSpray, judgeHost } from './host-spray.ts';
import { isUnknownUser, pairKey, placeOf, userOf } from './login-facts.ts';
import type { LoginState } from './login-state.ts';
import { ACCOUNT, NO_ACCOUNT, UNIT } from './login-tables.ts';
import { judgeNames } from './name-spread.ts';
import { countProbe } from './probes.ts';

const UNKNOWN_WEIGHT = 2;
const MAX_ATTEMPTS = 100;
const PAIR_WINDOWS = 4;
const NO_NAME_HASH = hashOfKey('');

/** A failed login: counts it once and asks every rule that it can touch. Constant time. */
export const onFailure = (state: LoginState, event: SecurityEvent, emit: Emit): void => {
  const user = userOf(event);
  const ip = event.sourceIp;
  if (ip === undefined) {
    onLocalFailure(state, user, event, emit);
    return;
  }
  const isUnknown = isUnknownUser(event);
  // Clients offer every key they have: a refused key guesses nothing.
  if (!isUnknown && textOf(event.details, 'method') === 'publickey') {
    countProbe(state, event, ip, emit);
    return;
  }
  const { at } = event;
  const place = unitKey(ip);
  const { pairs, units, accounts, trusted } = state;
  const unit = units.slots.claim(place, at);
  const account = user === '' ? -1 : accounts.slots.claim(user, at);
  const pair = pairs.slots.claim(units.slots.serialOf(unit), account < 0 ? NO_ACCOUNT : accounts.slots.serialOf(account), at);
  for (let window = 0; window < PAIR_WINDOWS; window++) pairs.counts.add(pair, window, at, 1);
  const hash = mixOf(account < 0 ? NO_NAME_HASH : accounts.slots.hashOf(account), units.slots.hashOf(unit));
  if (trusted.mayTrust(hash) && trusted.trusts(pairKey(user, place), at, hash)) {
    judgePairAlone(state, pair, state.settings.trusted_place_factor, event, user, emit);
    return;
  }
  const weight = isUnknown ? UNKNOWN_WEIGHT : 1;
  units.counts.add(unit, UNIT.failuresMinute, at, 1);
  units.counts.add(unit, UNIT.failuresHour, at, weight);
  units.counts.add(unit, UNIT.failuresDay, at, weight);
  if (account >= 0) for (let window = 0; window <= ACCOUNT.failuresDay; window++) accounts.counts.add(account, window, at, 1);
  const isNewAddress = account >= 0 && countPartners(state, unit, account, pair, isUnknown, at);
  state.recent.push(event.id, unit, account);

  judgeAddress(state, unit, pair, event, ip, user, emit);
  if (account < 0) return;
  judgeNames(state, unit, event, ip, emit);
  judgeAccount(state, unit, account, isNewAddress, event, ip, user, emit);
  judgeHost(state, unit, pair, isUnknown, event, ip, emit);
};

// A pair seen for the first time in a window is one more name for its address and one more address for its name.
const countPartners = (state: LoginState, unit: number, account: number, pair: number, isUnknown: boolean, at: number): boolean => {
  const { sightings } = state.pairs;
  const units = state.units.counts;
  const accounts = state.accounts.counts;
  if (sightings.isFirst(pair, 0, at)) units.add(unit, UNIT.namesMinute, at, 1);
  if (sightings.isFirst(pair, 1, at)) {
    units.add(unit, UNIT.namesTen, at, 1);
    countTowardsSpray(state, 0, unit, account, pair, isUnknown, at);
  }
  const isNewInHour = sightings.isFirst(pair, 2, at);
  if (isNewInHour) {
    units.add(unit, UNIT.namesHour, at, 1);
    accounts.add(account, ACCOUNT.addressesHour, at, 1);
    countTowardsSpray(state, 1, unit, account, pair, isUnknown, at);
  }
  if (sightings.isFirst(pair, 3, at)) accounts.add(account, ACCOUNT.addressesDay, at, 1);
  return isNewInHour;
};

// Without an address there is no address to count: only who failed at which terminal. sudo reports several tries at once.
const onLocalFailure = (state: LoginState, user: string, event: SecurityEvent, emit: Emit): void => {
  if (user === '') return;
  const { pairs, units, accounts } = state;
  const place = units.slots.claim(placeOf(event), event.at);
  const account = accounts.slots.claim(user, event.at);
  const pair = pairs.slots.claim(units.slots.serialOf(place), accounts.slots.serialOf(account), event.at);
  const attempts = Math.min(MAX_ATTEMPTS, Math.max(1, Math.floor(numberOf(event.details, 'attempts') ?? 1)));
  for (let window = 0; window < PAIR_WINDOWS; window++) pairs.counts.add(pair, window, event.at, attempts);
  judgePairAlone(state, pair, 1, event, user, emit);
};
