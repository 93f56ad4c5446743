import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../domain/clock.ts';
import { messageOf, SecError } from '../../domain/errors.ts';
import type { HostOperations } from '../../domain/host.ts';
import type { AccountRecord } from '../../domain/undo-record.ts';
import { systemCommand } from '../command.ts';
import { loadFileCalls } from '../files/file-calls.ts';
import { runProgram } from '../run-program.ts';
import type { Account } from '../users.ts';
import { readAccountFacts, readShadow } from './account-files.ts';
import { keyFilesOf, keyPatterns } from './key-files.ts';
import { createLockNotes } from './lock-notes.ts';
import { restoreShadow } from './restore-shadow.ts';
import { renameKeys } from './set-aside-keys.ts';
import { expiryDayOf, isLocked, lineFingerprint, shadowLineOf } from './shadow.ts';
import { type AccountFacts, whyUntouchableAccount } from './untouchable-account.ts';

type AccountOperation = 'user.inspect' | 'user.lock' | 'user.setAsideKeys' | 'user.state' | 'user.restore' | 'user.noted';

export type AccountsOptions = {
  readonly clock: Clock;
  readonly dataDirectory?: string | undefined;
  /** A system other than this one, for tests: its `etc` is used, its homes are as they are written. */
  readonly accountsRoot?: string | undefined;
};

/** Locks accounts and unlocks them again, exactly as they were. */
export const createAccounts = (
  options: AccountsOptions,
): { readonly [Name in AccountOperation]: (request: HostOperations[Name]['request']) => Promise<HostOperations[Name]['reply']> } => {
  const root = options.accountsRoot ?? '/';
  const notes = createLockNotes(options.dataDirectory);
  const today = (): number => Math.floor(options.clock.now() / DAY_MS);
  const factsNow = (operatorUids: readonly number[]): AccountFacts => readAccountFacts(root, operatorUids, today());
  const accountNow = (user: string): Account | undefined => factsNow([]).accounts.find((account) => account.name === user);

  const assertLockable = (user: string, operatorUids: readonly number[]): Account => {
    const facts = factsNow(operatorUids);
    const account = NAME.test(user) ? facts.accounts.find((candidate) => candidate.name === user) : undefined;
    if (account === undefined) throw new SecError('SEC_NOT_FOUND', `${user} is no account of this host`);
    const why = whyUntouchableAccount(account, facts);
    if (why !== undefined) throw new SecError('SEC_REFUSED', `${user} is never disabled: ${why}`);
    return account;
  };
  const assertSameAccount = (record: AccountRecord): void => {
    const uid = accountNow(record.user)?.uid;
    if (uid === undefined) throw new SecError('SEC_NOT_FOUND', `the account ${record.user} does not exist any more`);
    if (uid !== record.uid) throw new SecError('SEC_CONFLICT', `${record.user} is another account now (user id ${uid}, was ${record.uid})`);
  };

  return {
    'user.inspect': async ({ user, operatorUids }) => {
      const account = assertLockable(user, operatorUids);
      const line = shadowLineOf(readShadow(root), user);
      if (line === undefined) throw new SecError('SEC_REFUSED', `${user} has no line in the shadow file: its password is kept elsewhere`);
      const keyFiles = keyFilesOf({ ...account, home: realHome(account.home) }, keyPatterns(join(root, 'etc')));
      const known = { user, uid: account.uid, wasLocked: isLocked(line), fields: line.rest, lineSha256: lineFingerprint(line.text), keyFiles };
      return { record: { kind: 'account', ...known } };
    },
    'user.lock': async ({ id, record, operatorUids }) => {
      assertSameAccount(record);
      assertLockable(record.user, operatorUids);
      notes.write(id, record);
      const where = root === '/' ? [] : ['--prefix', root];
      const command = systemCommand('usermod', ['--lock', '--expiredate', '1', ...where, '--', record.user]);
      // It waits up to 15 s for others that change the account files. However it ends: the file tells what it did.
      const said = await runProgram(command, { timeoutMs: USERMOD_MS }).then(
        ({ code, stderr }) => `exit code ${code}: ${stderr.trim().slice(0, 300)}`,
        messageOf,
      );
      const line = shadowLineOf(readShadow(root), record.user);
      if (line !== undefined && isLocked(line) && expiryDayOf(line) === 1) return {};
      if (line?.text !== undefined && lineFingerprint(line.text) === record.lineSha256) notes.remove(id);
      throw new SecError('SEC_HOST_REFUSED', `usermod did not lock ${record.user}: ${said}`);
    },
    'user.setAsideKeys': async ({ id, record }) => renameKeys(await loadFileCalls(), id, record.keyFiles, 'aside'),
    'user.state': async ({ user }) => {
      const account = accountNow(user);
      const line = shadowLineOf(readShadow(root), user);
      if (account === undefined || line === undefined) return { uid: account?.uid, isLocked: false, isClosed: false, keysLeft: 0 };
      const expiry = expiryDayOf(line);
      const keysLeft = keyFilesOf(account, keyPatterns(join(root, 'etc'))).length;
      return { uid: account.uid, isLocked: isLocked(line), isClosed: expiry !== undefined && expiry <= today(), keysLeft };
    },
    'user.restore': async ({ id, record }) => {
      const uid = accountNow(record.user)?.uid;
      if (uid !== record.uid) {
        // Removed, or made anew under another number: then there is nothing of ours in it.
        notes.remove(id);
        return { account: 'gone', problems: [] };
      }
      const isExact = await restoreShadow(root, record);
      const { problems } = renameKeys(await loadFileCalls(), id, record.keyFiles, 'back');
      notes.remove(id);
      return { account: isExact ? 'exact' : 'changed', problems };
    },
    'user.noted': async () => notes.list(),
  };
};

const DAY_MS = 86_400_000;
const USERMOD_MS = 20_000;
// As the account tools allow at most; never an option.
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,255}\$?$/;

/** The home with the administrator's links above it resolved (/home may be one); a home that is a link itself stays one, and is then refused. */
const realHome = (home: string): string => {
  try {
    return join(realpathSync(dirname(home)), basename(home));
  } catch {
    // No such directory: then there are no keys in it.
    return home;
  }
};
