import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { draftOf, shownUser } from './draft.ts';
import { userOf } from './login-facts.ts';
import type { LoginState } from './login-state.ts';
import { countProbe, isProbe } from './probes.ts';

// Lines that sshd and PAM write about an attempt whose failure is counted by another line.
const COMPANIONS: ReadonlySet<string> = new Set([
  'refused',
  'pam_authentication_failure',
  'timeout',
  'banner',
  'bad_version',
  'no_identification',
  'no_common_algorithm',
  'protocol_error',
  'address_unclear',
]);

/** An attempt whose outcome is not known: `lockout_violation` when its address is known to be attacking. */
export const onAttempt = (state: LoginState, event: SecurityEvent, emit: Emit): void => {
  const ip = event.sourceIp;
  if (ip === undefined) return;
  if (isProbe(event)) {
    countProbe(state, event, ip, emit);
    return;
  }
  if (COMPANIONS.has(textOf(event.details, 'reason'))) return;
  const { units } = state;
  const unit = units.slots.find(unitKey(ip));
  if (unit < 0 || event.at >= (units.lockedUntil[unit] ?? 0) || !units.lockPace.allow(unit, event.at)) return;
  emit(
    draftOf({
      type: 'lockout_violation',
      rule: 'attempt-after-attack',
      event,
      title: `${ip} goes on after its attack`,
      description: `${blockUnitOf(ip)} tried to log in as ${shownUser(userOf(event))} although its failures are over the limit. 1-SEC only noted the attack; whether the address is blocked, the actions say.`,
      subject: `ip:${blockUnitOf(ip)}`,
      ip,
      earlier: state.recent.of('unit', unit, event.id),
      field: 'source_ip',
      counters: { secondsLeft: Math.ceil(((units.lockedUntil[unit] ?? 0) - event.at) / 1000) },
    }),
  );
};
