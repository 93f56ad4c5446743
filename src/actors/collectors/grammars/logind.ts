import type { ParseOutcome } from '../../contract.ts';
import { type AuthLine, emitAuth } from './auth-line.ts';

/** systemd-logind: sessions that begin and end. */
export const readLogind = (from: AuthLine): ParseOutcome => {
  const message = from.line.slice(from.start, Math.min(from.end, from.start + 256));
  const opened = OPENED.exec(message);
  if (opened !== null) {
    return emitAuth(from, 'session_activity', 'INFO', undefined, {
      session_id: `logind:${opened[1]}`,
      action: 'opened',
      username: opened[2],
      service: 'systemd-logind',
    });
  }
  const closed = CLOSED.exec(message);
  if (closed === null) return 'irrelevant';
  return emitAuth(from, 'session_activity', 'INFO', undefined, {
    session_id: `logind:${closed[1]}`,
    action: 'closed',
    username: '',
    service: 'systemd-logind',
  });
};

const OPENED = /^New session '?([A-Za-z0-9]{1,16})'? of user '?([^\s']{1,64}?)'?(?: with class .{0,100})?\.$/;
const CLOSED = /^Removed session ([A-Za-z0-9]{1,16})\.$/;
