import type { Details, SecurityEvent, Trust } from '../../../domain/event.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { LineContext } from '../../contract.ts';
import { eventIdOf } from './event-id.ts';
import { createSyslogPrefix, type SyslogPrefix } from './syslog-prefix.ts';

/** One line of an authentication log on its way through the grammar. The object is used again for each line. */
export type AuthLine = SyslogPrefix & {
  line: string;
  /** Index after the last character that belongs to the message. */
  end: number;
  context: LineContext;
  trust: Trust;
  /** How many equal messages this line stands for (`message repeated N times`). */
  repeat: number;
  emit: (event: SecurityEvent) => void;
};

/** An empty one. */
export const createAuthLine = (): AuthLine => ({
  ...createSyslogPrefix(),
  line: '',
  end: 0,
  context: { source: '', position: 0, receivedAt: 0 },
  trust: 'sensor',
  repeat: 1,
  emit: () => undefined,
});

/** Hands out the event of a line, once for each message the line stands for. `username` in the details is the entity. */
export const emitAuth = (from: AuthLine, type: string, severity: Severity, ip: string | undefined, details: Details): 'event' => {
  const { line, context } = from;
  const id = eventIdOf(context.source, context.position, from.at);
  const user = details['username'];
  for (let copy = 1; copy <= from.repeat; copy += 1) {
    from.emit({
      id: copy === 1 ? id : `${id}.${copy}`,
      at: from.at,
      source: context.source,
      observer: from.host,
      module: 'authlog',
      type,
      severity,
      summary: line.slice(from.start, Math.min(from.end, from.start + MAX_SUMMARY)),
      details,
      raw: line,
      sourceIp: ip,
      entities: { ip, user: typeof user === 'string' && user !== '' ? user : undefined },
      trust: from.trust,
    });
  }
  return 'event';
};

const MAX_SUMMARY = 256;
