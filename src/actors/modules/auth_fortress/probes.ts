import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import type { LoginState } from './login-state.ts';
import { UNIT } from './login-tables.ts';

// Most connections leave two such lines; people who give up at the prompt leave one now and then.
const MAX_PROBES_PER_HOUR = 60;

/** Reasons of attempts that ended before any password was tried, as the log grammars name them. */
const PROBES: ReadonlySet<string> = new Set(['invalid_user', 'closed', 'reset', 'disconnected', 'max_attempts', 'not_allowed', 'root_refused', 'dropped']);

/** True when an attempt is one of a server that takes keys only, or of a client that leaves at the prompt. */
export const isProbe = (event: SecurityEvent): boolean => PROBES.has(textOf(event.details, 'reason'));

/** `brute_force` for an address that keeps knocking without ever trying a password: servers with keys only log nothing else. */
export const countProbe = (state: LoginState, event: SecurityEvent, ip: string, emit: Emit): void => {
  const { units } = state;
  const { at } = event;
  const unit = units.slots.claim(unitKey(ip), at);
  units.counts.add(unit, UNIT.probesHour, at, 1);
  const probes = units.counts.count(unit, UNIT.probesHour, at);
  // Where passwords are tried the failures say it better.
  if (probes < MAX_PROBES_PER_HOUR || units.counts.count(unit, UNIT.failuresHour, at) >= state.limits.address[0] || !units.pace.allow(unit, at)) return;
  emit(
    draftOf({
      type: 'brute_force',
      rule: 'probes-hour',
      event,
      severity: 'MEDIUM',
      title: `${probes} login probes from ${ip} in an hour`,
      description: `${blockUnitOf(ip)} started ${probes} log-ins in an hour (limit ${MAX_PROBES_PER_HOUR}) that ended before a password was tried.`,
      subject: `ip:${blockUnitOf(ip)}`,
      ip,
      field: 'source_ip',
      counters: { probes, limit: MAX_PROBES_PER_HOUR, windowSeconds: 3600 },
    }),
  );
};
