import { type Account, type Group, isMember } from '../users.ts';

/** Whether an account may act as root: in an administrators' group, or by a rule of sudo that allows everything. Pure. */
export const isAdministrator = (account: Account, groups: readonly Group[], sudoers: string): boolean => {
  const own = groups.filter((group) => isMember(account, group)).map((group) => group.name);
  if (own.some((name) => ADMIN_GROUPS.has(name))) return true;
  return sudoRules(sudoers).some((who) => (who.startsWith('%') ? own.includes(who.slice(1)) : who === account.name));
};

/** Whether an account belongs to those who decide about actions here. */
export const isApprover = (account: Account, groups: readonly Group[]): boolean => groups.some((group) => group.name === APPROVERS && isMember(account, group));

const APPROVERS = '1sec';
const ADMIN_GROUPS: ReadonlySet<string> = new Set(['sudo', 'wheel', 'admin']);

/** Users and %groups with a rule whose commands end in ALL. */
const sudoRules = (text: string): readonly string[] =>
  text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => {
      const [, who] = /^\s*(%?[A-Za-z_][\w.-]{0,63})\s+[^=\s]{1,200}\s*=/.exec(line) ?? [];
      return who !== undefined && /(?:^|[\s:=,)])ALL\s*$/.test(line.slice(-200)) && !/^(?:Defaults|\w+_Alias)/.test(who) ? [who] : [];
    });
