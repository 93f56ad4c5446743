import type { SecurityEvent } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import type { Emit } from '../../contract.ts';
import { draftOf, shownUser } from './draft.ts';
import { inWords, type LimitHit, reachedLimit } from './limits.ts';
import { placeOf } from './login-facts.ts';
import type { LoginState } from './login-state.ts';
import { UNIT } from './login-tables.ts';

/** `brute_force` for one address (IPv6: one /64), and for one account from one address, over a minute, an hour and a day. */
export const judgeAddress = (state: LoginState, unit: number, pair: number, event: SecurityEvent, ip: string, user: string, emit: Emit): void => {
  const { units, pairs, limits, settings } = state;
  const { at } = event;
  const byAddress = reachedLimit(units.counts, unit, limits.address, 1, at);
  const hit = byAddress ?? reachedLimit(pairs.counts, pair, limits.pair, 1, at);
  if (hit === undefined) return;
  if (byAddress?.span === 'minute') units.attackedAt[unit] = at;
  units.lockedUntil[unit] = at + settings.lockout_duration_seconds * 1000;
  if (!units.pace.allow(unit, at)) return;
  units.namedAt[unit] = at;
  const users = Math.max(1, units.counts.count(unit, UNIT.namesHour, at));
  const target = users > 1 ? `${users} user names tried, latest ${shownUser(user)}` : `user ${shownUser(user)}`;
  const weighed = byAddress === undefined || hit.span === 'minute' ? '' : ' A try of a name that does not exist counts twice.';
  emit(
    draftOf({
      type: 'brute_force',
      rule: `${byAddress === undefined ? 'pair' : 'address'}-${hit.span}`,
      event,
      title: `${hit.count} failed logins from ${ip} ${inWords(hit)}`,
      description: `${hit.count} failed logins from ${blockUnitOf(ip)} ${inWords(hit)} (limit ${hit.limit}); ${target}.${weighed}`,
      subject: `ip:${blockUnitOf(ip)}`,
      ip,
      earlier: state.recent.of('unit', unit, event.id),
      field: 'source_ip',
      counters: { failures: hit.count, limit: hit.limit, windowSeconds: hit.windowSeconds, users },
    }),
  );
};

/**
 * `brute_force` where only the pair counts: a user at a place he is trusted at (more is allowed, and less is made of it), or
 * at a terminal of this host, where there is no address.
 */
export const judgePairAlone = (state: LoginState, pair: number, factor: number, event: SecurityEvent, user: string, emit: Emit): void => {
  const { pairs, limits } = state;
  const hit = reachedLimit(pairs.counts, pair, limits.pair, factor, event.at);
  if (hit === undefined) return;
  pairs.attackedAt[pair] = event.at;
  if (!pairs.pace.allow(pair, event.at)) return;
  const ip = event.sourceIp;
  const place = ip ?? placeWords(placeOf(event));
  emit(
    draftOf({
      type: 'brute_force',
      rule: `${ip === undefined ? 'terminal' : 'trusted'}-${hit.span}`,
      event,
      severity: ip === undefined ? 'HIGH' : 'MEDIUM',
      title: `${hit.count} failed logins of ${shownUser(user)} from ${place} ${inWords(hit)}`,
      description: pairDescription(hit, user, place, ip !== undefined),
      subject: ip === undefined ? `local:${shownUser(user)}@${place}` : `ip:${blockUnitOf(ip)}`,
      ip,
      user,
      field: ip === undefined ? 'tty' : 'source_ip',
      counters: { failures: hit.count, limit: hit.limit, windowSeconds: hit.windowSeconds },
    }),
  );
};

const pairDescription = (hit: LimitHit, user: string, place: string, isTrusted: boolean): string => {
  const facts = `${hit.count} failed logins of ${shownUser(user)} from ${place} ${inWords(hit)} (limit ${hit.limit}).`;
  return isTrusted ? `${facts} The user has logged in from there before: perhaps an old password in a program.` : facts;
};

const placeWords = (place: string): string => {
  const tty = place.replace(/^tty /, '');
  return tty === '' ? 'this host' : shownUser(tty);
};
