import type { Details, SecurityEvent } from '../../../domain/event.ts';
import type { Grammar, LineContext, ParseOutcome } from '../../contract.ts';
import { addressOf } from './address.ts';
import { detach } from './detach.ts';
import { eventIdOf } from './event-id.ts';
import { createLogClock, type LogClock } from './log-time.ts';
import type { GrammarOptions } from './options.ts';

/**
 * Error logs of nginx and Apache: refused basic and digest logins → `auth_failure`; forbidden, rate-limited and blocked
 * requests → `syslog_event` with a reason (the access log already counts them as requests).
 * Apache writes the address in front. nginx writes it between two texts that a client chooses: when a line can be read in two
 * ways nobody is blamed.
 */
export const createWebErrorGrammar = (options: GrammarOptions = {}): Grammar => {
  const clock = createLogClock(options);
  return {
    id: 'weberror',
    eventTypes: ['auth_failure', 'syslog_event'],
    parse: (line, context, emit) => (line.charCodeAt(0) === 91 ? readApache(line, context, clock, emit) : readNginx(line, context, clock, emit)),
  };
};

type Emit = (event: SecurityEvent) => void;

const readNginx = (line: string, context: LineContext, clock: LogClock, emit: Emit): ParseOutcome => {
  const at = clock.slashed(line, 0, context.receivedAt);
  if (Number.isNaN(at)) return 'unparsed';
  const head = NGINX_HEAD.exec(line.slice(19, 96));
  if (head === null) return 'unparsed';
  const start = 19 + head[0].length;
  if (line.startsWith('user "', start)) return readNginxLogin(line, start + 6, context, at, emit);
  const found = NGINX_REASONS.find(([words]) => line.startsWith(words, start));
  if (found === undefined) return 'irrelevant';
  // Nothing before the first `, client: ` of these is the client's.
  return emitWeb(line, context, at, nginxClient(line, start), 'syslog_event', { reason: found[1], service: 'nginx' }, emit);
};

// `user "<name>": password mismatch, client: …`: the name before and the request after are the client's text. The words of the
// server must stand there once, else the line can be read in two ways.
const readNginxLogin = (line: string, nameStart: number, context: LineContext, at: number, emit: Emit): ParseOutcome => {
  const found = NGINX_LOGINS.find(([words]) => line.indexOf(words, nameStart) >= 0);
  if (found === undefined) return 'irrelevant';
  const [words, reason] = found;
  const nameEnd = line.indexOf(words, nameStart);
  const isAmbiguous = NGINX_LOGINS.some(([other]) => line.indexOf(other, nameEnd + 1) >= 0);
  const ip = isAmbiguous ? undefined : nginxClient(line, nameEnd);
  const username = isAmbiguous ? '' : detach(line.slice(nameStart, nameEnd), line);
  const details = { username, method: 'basic', service: 'nginx', reason, unknown_user: reason === 'unknown_user' };
  return emitWeb(line, context, at, ip, 'auth_failure', details, emit);
};

// ` [error] 1234#1234: *5 `
const NGINX_HEAD = /^ \[[a-z]{3,7}\] [0-9]{1,10}#[0-9]{1,10}: (?:\*[0-9]{1,20} )?/;

const NGINX_LOGINS: readonly (readonly [string, string])[] = [
  ['": password mismatch, client: ', 'password_mismatch'],
  ['" was not found in "', 'unknown_user'],
];

const NGINX_REASONS: readonly (readonly [string, string])[] = [
  ['access forbidden by rule, ', 'access_forbidden'],
  ['limiting requests, excess: ', 'rate_limited'],
  ['limiting connections by zone ', 'connection_limited'],
];

const nginxClient = (line: string, start: number): string | undefined => {
  const at = line.indexOf(CLIENT, start);
  if (at < 0) return undefined;
  const from = at + CLIENT.length;
  const comma = line.indexOf(',', from);
  return addressOf(line.slice(from, comma < 0 ? line.length : comma));
};

const CLIENT = ', client: ';

const readApache = (line: string, context: LineContext, clock: LogClock, emit: Emit): ParseOutcome => {
  const timeEnd = line.indexOf('] [');
  if (timeEnd < 24 || timeEnd > 40) return 'unparsed';
  const at = clock.ctime(line, 1, timeEnd, context.receivedAt);
  if (Number.isNaN(at)) return 'unparsed';
  const head = APACHE_CLIENT.exec(line.slice(timeEnd + 2, timeEnd + 258));
  if (head === null) return 'irrelevant';
  const client = head[1] ?? '';
  // 2.4 writes the process and always a port, 2.2 neither; after an IPv6 address the port looks like a part of it.
  const ip = addressOf(head[0].includes('[pid ') ? client.replace(/:[0-9]{1,5}$/, '') : client);
  const message = line.slice(timeEnd + 2 + head[0].length);
  const login = APACHE_LOGIN.exec(message.slice(0, 1200));
  if (login !== null) {
    const [, code, user = '', why = ''] = login;
    const isUnknown = code === 'AH01618' || why.startsWith(' not found');
    const reason = isUnknown ? 'unknown_user' : 'password_mismatch';
    const details = { username: detach(user, line), method: 'basic', service: 'apache', reason, unknown_user: isUnknown };
    return emitWeb(line, context, at, ip, 'auth_failure', details, emit);
  }
  const found = APACHE_REASONS.find(([words]) => message.startsWith(words));
  if (found === undefined) return 'irrelevant';
  return emitWeb(line, context, at, ip, 'syslog_event', { reason: found[1], service: 'apache' }, emit);
};

// ` [auth_basic:error] [pid 12:tid 34] [client 192.0.2.1:4242] `: everything here is the server's.
const APACHE_CLIENT = /^\[[a-z0-9_:]{1,40}\] (?:\[pid [0-9: a-z]{1,40}\] )?(?:\[remote [0-9a-fA-F:.]{2,64}\] )?\[client ([0-9a-fA-F:.]{2,64})\] /;
const APACHE_LOGIN = /^(?:(AH0161[78]|AH0179[0-9]): )?user [`']?(.{0,512}?)[`']?(: authentication failure for "|: password mismatch| not found)/i;

const APACHE_REASONS: readonly (readonly [string, string])[] = [
  ['AH01630: client denied by server configuration', 'access_forbidden'],
  ['client denied by server configuration', 'access_forbidden'],
  ['AH01797: client denied by server configuration', 'access_forbidden'],
  ['ModSecurity: Access denied', 'blocked_by_waf'],
  ['ModSecurity: Warning', 'waf_warning'],
];

const emitWeb = (line: string, context: LineContext, at: number, ip: string | undefined, type: string, details: Details, emit: Emit): 'event' => {
  const username = details['username'];
  emit({
    id: eventIdOf(context.source, context.position, at),
    at,
    source: context.source,
    module: 'weberror',
    type,
    severity: type === 'auth_failure' ? 'MEDIUM' : 'LOW',
    summary: line.slice(0, 256),
    details,
    raw: line,
    sourceIp: ip,
    entities: { ip, user: typeof username === 'string' && username !== '' ? username : undefined },
    trust: 'sensor',
  });
  return 'event';
};
