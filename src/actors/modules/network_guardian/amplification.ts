import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf, canonicalIp } from '../../../domain/ip.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import type { Speaker } from './speaker.ts';

/** `amplification_attack`: somebody reports answers much larger than the questions, through a reflector. */
export const judgeAmplification = (event: SecurityEvent, ip: string, speaker: Speaker, emit: Emit): void => {
  const factor = numberOf(event.details, 'amplification_factor') ?? 0;
  const reflector = canonicalIp(textOf(event.details, 'reflector_ip'));
  const subject = `ip:${blockUnitOf(reflector ?? ip)}`;
  if (!speaker.allow(`amplification ${subject}`, event.at)) return;
  const protocol = toSafe(textOf(event.details, 'protocol') || 'UDP', 32);
  const facts = `${protocol} answers ${factor > 0 ? `${factor} times as large as the questions` : 'much larger than the questions'}, by way of ${reflector ?? ip}`;
  emit(
    draftOf({
      type: 'amplification_attack',
      rule: 'amplification',
      event,
      severity: factor > 50 ? 'CRITICAL' : 'HIGH',
      title: facts,
      description: `${facts}.`,
      subject,
      ip,
      field: 'amplification_factor',
      counters: { factor, bytesReceived: numberOf(event.details, 'bytes_received') ?? 0 },
    }),
  );
};
