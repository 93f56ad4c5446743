import { readText } from './process/read-process.ts';

export type Account = { readonly name: string; readonly uid: number; readonly gid: number; readonly home: string; readonly shell: string };
export type Group = { readonly name: string; readonly gid: number; readonly members: readonly string[] };

/** Name of a user id, or the number as text when no account has it. */
export const userNameOf = (uid: number): string => accountsIn(readText(PASSWD, MAX_BYTES) ?? '').find((account) => account.uid === uid)?.name ?? String(uid);

/** Whether a user belongs to a group, by primary or additional membership. False when either is unknown. */
export const isInGroup = (uid: number, groupName: string): boolean => {
  const group = groupsIn(readText(GROUP, MAX_BYTES) ?? '').find((entry) => entry.name === groupName);
  const account = accountsIn(readText(PASSWD, MAX_BYTES) ?? '').find((entry) => entry.uid === uid);
  return group !== undefined && account !== undefined && isMember(account, group);
};

/** Numeric id of a group, undefined when there is none by that name. */
export const groupIdOf = (groupName: string): number | undefined => groupsIn(readText(GROUP, MAX_BYTES) ?? '').find((entry) => entry.name === groupName)?.gid;

/** Whether the account belongs to the group. */
export const isMember = (account: Account, group: Group): boolean => account.gid === group.gid || group.members.includes(account.name);

/** Accounts in the text of a passwd file; malformed lines are passed over. */
export const accountsIn = (text: string): readonly Account[] =>
  rows(text, 7).flatMap(([name = '', , uid = '', gid = '', , home = '', shell = '']) =>
    isNumber(uid) && isNumber(gid) && name !== '' ? [{ name, uid: Number(uid), gid: Number(gid), home, shell }] : [],
  );

/** Groups in the text of a group file; malformed lines are passed over. */
export const groupsIn = (text: string): readonly Group[] =>
  rows(text, 4).flatMap(([name = '', , gid = '', members = '']) =>
    isNumber(gid) && name !== '' ? [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }] : [],
  );

const PASSWD = '/etc/passwd';
const GROUP = '/etc/group';
const MAX_BYTES = 16 * 1024 * 1024;

const rows = (text: string, columns: number): readonly (readonly string[])[] =>
  text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((row) => row.length === columns);

const isNumber = (text: string): boolean => /^[0-9]{1,10}$/.test(text);
