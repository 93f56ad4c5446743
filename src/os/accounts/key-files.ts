import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../process/read-process.ts';
import type { Account } from '../users.ts';

/** Where the SSH server looks for keys: patterns of `AuthorizedKeysFile`, the server's default when nothing says otherwise. */
export const keyPatterns = (etc: string): readonly string[] => {
  const files = [join(etc, 'ssh/sshd_config'), ...snippets(join(etc, 'ssh/sshd_config.d'))];
  const found = files
    .map((path) => /^[ \t]*AuthorizedKeysFile[ \t]+(.{1,1000})$/im.exec(readText(path, MAX_CONFIG) ?? '')?.[1])
    .find((line) => line !== undefined);
  const words = (found ?? DEFAULT).split(/[ \t"]+/).filter((word) => word !== '' && word.toLowerCase() !== 'none');
  // The defaults count too: a key there works again as soon as the setting is taken back.
  return [...new Set([...words, ...DEFAULT.split(' ')])];
};

/** The key files an account has now, by absolute path; links are named, not followed. */
export const keyFilesOf = (account: Account, patterns: readonly string[]): readonly string[] => [
  ...new Set(patterns.map((pattern) => expand(pattern, account)).filter((path) => path !== undefined && isFileOrLink(path)) as string[]),
];

/** Whether one of them holds anything. */
export const hasKeys = (account: Account, patterns: readonly string[]): boolean => keyFilesOf(account, patterns).some(isFilled);

const DEFAULT = '.ssh/authorized_keys .ssh/authorized_keys2';
const MAX_CONFIG = 1024 * 1024;

const expand = (pattern: string, account: Account): string | undefined => {
  const path = pattern.replaceAll(/%[%hu]/g, (token) => (token === '%h' ? account.home : token === '%u' ? account.name : '%'));
  // One file for everybody is nobody's own.
  if (path.startsWith('/') && !/%[hu]/.test(pattern)) return undefined;
  return path.startsWith('/') ? path : join(account.home, path);
};

const isFileOrLink = (path: string): boolean => {
  const entry = statOrUndefined(() => lstatSync(path));
  return entry !== undefined && !entry.isDirectory();
};

const isFilled = (path: string): boolean => (statOrUndefined(() => statSync(path))?.size ?? 0) > 0;

const statOrUndefined = (look: () => import('node:fs').Stats): import('node:fs').Stats | undefined => {
  try {
    return look();
  } catch {
    // Not there, or not ours to see: then there is no key to speak of.
    return undefined;
  }
};

const snippets = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.conf'))
      .toSorted()
      .slice(0, 64)
      .map((name) => join(directory, name));
  } catch {
    // Most systems without snippets have no directory for them.
    return [];
  }
};
