import type { Account, Group } from '../users.ts';
import { isAdministrator, isApprover } from './administrators.ts';
import { expiryDayOf, hasUsablePassword, shadowLineOf } from './shadow.ts';

/** What a judgement of an account rests on. */
export type AccountFacts = {
  readonly accounts: readonly Account[];
  readonly groups: readonly Group[];
  readonly shadow: string;
  readonly sudoers: string;
  readonly operatorUids: readonly number[];
  readonly hasKeys: (account: Account) => boolean;
  /** Days since 1970. */
  readonly today: number;
};

/** Why an account is never disabled, or undefined when nothing speaks against it (operator-safety 10). Pure. */
export const whyUntouchableAccount = (account: Account, facts: AccountFacts): string | undefined => {
  if (account.uid === 0) return 'it is root';
  if (account.uid < FIRST_PERSON || account.uid === NOBODY) return 'it is a system account';
  if (!hasLoginShell(account)) return 'nobody can log in with it: it belongs to a service';
  const twin = facts.accounts.find((other) => other.uid === account.uid && other.name !== account.name);
  if (twin !== undefined) return `the account ${twin.name} has the same user id`;
  if (facts.operatorUids.includes(account.uid)) return 'an operator is connected with it';
  if (isApprover(account, facts.groups)) return 'it belongs to the group 1sec, which decides about actions';
  if (isLastAdministrator(account, facts)) return 'it is the last administrator that can log in';
  return undefined;
};

const FIRST_PERSON = 1000;
const NOBODY = 65_534;
const NO_LOGIN = /\/(?:nologin|false|sync|shutdown|halt|true)$/;

const hasLoginShell = (account: Account): boolean => !NO_LOGIN.test(account.shell);

const isLastAdministrator = (account: Account, facts: AccountFacts): boolean => {
  if (!isAdministrator(account, facts.groups, facts.sudoers)) return false;
  return !facts.accounts.some(
    (other) => other.name !== account.name && other.uid !== 0 && isAdministrator(other, facts.groups, facts.sudoers) && canLogIn(other, facts),
  );
};

const canLogIn = (account: Account, facts: AccountFacts): boolean => {
  const line = shadowLineOf(facts.shadow, account.name);
  if (line === undefined || !hasLoginShell(account)) return false;
  const expiry = expiryDayOf(line);
  if (expiry !== undefined && expiry <= facts.today) return false;
  return hasUsablePassword(line) || facts.hasKeys(account);
};

/** The accounts that may operate the host: root, administrators, approvers, whoever is connected. */
export const operatorAccounts = (facts: Pick<AccountFacts, 'accounts' | 'groups' | 'sudoers' | 'operatorUids'>): readonly Account[] =>
  facts.accounts.filter(
    (account) =>
      account.uid === 0 ||
      facts.operatorUids.includes(account.uid) ||
      isApprover(account, facts.groups) ||
      isAdministrator(account, facts.groups, facts.sudoers),
  );
