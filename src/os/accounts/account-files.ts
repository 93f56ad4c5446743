import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecError } from '../../domain/errors.ts';
import { readText } from '../process/read-process.ts';
import { accountsIn, groupsIn } from '../users.ts';
import { hasKeys, keyPatterns } from './key-files.ts';
import type { AccountFacts } from './untouchable-account.ts';

/** The account files of a system, read now. `root` is `/`, or where tests keep a system of their own. */
export const readAccountFacts = (root: string, operatorUids: readonly number[], today: number): AccountFacts => {
  const etc = join(root, 'etc');
  const patterns = keyPatterns(etc);
  return {
    accounts: accountsIn(readText(join(etc, 'passwd'), MAX_BYTES) ?? ''),
    groups: groupsIn(readText(join(etc, 'group'), MAX_BYTES) ?? ''),
    shadow: readText(join(etc, 'shadow'), MAX_BYTES) ?? '',
    sudoers: [join(etc, 'sudoers'), ...filesIn(join(etc, 'sudoers.d'))].map((path) => readText(path, MAX_SUDOERS) ?? '').join('\n'),
    operatorUids,
    hasKeys: (account) => hasKeys(account, patterns),
    today,
  };
};

/** The text of the shadow file, one character a byte. SEC_FORBIDDEN when this user may not read it. */
export const readShadow = (root: string): string => {
  try {
    return readFileSync(join(root, 'etc/shadow'), 'latin1');
  } catch (cause) {
    throw new SecError('SEC_FORBIDDEN', 'the shadow file cannot be read', { cause });
  }
};

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_SUDOERS = 1024 * 1024;

// Names with a dot or a tilde are not read by sudo either.
const filesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory)
      .filter((name) => !/[.~]/.test(name))
      .toSorted()
      .slice(0, 256)
      .map((name) => join(directory, name));
  } catch {
    // No sudo here, or not ours to read: the administrators' groups still count.
    return [];
  }
};
