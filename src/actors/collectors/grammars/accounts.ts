import type { ParseOutcome } from '../../contract.ts';
import { type AuthLine, emitAuth } from './auth-line.ts';

/** useradd, usermod, groupadd and friends: who got an account or a group. Undefined when the program is none of them. */
export const readAccount = (from: AuthLine): ParseOutcome | undefined => {
  const message = from.line.slice(from.start, Math.min(from.end, from.start + 1024));
  switch (from.program) {
    case 'useradd':
    case 'adduser':
      return readUserAdd(from, message);
    case 'usermod':
    case 'chsh':
      return readUserChange(from, message) ?? readGroupChange(from, message);
    case 'gpasswd':
      return readGroupChange(from, message);
    default:
      return undefined;
  }
};

const readUserAdd = (from: AuthLine, message: string): ParseOutcome => {
  const match = NEW_USER.exec(message);
  if (match === null) return readGroupChange(from, message);
  const [, name = '', uid = '', shell = ''] = match;
  return emitAuth(from, 'user_created', 'MEDIUM', undefined, {
    user_id: name,
    name,
    username: name,
    uid: Number(uid),
    shell,
    source: 'useradd',
    created_by: 'useradd',
  });
};

// `change user 'eve' UID from '1001' to '0'`, `change user 'www' shell from … to '/bin/bash'`.
const readUserChange = (from: AuthLine, message: string): ParseOutcome | undefined => {
  const match = CHANGED.exec(message);
  if (match?.groups === undefined) return undefined;
  const { user = '', field = '', before = '', after = '' } = match.groups;
  const name = field.toLowerCase();
  return emitAuth(from, 'account_updated', 'MEDIUM', undefined, {
    user_id: user,
    username: user,
    changed_fields: name,
    [`old_${name}`]: before,
    [`new_${name}`]: after,
    initiated_by: from.program,
    service: from.program,
  });
};

const readGroupChange = (from: AuthLine, message: string): ParseOutcome => {
  const match = ADDED.exec(message) ?? GPASSWD.exec(message);
  if (match?.groups === undefined) return 'irrelevant';
  const { user = '', group = '', actor = '' } = match.groups;
  return emitAuth(from, 'role_change', 'MEDIUM', undefined, {
    user_id: user,
    username: user,
    new_role: group,
    granted_by: actor || from.program,
    permission: 'group',
  });
};

const NEW_USER = /^new user: name=([^\s,]{1,64}), UID=([0-9]{1,10}), GID=[0-9]{1,10}, home=[^,]{0,512}, shell=([^\s,]{0,256})/;
const CHANGED = /^change(?:d)? user '(?<user>[^']{1,64})' (?<field>UID|GID|shell|home)(?: from '(?<before>[^']{0,256})')? to '(?<after>[^']{0,256})'$/;
const ADDED = /^add '(?<user>[^']{1,64})' to (?:shadow )?group '(?<group>[^']{1,64})'$/;
const GPASSWD = /^user (?<user>[^\s]{1,64}) added by (?<actor>[^\s]{1,64}) to group (?<group>[^\s]{1,64})$/;
