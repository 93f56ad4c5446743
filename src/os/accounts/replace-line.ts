import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { putAttributes, readAttributes } from '../files/attributes.ts';
import { loadFileCalls } from '../files/file-calls.ts';
import { withShadowLock } from './shadow-lock.ts';

/**
 * Replaces one line of the shadow file and not a byte else. `next` gets the text as it is under the lock and gives the line
 * to put in the place of the account's, or undefined for no change. Owner, mode and label of the file stay.
 */
export const replaceShadowLine = (root: string, user: string, next: (text: string) => string | undefined): Promise<boolean> => {
  const etc = join(root, 'etc');
  return withShadowLock(etc, async () => {
    const path = join(etc, 'shadow');
    const before = readFileSync(path, 'latin1');
    const line = next(before);
    const after =
      line === undefined
        ? before
        : before
            .split('\n')
            .map((old) => (old.startsWith(`${user}:`) ? line : old))
            .join('\n');
    if (after === before) return false;
    await writeLike(path, `${path}.1sec`, after);
    syncDirectory(etc);
    return true;
  });
};

const writeLike = async (path: string, temporary: string, text: string): Promise<void> => {
  const calls = await loadFileCalls();
  rmSync(temporary, { force: true });
  const old = openSync(path, 'r');
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    const stat = fstatSync(old, { bigint: true });
    writeSync(fd, Buffer.from(text, 'latin1'));
    const now = fstatSync(fd, { bigint: true });
    putAttributes(calls, fd, { ...readAttributes(calls, old, stat), atimeNs: String(now.atimeNs), mtimeNs: String(now.mtimeNs) });
    fsyncSync(fd);
    renameSync(temporary, path);
  } finally {
    closeSync(old);
    closeSync(fd);
    rmSync(temporary, { force: true });
  }
};

const syncDirectory = (path: string): void => {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};
