import type { ParseOutcome } from '../../contract.ts';
import { addressOf } from './address.ts';
import { type AuthLine, emitAuth } from './auth-line.ts';
import { detach } from './detach.ts';
import { readOutcomePeer } from './ssh-outcome.ts';
import { createSshPeer, readPeerAt, readPeerBefore } from './ssh-peer.ts';

/**
 * Reads messages of sshd, sshd-session and sshd-auth (OpenSSH 7 to 10).
 *
 * Counting rule: one refused request is one `auth_failure`, and that is sshd's own `Failed <method>` line. Everything else that
 * the same attempt makes the system write (`Invalid user`, PAM lines, `maximum authentication attempts`, a closed connection,
 * the `none` probe that clients open with) is an `auth_attempt`. For keyboard-interactive sshd always writes `error: PAM: …
 * for <name> from <address>` and only sometimes a `Failed` line after it: the first counts, the second of the same sshd
 * process does not.
 */
export const createSshdReader = (): ((from: AuthLine) => ParseOutcome) => {
  const peer = createSshPeer();
  const countedByPam = new Set<string>();

  const read = (from: AuthLine): ParseOutcome => {
    const { line, start } = from;
    if (!from.context.isCut && line.startsWith(PREAUTH, from.end - PREAUTH.length)) from.end -= PREAUTH.length;
    switch (line.charCodeAt(start)) {
      case 70: // F
        return line.startsWith('Failed ', start) ? readFailed(from) : 'unparsed';
      case 65: // A
        return line.startsWith('Accepted ', start) ? readAccepted(from) : 'irrelevant';
      case 73: // I
        return line.startsWith('Invalid user ', start) ? readNamed(from, start + 13, 'invalid_user', true) : 'unparsed';
      case 109: // m
        if (line.startsWith('message repeated ', start)) return readRepeated(from);
        return line.startsWith(EXCEEDED, start) ? readExceeded(from, start + EXCEEDED.length) : 'irrelevant';
      case 101: // e
        return line.startsWith('error: ', start) ? readError(from) : 'irrelevant';
      case 67: // C
        return readConnection(from);
      case 68: // D
        return readDisconnect(from);
      case 80: // P: the same as `error: PAM: …`, as sshd writes it to a file of its own
        return line.startsWith('PAM: ', start) ? readPamError(from, start + 5) : 'irrelevant';
      case 85: // U
        return readNotAllowed(from);
      default:
        return readRest(from);
    }
  };

  const readFailed = (from: AuthLine): ParseOutcome => {
    const { line } = from;
    const methodStart = from.start + 7;
    const methodEnd = line.indexOf(' for ', methodStart);
    if (methodEnd < 0 || methodEnd - methodStart > MAX_METHOD) return 'unparsed';
    const method = line.slice(methodStart, methodEnd);
    const nameStart = methodEnd + 5;
    const isUnknown = line.startsWith('invalid user ', nameStart) || line.startsWith('illegal user ', nameStart);
    const from13 = isUnknown ? nameStart + 13 : nameStart;
    const type = isProbe(from, method) ? 'auth_attempt' : 'auth_failure';
    const tail = from.context.isCut ? undefined : readOutcomePeer(line, from13, from.end, peer);
    if (tail === undefined) {
      return emitAuth(from, type, 'MEDIUM', undefined, { username: '', method, service: 'sshd', reason: 'address_unclear', unknown_user: isUnknown });
    }
    const details = {
      username: detach(line.slice(from13, peer.before), line),
      method,
      port: peer.port,
      service: 'sshd',
      reason: isUnknown ? 'invalid_user' : 'refused',
      unknown_user: isUnknown,
    };
    return emitAuth(from, type, 'MEDIUM', peer.ip, tail.key === undefined ? details : { ...details, key: tail.key });
  };

  const isProbe = (from: AuthLine, method: string): boolean =>
    method === 'none' || (method.startsWith('keyboard-interactive') && countedByPam.delete(from.pid));

  const readAccepted = (from: AuthLine): ParseOutcome => {
    const { line } = from;
    const methodStart = from.start + 9;
    const methodEnd = line.indexOf(' for ', methodStart);
    if (methodEnd < 0 || methodEnd - methodStart > MAX_METHOD) return 'irrelevant';
    const nameStart = methodEnd + 5;
    const tail = from.context.isCut ? undefined : readOutcomePeer(line, nameStart, from.end, peer);
    if (tail === undefined) return 'unparsed';
    return emitAuth(from, 'auth_success', 'INFO', peer.ip, {
      username: detach(line.slice(nameStart, peer.before), line),
      method: line.slice(methodStart, methodEnd),
      port: peer.port,
      service: 'sshd',
      ...(tail.key === undefined ? undefined : { key: tail.key }),
    });
  };

  // `<name> from <address>[ port <n>]` up to the end.
  const readNamed = (from: AuthLine, nameStart: number, reason: string, isUnknown: boolean): ParseOutcome => {
    const { line } = from;
    if (from.context.isCut || !readPeerBefore(line, nameStart, from.end, true, peer)) {
      return emitAuth(from, 'auth_attempt', 'LOW', undefined, { username: '', service: 'sshd', reason: 'address_unclear', unknown_user: isUnknown });
    }
    const username = detach(line.slice(nameStart, peer.before), line);
    return emitAuth(from, 'auth_attempt', 'LOW', peer.ip, { username, port: peer.port, service: 'sshd', reason, unknown_user: isUnknown });
  };

  const readExceeded = (from: AuthLine, at: number): ParseOutcome => {
    const { line } = from;
    const isUnknown = line.startsWith('invalid user ', at);
    if (line.startsWith(' ssh2', from.end - 5)) from.end -= 5;
    return readNamed(from, isUnknown ? at + 13 : at, 'max_attempts', isUnknown);
  };

  const readError = (from: AuthLine): ParseOutcome => {
    const { line } = from;
    const at = from.start + 7;
    if (line.startsWith(EXCEEDED, at)) return readExceeded(from, at + EXCEEDED.length);
    if (line.startsWith('PAM: ', at)) return readPamError(from, at + 5);
    return 'irrelevant';
  };

  const readPamError = (from: AuthLine, at: number): ParseOutcome => {
    const { line } = from;
    const named = line.indexOf(' for ', at);
    if (named < 0 || named - at > 80) return 'irrelevant';
    const nameStart = named + 5;
    const isUnknown = line.startsWith('illegal user ', nameStart) || line.startsWith('invalid user ', nameStart);
    const userStart = isUnknown ? nameStart + 13 : nameStart;
    if (from.context.isCut || !readPeerBefore(line, userStart, from.end, true, peer)) return 'irrelevant';
    if (from.pid !== '') remember(countedByPam, from.pid);
    return emitAuth(from, 'auth_failure', 'MEDIUM', peer.ip, {
      username: detach(line.slice(userStart, peer.before), line),
      method: 'keyboard-interactive/pam',
      service: 'sshd',
      reason: isUnknown ? 'invalid_user' : 'refused',
      unknown_user: isUnknown,
    });
  };

  const readRepeated = (from: AuthLine): ParseOutcome => {
    const match = REPEATED.exec(from.line.slice(from.start, from.start + 48));
    if (match === null || from.repeat > 1 || from.line.charCodeAt(from.end - 1) !== 93) return 'irrelevant';
    from.repeat = Math.min(Math.max(Number(match[1]), 1), MAX_REPEAT);
    from.start += match[0].length;
    from.end -= 1;
    return read(from);
  };

  // `Connection closed by [authenticating|invalid user <name> ]<address> port <n>`, also `reset by`; `Connection from …` says nothing yet.
  const readConnection = (from: AuthLine): ParseOutcome => {
    const { line, start } = from;
    const at = line.startsWith('Connection closed by ', start) ? start + 21 : line.startsWith('Connection reset by ', start) ? start + 20 : -1;
    if (at < 0) return 'irrelevant';
    return readLeaving(from, at, line.charCodeAt(start + 11) === 99 ? 'closed' : 'reset');
  };

  const readDisconnect = (from: AuthLine): ParseOutcome => {
    const { line, start } = from;
    if (line.startsWith('Disconnected from ', start)) return readLeaving(from, start + 18, 'disconnected');
    if (line.startsWith('Did not receive identification string from ', start)) return readProtocol(from, start + 43, 'no_identification');
    return 'irrelevant';
  };

  const readLeaving = (from: AuthLine, at: number, action: string): ParseOutcome => {
    const { line } = from;
    if (from.context.isCut || !readPeerBefore(line, at, from.end, false, peer)) return 'irrelevant';
    const isUnknown = line.startsWith('invalid user ', at);
    const isAuthenticating = line.startsWith('authenticating user ', at);
    const isUser = line.startsWith('user ', at);
    const nameStart = isUnknown ? at + 13 : isAuthenticating ? at + 20 : isUser ? at + 5 : at;
    const username = nameStart === at ? '' : detach(line.slice(nameStart, peer.before), line);
    if (isUnknown || isAuthenticating) {
      return emitAuth(from, 'auth_attempt', 'LOW', peer.ip, { username, port: peer.port, service: 'sshd', reason: action, unknown_user: isUnknown });
    }
    return emitAuth(from, 'session_activity', 'INFO', peer.ip, { session_id: sessionOf(from), action, username, port: peer.port, service: 'sshd' });
  };

  // The address stands right after the fixed words; what follows may be the client's.
  const readProtocol = (from: AuthLine, at: number, reason: string): ParseOutcome => {
    if (readPeerAt(from.line, at, from.end, peer) < 0) return 'irrelevant';
    return emitAuth(from, 'auth_attempt', 'LOW', peer.ip, { username: '', port: peer.port, service: 'sshd', reason });
  };

  // `User <name> from <address> not allowed because <reason>`.
  const readNotAllowed = (from: AuthLine): ParseOutcome => {
    const { line, start } = from;
    if (line.startsWith('Unable to negotiate with ', start)) return readProtocol(from, start + 25, 'no_common_algorithm');
    const because = line.lastIndexOf(' not allowed because ');
    if (!line.startsWith('User ', start) || because < 0 || from.context.isCut) return 'irrelevant';
    from.end = because;
    return readNamed(from, start + 5, 'not_allowed', false);
  };

  const readRest = (from: AuthLine): ParseOutcome => {
    const { line, start } = from;
    for (const [words, reason] of FIXED_WORDS) if (line.startsWith(words, start)) return readProtocol(from, start + words.length, reason);
    if (line.startsWith('Received disconnect from ', start)) return readFarewell(from, start + 25);
    if (line.startsWith('drop connection #', start)) return readDropped(from);
    if (line.startsWith('ROOT LOGIN REFUSED FROM ', start)) return readRootRefused(from, start + 24);
    if (line.startsWith('input_userauth_request: invalid user ', start)) return 'irrelevant';
    if (line.startsWith('Bad protocol version identification ', start)) return readBadVersion(from);
    return 'irrelevant';
  };

  const readFarewell = (from: AuthLine, at: number): ParseOutcome => {
    if (readPeerAt(from.line, at, from.end, peer) < 0) return 'irrelevant';
    return emitAuth(from, 'session_activity', 'INFO', peer.ip, {
      session_id: sessionOf(from),
      action: 'disconnect_received',
      username: '',
      port: peer.port,
      service: 'sshd',
    });
  };

  const readRootRefused = (from: AuthLine, at: number): ParseOutcome => {
    if (readPeerAt(from.line, at, from.end, peer) < 0) return 'irrelevant';
    return emitAuth(from, 'auth_attempt', 'MEDIUM', peer.ip, {
      username: 'root',
      port: peer.port,
      service: 'sshd',
      reason: 'root_refused',
      unknown_user: false,
    });
  };

  // `drop connection #5 from [192.0.2.1]:4242 on [192.0.2.9]:22 penalty: failed authentication` (OpenSSH 9.8 and later).
  const readDropped = (from: AuthLine): ParseOutcome => {
    const match = DROPPED.exec(from.line.slice(from.start, from.start + 128));
    if (match === null) return 'irrelevant';
    return emitAuth(from, 'auth_attempt', 'LOW', addressOf(match[1] ?? ''), { username: '', port: Number(match[2]), service: 'sshd', reason: 'dropped' });
  };

  const readBadVersion = (from: AuthLine): ParseOutcome => {
    if (from.context.isCut || !readPeerBefore(from.line, from.start, from.end, true, peer)) return 'irrelevant';
    return emitAuth(from, 'auth_attempt', 'LOW', peer.ip, { username: '', port: peer.port, service: 'sshd', reason: 'bad_version' });
  };

  return read;
};

const PREAUTH = ' [preauth]';
const EXCEEDED = 'maximum authentication attempts exceeded for ';
const REPEATED = /^message repeated ([0-9]{1,9}) times: \[ /;
const DROPPED = /^drop connection #[0-9]{1,9} from \[([0-9a-fA-F:.%a-z]{2,64})\]:([0-9]{1,5}) /;
const MAX_METHOD = 64;
const MAX_REPEAT = 100;
const MAX_PIDS = 1024;

const FIXED_WORDS: readonly (readonly [string, string])[] = [
  ['banner exchange: Connection from ', 'banner'],
  ['ssh_dispatch_run_fatal: Connection from ', 'protocol_error'],
  ['Timeout before authentication for connection from ', 'timeout'],
  ['Timeout before authentication for ', 'timeout'],
  ['fatal: Timeout before authentication for ', 'timeout'],
  ['fatal: Unable to negotiate with ', 'no_common_algorithm'],
];

const remember = (pids: Set<string>, pid: string): void => {
  if (pids.size >= MAX_PIDS) pids.clear();
  pids.add(pid);
};

const sessionOf = (from: AuthLine): string => `sshd:${from.pid}`;
