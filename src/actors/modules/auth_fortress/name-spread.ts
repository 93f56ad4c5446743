import type { SecurityEvent } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import type { LoginState } from './login-state.ts';
import { UNIT } from './login-tables.ts';

/** Many names from one address: `credential_stuffing` in a minute, `password_spray` in ten minutes or, slower, in an hour. */
export const judgeNames = (state: LoginState, unit: number, event: SecurityEvent, ip: string, emit: Emit): void => {
  const { counts, sprayPace, stuffingPace } = state.units;
  const { settings } = state;
  const { at } = event;
  const inHour = counts.count(unit, UNIT.namesHour, at);
  if (inHour < Math.min(settings.spray_users, settings.stuffing_threshold)) return;
  const inMinute = counts.count(unit, UNIT.namesMinute, at);
  if (inMinute >= settings.stuffing_threshold && stuffingPace.allow(unit, at)) {
    emit(
      spread(
        state,
        { type: 'credential_stuffing', rule: 'names-minute', words: 'in a minute', windowSeconds: 60, names: inMinute, limit: settings.stuffing_threshold },
        unit,
        event,
        ip,
      ),
    );
  }
  const inTen = counts.count(unit, UNIT.namesTen, at);
  if (inTen >= settings.spray_users) {
    if (sprayPace.allow(unit, at)) {
      emit(
        spread(
          state,
          { type: 'password_spray', rule: 'names-ten-minutes', words: 'in ten minutes', windowSeconds: 600, names: inTen, limit: settings.spray_users },
          unit,
          event,
          ip,
        ),
      );
    }
    return;
  }
  const slowLimit = settings.spray_users * SLOW_FACTOR;
  if (inHour >= slowLimit && sprayPace.allow(unit, at)) {
    emit(
      spread(
        state,
        { type: 'password_spray', rule: 'names-hour', words: 'in an hour', windowSeconds: 3600, names: inHour, limit: slowLimit, severity: 'HIGH' },
        unit,
        event,
        ip,
      ),
    );
  }
};

const SLOW_FACTOR = 2;

type Spread = {
  readonly type: string;
  readonly rule: string;
  readonly words: string;
  readonly windowSeconds: number;
  readonly names: number;
  readonly limit: number;
  readonly severity?: 'HIGH';
};

const spread = (state: LoginState, kind: Spread, unit: number, event: SecurityEvent, ip: string) =>
  draftOf({
    type: kind.type,
    rule: kind.rule,
    event,
    severity: kind.severity,
    title: `${kind.names} user names tried from ${ip} ${kind.words}`,
    description: `Logins failed for ${kind.names} different user names from ${blockUnitOf(ip)} ${kind.words} (limit ${kind.limit}).`,
    subject: `ip:${blockUnitOf(ip)}`,
    ip,
    earlier: state.recent.of('unit', unit, event.id),
    field: 'username',
    counters: { users: kind.names, limit: kind.limit, windowSeconds: kind.windowSeconds },
  });
