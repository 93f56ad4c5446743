import { closeSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SecError } from '../../domain/errors.ts';

/**
 * Holds both locks under which others change the account files: the record lock of the C library (`lckpwdf`, used by PAM)
 * and the lock file of the account tools. SEC_TIMEOUT when somebody holds one for longer than ten seconds.
 */
export const withShadowLock = async <Value>(etc: string, work: () => Promise<Value>): Promise<Value> => {
  const koffi = await import('koffi');
  const fcntl = koffi.load(null).func('int fcntl(int, int, const void *)');
  const pwdLock = openSync(join(etc, '.pwd.lock'), 'a', 0o600);
  const own = join(etc, `shadow.${process.pid}`);
  const lock = join(etc, 'shadow.lock');
  let isLinked = false;
  try {
    await waitFor(() => fcntl(pwdLock, F_SETLK, WRITE_LOCK) === 0, 'the account files');
    rmSync(own, { force: true });
    // The tools look whether the process in it still lives, and take over when it does not.
    writeFileSync(own, `${process.pid}\0`, { mode: 0o600, flag: 'wx' });
    await waitFor(() => tryLink(own, lock), lock);
    isLinked = true;
    return await work();
  } finally {
    if (isLinked) rmSync(lock, { force: true });
    rmSync(own, { force: true });
    // Closing gives the record lock back.
    closeSync(pwdLock);
  }
};

const F_SETLK = 6;
// struct flock of 64-bit Linux: type F_WRLCK, from the start (SEEK_SET) to the end (length 0).
const WRITE_LOCK = Buffer.from([1, 0, ...new Array<number>(30).fill(0)]);
const STEP_MS = 50;
const MAX_STEPS = 200;

const waitFor = async (tryOnce: () => boolean, what: string): Promise<void> => {
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if (tryOnce()) return;
    await delay(STEP_MS);
  }
  throw new SecError('SEC_TIMEOUT', `somebody else has locked ${what}`);
};

const tryLink = (from: string, to: string): boolean => {
  try {
    linkSync(from, to);
    return true;
  } catch (problem) {
    if (problem instanceof Error && 'code' in problem && problem.code === 'EEXIST') return false;
    throw problem;
  }
};
