import type { Details, SecurityEvent } from '../../../domain/event.ts';
import type { Grammar, LineContext, ParseOutcome } from '../../contract.ts';
import { addressOf } from './address.ts';
import { detach } from './detach.ts';
import { eventIdOf } from './event-id.ts';
import { createLogClock } from './log-time.ts';
import type { GrammarOptions } from './options.ts';
import { createQuietLines, type QuietOptions } from './quiet-lines.ts';
import { createSyslogPrefix, readSyslogPrefix, type SyslogPrefix } from './syslog-prefix.ts';

/** Programs whose messages are read. */
export const MAIL_PROGRAMS = ['dovecot', 'exim', 'exim4'] as const;
/** So are those of every instance of Postfix. */
export const MAIL_FAMILY = 'postfix';
/** What the check of bytes must let through for them. */
export const MAIL_QUIET: QuietOptions = { programs: MAIL_PROGRAMS, families: [MAIL_FAMILY], mayHoldRequest: false };

/** mail.log: logins refused and accepted by Dovecot, Postfix (SASL) and Exim. */
export const createMailGrammar = (options: GrammarOptions = {}): Grammar => {
  const clock = createLogClock(options);
  const prefix = createSyslogPrefix();
  return {
    id: 'mail',
    eventTypes: ['auth_failure', 'auth_success', 'auth_attempt'],
    isQuiet: createQuietLines(MAIL_QUIET),
    parse: (line, context, emit) => {
      if (readSyslogPrefix(line, clock, context.receivedAt, prefix)) return readMail({ line, context, prefix, emit });
      return readEximMain(line, context, clock.iso(line, 0, Math.min(19, line.length), context.receivedAt), emit);
    },
  };
};

type MailLine = {
  readonly line: string;
  readonly context: LineContext;
  readonly prefix: SyslogPrefix;
  readonly emit: (event: SecurityEvent) => void;
};

const readMail = (from: MailLine): ParseOutcome => {
  const { line, prefix } = from;
  const { program, start } = prefix;
  if (program === 'dovecot') return readDovecot(from);
  // postfix/smtpd, postfix/submission/smtpd, postfix-out/smtpd
  if (program.startsWith('postfix') && program.endsWith('/smtpd')) return readPostfix(from);
  if (program === 'exim' || program === 'exim4') return readExim(line, from.context, prefix.at, start, prefix.host, from.emit);
  return 'irrelevant';
};

/*
 * `imap-login: Disconnected (auth failed, 3 attempts in 17 secs): user=<bob>, method=PLAIN, rip=192.0.2.1, lip=…`.
 * The name comes before the address, so the last `, rip=` is Dovecot's own.
 */
const readDovecot = (from: MailLine): ParseOutcome => {
  const { line, prefix, context } = from;
  const { start } = prefix;
  const service = line.slice(start, start + 24).match(DOVECOT_SERVICE)?.[1];
  if (service === undefined) return 'irrelevant';
  const message = start + service.length + 2;
  const userAt = line.indexOf('user=<', message);
  const rip = context.isCut ? -1 : line.lastIndexOf(', rip=');
  if (userAt < 0) return 'irrelevant';
  const isSuccess = line.startsWith('Login: ', message);
  const failed = line.indexOf('(auth failed', message);
  if (!isSuccess && (failed < 0 || failed > userAt)) return 'irrelevant';
  const ip = rip < userAt ? undefined : addressOf(word(line, rip + 6));
  const methodAt = rip < 0 ? -1 : line.lastIndexOf('>, method=', rip);
  const nameEnd = methodAt >= userAt ? methodAt : line.indexOf('>', userAt);
  const details = {
    username: detach(line.slice(userAt + 6, nameEnd < 0 ? line.length : nameEnd), line),
    method: methodAt < userAt ? '' : word(line, methodAt + 10),
    service,
    reason: isSuccess ? 'accepted' : 'refused',
    attempts: isSuccess ? 1 : Number(ATTEMPTS.exec(line.slice(failed, failed + 48))?.[1] ?? 1),
  };
  return emitMail(line, context, prefix.at, prefix.host, isSuccess ? 'auth_success' : 'auth_failure', ip, details, from.emit);
};

const DOVECOT_SERVICE = /^((?:imap|pop3|managesieve|submission)-login): /;
const ATTEMPTS = /^\(auth failed, ([0-9]{1,6}) attempts/;

// Up to the next comma or blank.
const word = (line: string, start: number): string => {
  let at = start;
  const limit = Math.min(line.length, start + 64);
  while (at < limit && line.charCodeAt(at) !== 44 && line.charCodeAt(at) !== 32) at += 1;
  return line.slice(start, at);
};

// `warning: host.example[192.0.2.1]: SASL LOGIN authentication failed: …, sasl_username=bob`: Postfix checks the host's characters.
const readPostfix = (from: MailLine): ParseOutcome => {
  const { line, prefix, context } = from;
  const message = line.slice(prefix.start, prefix.start + 768);
  const failed = SASL_FAILED.exec(message);
  if (failed !== null) {
    const name = SASL_NAME.exec(line.slice(prefix.start))?.[1] ?? '';
    const details = { username: detach(name, line), method: failed[2] ?? '', service: 'postfix', reason: 'refused' };
    return emitMail(line, context, prefix.at, prefix.host, 'auth_failure', addressOf(failed[1] ?? ''), details, from.emit);
  }
  const lost = LOST_AFTER_AUTH.exec(message);
  if (lost === null) return 'irrelevant';
  const details = { username: '', service: 'postfix', reason: 'lost_connection_after_auth' };
  return emitMail(line, context, prefix.at, prefix.host, 'auth_attempt', addressOf(lost[1] ?? ''), details, from.emit);
};

const SASL_FAILED = /^warning: [A-Za-z0-9._-]{1,255}\[([0-9a-fA-F:.]{2,64})\](?::[0-9]{1,5})?: SASL ([A-Za-z0-9-]{1,32}) authentication failed:/;
const SASL_NAME = /, sasl_username=([^\s]{1,256})$/;
const LOST_AFTER_AUTH = /^lost connection after AUTH from [A-Za-z0-9._-]{1,255}\[([0-9a-fA-F:.]{2,64})\]/;

const readEximMain = (line: string, context: LineContext, at: number, emit: (event: SecurityEvent) => void): ParseOutcome =>
  Number.isNaN(at) || line.charCodeAt(19) !== 32 ? 'unparsed' : readExim(line, context, at, 20, undefined, emit);

/*
 * `login authenticator failed for (helo) [192.0.2.1]: 535 Incorrect authentication data (set_id=bob)`. The greeting before and
 * the name after are the client's: the words between must stand there once.
 */
const readExim = (
  line: string,
  context: LineContext,
  at: number,
  start: number,
  host: string | undefined,
  emit: (event: SecurityEvent) => void,
): ParseOutcome => {
  const failed = line.indexOf(' authenticator failed for ', start);
  if (failed < 0 || failed - start > 64) return 'irrelevant';
  const words = line.indexOf(EXIM_WORDS, failed);
  if (words < 0) return 'irrelevant';
  const isOnce = line.indexOf(EXIM_WORDS, words + 1) < 0;
  const ip = isOnce ? addressOf(EXIM_CLIENT.exec(line.slice(Math.max(failed, words - 256), words))?.[1] ?? '') : undefined;
  const name = isOnce ? (EXIM_NAME.exec(line.slice(words))?.[1] ?? '') : '';
  const details = { username: detach(name, line), method: line.slice(start, failed), service: 'exim', reason: 'refused' };
  return emitMail(line, context, at, host, 'auth_failure', ip, details, emit);
};

const EXIM_WORDS = ': 535 Incorrect authentication data';
// Its own interface and an identity may stand behind the address of the client.
const EXIM_CLIENT = /\[([0-9a-fA-F:.]{2,45})\](?::[0-9]{1,5})?(?: I=\[[0-9a-fA-F:.]{2,45}\](?::[0-9]{1,5})?)?(?: U=[^ ]{1,64})?$/;
const EXIM_NAME = /\(set_id=(.{0,256})\)$/;

const emitMail = (
  line: string,
  context: LineContext,
  at: number,
  observer: string | undefined,
  type: string,
  ip: string | undefined,
  details: Details & { readonly username: string },
  emit: (event: SecurityEvent) => void,
): 'event' => {
  emit({
    id: eventIdOf(context.source, context.position, at),
    at,
    source: context.source,
    observer,
    module: 'maillog',
    type,
    severity: type === 'auth_failure' ? 'MEDIUM' : 'INFO',
    summary: line.slice(0, 256),
    details,
    raw: line,
    sourceIp: ip,
    entities: { ip, user: details.username === '' ? undefined : details.username },
    trust: 'sensor',
  });
  return 'event';
};
