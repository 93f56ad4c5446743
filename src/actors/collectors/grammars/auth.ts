import type { Grammar, ParseOutcome } from '../../contract.ts';
import { readAccount } from './accounts.ts';
import { type AuthLine, createAuthLine } from './auth-line.ts';
import { createLogClock } from './log-time.ts';
import { readLogind } from './logind.ts';
import type { GrammarOptions } from './options.ts';
import { isPamMessage, readPam } from './pam.ts';
import { createQuietLines, type QuietOptions } from './quiet-lines.ts';
import { createSshdReader } from './sshd.ts';
import { readLogin, readSu } from './su.ts';
import { readSudo } from './sudo.ts';
import { readSyslogPrefix } from './syslog-prefix.ts';

/** Programs whose messages are read, apart from what PAM writes in the name of any. */
export const AUTH_PROGRAMS = [
  ...['sshd', 'sshd-session', 'sshd-auth', 'sudo', 'su', 'login', 'systemd-logind'],
  ...['useradd', 'adduser', 'usermod', 'gpasswd', 'chsh'],
] as const;

/** What the check of bytes must let through for them. */
export const AUTH_QUIET: QuietOptions = { programs: AUTH_PROGRAMS, families: [], mayHoldRequest: false };

/** Event types that authentication logs give. */
export const AUTH_EVENT_TYPES = [
  'auth_failure',
  'auth_success',
  'auth_attempt',
  'session_activity',
  'privilege_change',
  'password_changed',
  'user_created',
  'account_updated',
  'role_change',
] as const;

/**
 * auth.log, secure, and anything in syslog form that holds authentication messages. One grammar per source: it remembers which
 * sshd processes were already counted.
 */
export const createAuthGrammar = (options: GrammarOptions = {}): Grammar => {
  const clock = createLogClock(options);
  const readMessage = createAuthMessageReader();
  const from = createAuthLine();
  return {
    id: 'auth',
    eventTypes: AUTH_EVENT_TYPES,
    isQuiet: createQuietLines(AUTH_QUIET),
    parse: (line, context, emit) => {
      const hasPrefix = readSyslogPrefix(line, clock, context.receivedAt, from);
      // `PAM: …` and `error: …` look like a program's name.
      if (!hasPrefix || (from.host === undefined && from.pid === '')) {
        if (BARE.test(line)) takeBare(from, context.receivedAt);
        else if (!hasPrefix) return 'unparsed';
      }
      from.line = line;
      from.end = line.length;
      from.context = context;
      from.trust = 'sensor';
      from.repeat = 1;
      from.emit = emit;
      return readMessage(from);
    },
  };
};

const takeBare = (from: AuthLine, receivedAt: number): void => {
  from.at = receivedAt;
  from.host = undefined;
  from.program = 'sshd';
  from.pid = '';
  from.start = 0;
};

/** Reads a message whose program is known; the journal grammar uses it without a syslog prefix. */
export const createAuthMessageReader = (): ((from: AuthLine) => ParseOutcome) => {
  const readSshd = createSshdReader();
  return (from) => {
    if (isPamMessage(from)) return readPam(from);
    switch (from.program) {
      case 'sshd':
      case 'sshd-session':
      case 'sshd-auth':
        return readSshd(from);
      case 'sudo':
        return readSudo(from);
      case 'su':
        return readSu(from);
      case 'login':
        return readLogin(from);
      case 'systemd-logind':
        return readLogind(from);
      default:
        return readAccount(from) ?? 'irrelevant';
    }
  };
};

// What `sshd -e` and `sshd -E` write: messages with nothing before them.
const BARE =
  /^(?:Failed |Accepted |Invalid user |(?:error: )?(?:PAM: |maximum authentication attempts )|Connection (?:closed|reset) by |Disconnect(?:ed|ing) |Received (?:disconnect from|signal) |Server listening on |Postponed |banner exchange: |kex_exchange_identification: |Unable to negotiate with |Did not receive identification |drop connection #|Timeout before authentication )/;
