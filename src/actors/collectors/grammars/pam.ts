import type { ParseOutcome } from '../../contract.ts';
import { addressOf } from './address.ts';
import { type AuthLine, emitAuth } from './auth-line.ts';
import { detach } from './detach.ts';

/** True when the message is one that a PAM module wrote in the name of a program. */
export const isPamMessage = (from: AuthLine): boolean =>
  from.line.startsWith('pam_', from.start) || (from.line.startsWith('PAM ', from.start) && from.line.includes(' more authentication failure', from.start));

/**
 * PAM lines: `pam_unix(sshd:auth): authentication failure; … rhost=… user=…`, sessions, passwords changed.
 * A failure is an `auth_attempt` where the service writes a line of its own that counts (sshd, sudo, su, login, dovecot),
 * and an `auth_failure` everywhere else.
 */
export const readPam = (from: AuthLine): ParseOutcome => {
  const { line, start } = from;
  const header = HEADER.exec(line.slice(start, start + 96));
  if (header === null) return line.startsWith('PAM ', start) ? readFailure(from, start, from.program) : 'irrelevant';
  const [whole = '', service = '', kind = ''] = header;
  const at = start + whole.length;
  if (QUIET_SERVICES.has(service)) return 'irrelevant';
  if (kind === 'session') return readSession(from, at, service);
  if (line.startsWith('authentication failure;', at)) return readFailure(from, at, service);
  if (line.startsWith('password changed for ', at)) return readPasswordChange(from, at + 21);
  if (line.startsWith('Consecutive login failures for user ', at)) return readLocked(from, at + 36, service);
  return 'irrelevant';
};

const HEADER = /^pam_[a-z0-9_]{1,32}\(([A-Za-z0-9_.@-]{1,40}):([a-z]{1,20})\): /;
const QUIET_SERVICES = new Set(['cron', 'crond', 'atd', 'systemd-user', 'runuser', 'runuser-l']);
const SELF_COUNTING = new Set(['sshd', 'sudo', 'sudo-i', 'su', 'su-l', 'login', 'dovecot']);

const readFailure = (from: AuthLine, at: number, service: string): ParseOutcome => {
  const { line } = from;
  const tail = line.slice(at, from.end);
  const { host, user, actor } = whoOf(tail, from.context.isCut === true);
  const ip = host === undefined ? undefined : addressOf(host);
  const isCounted = !SELF_COUNTING.has(service) && !service.startsWith('sshd');
  return emitAuth(from, isCounted ? 'auth_failure' : 'auth_attempt', isCounted ? 'MEDIUM' : 'LOW', ip, {
    username: detach(user ?? '', line),
    method: 'pam',
    service,
    reason: 'pam_authentication_failure',
    tty: TTY.exec(tail)?.[1] ?? '',
    ...(actor === '' ? undefined : { actor: detach(actor, line) }),
    ...(host === undefined || host === '' || ip !== undefined ? undefined : { rhost: detach(host, line) }),
  });
};

const TTY = /(?:^|[; ])tty=([^\s]{0,64})/;

/*
 * `… tty=ssh ruser= rhost=192.0.2.1  user=root`: for sshd the words before ` rhost=` are the system's own, the name comes last.
 * Where `ruser` is filled (vsftpd puts the client's name there) a second ` rhost=` makes the line ambiguous: nobody is blamed.
 */
const whoOf = (tail: string, isCut: boolean): { readonly host: string | undefined; readonly user: string | undefined; readonly actor: string } => {
  const rhost = tail.indexOf(' rhost=');
  if (rhost < 0) return { host: undefined, user: undefined, actor: '' };
  const ruser = tail.indexOf(' ruser=');
  const actor = ruser >= 0 && ruser < rhost ? tail.slice(ruser + 7, rhost) : '';
  const isAmbiguous = actor !== '' && (isCut || tail.indexOf(' rhost=', rhost + 7) >= 0);
  const hostEnd = wordEnd(tail, rhost + 7);
  const userAt = tail.startsWith('  user=', hostEnd) ? hostEnd + 7 : tail.startsWith(' user=', hostEnd) ? hostEnd + 6 : -1;
  const user = userAt < 0 ? undefined : tail.slice(userAt);
  return isAmbiguous ? { host: undefined, user: undefined, actor: '' } : { host: tail.slice(rhost + 7, hostEnd), user, actor };
};

const wordEnd = (text: string, from: number): number => {
  const blank = text.indexOf(' ', from);
  return blank < 0 ? text.length : blank;
};

// `session opened for user root(uid=0) by alice(uid=1000)`, `session closed for user alice`.
const readSession = (from: AuthLine, at: number, service: string): ParseOutcome => {
  const match = SESSION.exec(from.line.slice(at, Math.min(from.end, at + 512)));
  if (match === null) return 'irrelevant';
  return emitAuth(from, 'session_activity', 'INFO', undefined, {
    session_id: `${service}:${from.pid}`,
    action: match[1],
    username: match[2],
    service,
    ...(match[3] === undefined || match[3] === '' ? undefined : { actor: match[3] }),
  });
};

const SESSION = /^session (opened|closed) for user ([^\s(]{1,64})(?:\(uid=[0-9]{1,10}\))?(?: by ([^\s(]{0,64})(?:\(uid=[0-9]{1,10}\))?)?$/;

const readPasswordChange = (from: AuthLine, at: number): ParseOutcome => {
  const user = detach(from.line.slice(at, from.end), from.line);
  return emitAuth(from, 'password_changed', 'LOW', undefined, { user_id: user, username: user, initiated_by: from.program, service: 'passwd' });
};

const readLocked = (from: AuthLine, at: number, service: string): ParseOutcome => {
  const word = from.line.slice(at, Math.min(wordEnd(from.line, at), at + 256));
  return emitAuth(from, 'auth_attempt', 'MEDIUM', undefined, { username: word, service, method: 'pam', reason: 'account_locked' });
};
