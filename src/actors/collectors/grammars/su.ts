import type { ParseOutcome } from '../../contract.ts';
import { type AuthLine, emitAuth } from './auth-line.ts';

/**
 * su and login at a terminal. util-linux `FAILED SU (to root) alice on pts/0`, `(to root) alice on pts/0`; shadow
 * `FAILED su for root by alice`, `Successful su for root by alice`; `FAILED LOGIN (1) on '/dev/tty1' FOR 'root', …`.
 * The name whose password was tried is `username`, who tried is `actor`.
 */
export const readSu = (from: AuthLine): ParseOutcome => {
  const message = from.line.slice(from.start, Math.min(from.end, from.start + 512));
  for (const form of FORMS) {
    const match = form.pattern.exec(message);
    if (match?.groups === undefined) continue;
    const { target = '', actor = '', tty = '' } = match.groups;
    if (form.isFailure) {
      return emitAuth(from, 'auth_failure', 'MEDIUM', undefined, {
        username: target,
        actor,
        target,
        tty,
        method: 'password',
        service: 'su',
        reason: 'refused',
      });
    }
    return emitAuth(from, 'privilege_change', 'MEDIUM', undefined, { username: actor, user: actor, action: 'su', target, tty, service: 'su', success: true });
  }
  return 'irrelevant';
};

/** `login` on a console or serial line. */
export const readLogin = (from: AuthLine): ParseOutcome => {
  const message = from.line.slice(from.start, Math.min(from.end, from.start + 1024));
  const failed = FAILED_LOGIN.exec(message);
  if (failed !== null) {
    return emitAuth(from, 'auth_failure', 'MEDIUM', undefined, {
      username: failed[2] ?? '',
      tty: failed[1] ?? '',
      method: 'password',
      service: 'login',
      reason: 'refused',
    });
  }
  const opened = OPENED_LOGIN.exec(message);
  if (opened === null) return 'irrelevant';
  return emitAuth(from, 'auth_success', 'INFO', undefined, { username: opened[2] ?? 'root', tty: opened[1] ?? '', method: 'password', service: 'login' });
};

type Form = { readonly pattern: RegExp; readonly isFailure: boolean };

const FORMS: readonly Form[] = [
  { pattern: /^FAILED SU \(to (?<target>[^\s)]{1,64})\) (?<actor>[^\s]{1,64}) on (?<tty>[^\s]{1,64})$/, isFailure: true },
  { pattern: /^FAILED su for (?<target>[^\s]{1,64}) by (?<actor>[^\s]{1,64})$/i, isFailure: true },
  { pattern: /^- (?<tty>[^\s]{1,64}) (?<actor>[^\s:]{1,64})[:-](?<target>[^\s:]{1,64})$/, isFailure: true },
  { pattern: /^\(to (?<target>[^\s)]{1,64})\) (?<actor>[^\s]{1,64}) on (?<tty>[^\s]{1,64})$/, isFailure: false },
  { pattern: /^Successful su for (?<target>[^\s]{1,64}) by (?<actor>[^\s]{1,64})$/, isFailure: false },
  { pattern: /^\+ (?<tty>[^\s]{1,64}) (?<actor>[^\s:]{1,64})[:-](?<target>[^\s:]{1,64})$/, isFailure: false },
];

// A remote `FROM 'host'` (telnet) is a name the other side can choose: it is not read.
const FAILED_LOGIN = /^FAILED LOGIN (?:SESSION )?\([0-9]{1,9}\) on '([^']{1,64})'(?: FROM '[^']{1,255}')? FOR '([^']{0,256})', /;
const OPENED_LOGIN = /^(?:ROOT )?LOGIN ON ([^\s]{1,64})(?: BY ([^\s]{1,64}))?/;
