import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readAccountFacts } from './account-files.ts';
import { keyFilesOf, keyPatterns } from './key-files.ts';
import { operatorAccounts } from './untouchable-account.ts';

/** Key files of everybody who may operate this host, by device and inode, each with the account's name. */
export const operatorKeys = (root: string, operatorUids: readonly number[]): ReadonlyMap<string, string> => {
  const patterns = keyPatterns(join(root, 'etc'));
  const found = new Map<string, string>();
  for (const account of operatorAccounts(readAccountFacts(root, operatorUids, 0)))
    for (const path of keyFilesOf(account, patterns)) {
      const file = statSync(path, { throwIfNoEntry: false });
      if (file !== undefined) found.set(`${file.dev}:${file.ino}`, account.name);
    }
  return found;
};
