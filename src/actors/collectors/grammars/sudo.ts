import type { ParseOutcome } from '../../contract.ts';
import { type AuthLine, emitAuth } from './auth-line.ts';
import { detach } from './detach.ts';

/**
 * sudo: `alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/ls` → `privilege_change`; wrong passwords →
 * one `auth_failure`; refused by policy → `privilege_change` with `success: false`. Directory and command are the caller's
 * text: when they could stand for another target the event says `ambiguous`.
 */
export const readSudo = (from: AuthLine): ParseOutcome => {
  const { line } = from;
  const message = line.slice(from.start, from.end);
  const head = HEAD.exec(message.slice(0, 300));
  if (head === null) return 'irrelevant';
  const [whole = '', user = ''] = head;
  const rest = message.slice(whole.length);
  const command = fieldAfter(rest, 'COMMAND=');
  const fields = command.before;
  const details = {
    username: user,
    user,
    service: 'sudo',
    tty: shortField(fields, 'TTY='),
    working_directory: detach(shortField(fields, 'PWD='), line),
    target: shortField(fields, 'USER=') || shortField(fields, 'GROUP=') || 'root',
    command_line: detach(command.text, line),
    ...(fields.split(' ; USER=').length > 2 ? { ambiguous: true } : undefined),
  };
  const wrong = WRONG_PASSWORD.exec(rest);
  if (wrong !== null) {
    const attempts = Number(wrong[1]);
    return emitAuth(from, 'auth_failure', 'MEDIUM', undefined, { ...details, method: 'password', reason: 'incorrect_password', attempts });
  }
  const refusal = REFUSALS.find(([words]) => rest.startsWith(words));
  if (refusal !== undefined) {
    return emitAuth(from, 'privilege_change', 'HIGH', undefined, { ...details, action: 'sudo_refused', success: false, reason: refusal[1] });
  }
  if (!rest.startsWith('TTY=') && !rest.startsWith('PWD=') && !rest.startsWith('HOST=')) return 'irrelevant';
  return emitAuth(from, 'privilege_change', 'MEDIUM', undefined, { ...details, action: 'sudo', success: true });
};

const HEAD = /^ {0,16}([^\s:]{1,256}) : /;
const WRONG_PASSWORD = /^([0-9]{1,4}) incorrect password attempts?(?: ;|$)/;

const REFUSALS: readonly (readonly [string, string])[] = [
  ['user NOT in sudoers', 'not_in_sudoers'],
  ['user NOT authorized on host', 'not_on_host'],
  ['command not allowed', 'command_not_allowed'],
  ['a password is required', 'password_required'],
  ['(command continued)', 'continued'],
];

const fieldAfter = (text: string, name: string): { readonly before: string; readonly text: string } => {
  const at = text.indexOf(`; ${name}`);
  return at < 0 ? { before: text, text: '' } : { before: text.slice(0, at), text: text.slice(at + name.length + 2, at + name.length + 4098) };
};

// The last one: what sudo writes comes after the directory.
const shortField = (fields: string, name: string): string => {
  const at = name === 'USER=' || name === 'GROUP=' ? fields.lastIndexOf(` ; ${name}`) + 3 : fields.indexOf(name);
  if (at < 0 || !fields.startsWith(name, at)) return '';
  const end = fields.indexOf(' ; ', at);
  return fields
    .slice(at + name.length, end < 0 ? fields.length : end)
    .trim()
    .slice(0, 1024);
};
