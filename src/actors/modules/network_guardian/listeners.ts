import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import { isControlPort } from './ports.ts';
import type { Speaker } from './speaker.ts';

/** `new_listener`: a port was opened to others after the collector began to look. */
export const judgeListener = (event: SecurityEvent, speaker: Speaker, emit: Emit): void => {
  const port = numberOf(event.details, 'local_port') ?? 0;
  const address = textOf(event.details, 'local_address') || event.sourceIp || '';
  const program = textOf(event.details, 'process_name');
  if (!speaker.allow(`listener ${port} ${program}`, event.at)) return;
  const facts = `${program === '' ? 'A program' : toSafe(program, 64)} listens on ${toSafe(address, 64)} port ${port}`;
  const severity = isControlPort(port) ? 'MEDIUM' : 'LOW';
  emit(
    draftOf({
      type: 'new_listener',
      rule: 'new-port',
      severity,
      event,
      ip: undefined,
      subject: `port:${port}`,
      title: facts,
      description: `${facts} since now.`,
      field: 'local_port',
      text: String(port),
    }),
  );
};
