import { numberOf, type SecurityEvent } from '../../../domain/event.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import type { Speaker } from './speaker.ts';

/** `ddos`: very many connections of this host are half-open. Their sources are made up as a rule, so that nobody is named. */
export const judgeHalfOpen = (event: SecurityEvent, speaker: Speaker, emit: Emit): void => {
  const count = numberOf(event.details, 'count') ?? 0;
  if (count < LIMIT || !speaker.allow('half-open', event.at)) return;
  const facts = `${count} connections are half-open`;
  const counters = { halfOpen: count, limit: LIMIT };
  emit(
    draftOf({
      type: 'ddos',
      rule: 'half-open',
      event,
      ip: undefined,
      subject: 'host:half-open',
      title: facts,
      description: `${facts}: a SYN flood.`,
      field: 'count',
      counters,
    }),
  );
};

const LIMIT = 256;
