import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecError } from '../domain/errors.ts';

/** Names the one process that may use the data directory. */
const PID_FILE = 'store.pid';

export type DirectoryLock = {
  readonly release: () => void;
  /** The last owner died without releasing it, and the machine has not been started anew since. */
  readonly isAfterDeath: boolean;
};

/** Takes the data directory for this process. Throws SEC_STORE_LOCKED with the pid of a living owner; a dead one's claim is taken over. */
export const lockDirectory = (directory: string): DirectoryLock => {
  const path = join(directory, PID_FILE);
  const own = `${bootId()} ${process.pid} ${startTimeOf(process.pid) ?? 'unknown'}\n`;
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, own, { mode: 0o600, flag: 'wx' });
  let isAfterDeath = false;
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (tryLink(temporary, path)) return { release: () => release(path, own), isAfterDeath };
      isAfterDeath = removeStale(path, temporary) || isAfterDeath;
    }
    throw new SecError('SEC_STORE_LOCKED', `${path} keeps changing hands`);
  } finally {
    rmSync(temporary, { force: true });
  }
};

const MAX_ATTEMPTS = 5;

// A link appears with its content or not at all, and never replaces another.
const tryLink = (from: string, to: string): boolean => {
  try {
    linkSync(from, to);
    return true;
  } catch (thrown) {
    if (isCode(thrown, 'EEXIST')) return false;
    throw thrown;
  }
};

// Only whoever holds the takeover removes a dead claim, so that nobody removes one that was taken in the meantime. True: it was of this boot.
const removeStale = (path: string, temporary: string): boolean => {
  const claim = readIfThere(path);
  if (claim === undefined) return false;
  if (isHeld(claim)) throw new SecError('SEC_STORE_LOCKED', `process ${pidOf(claim)} holds ${path}`);
  const takeover = `${path}.takeover`;
  if (!tryLink(temporary, takeover)) {
    const other = readIfThere(takeover);
    if (other === undefined) return false;
    if (isHeld(other)) throw new SecError('SEC_STORE_LOCKED', `process ${pidOf(other)} is taking ${path}`);
    rmSync(takeover, { force: true });
    return false;
  }
  try {
    if (readIfThere(path) !== claim) return false;
    rmSync(path);
    return claim.startsWith(`${bootId()} `);
  } finally {
    rmSync(takeover, { force: true });
  }
};

const pidOf = (claim: string): number => Number(claim.split(' ')[1]);

const isHeld = (claim: string): boolean => {
  const [boot, , startTime] = claim.trim().split(' ');
  const pid = pidOf(claim);
  if (boot !== bootId() || !Number.isSafeInteger(pid) || pid <= 0) return false;
  if (isDead(pid)) return false;
  const running = startTimeOf(pid);
  return running === undefined ? canSignal(pid) : running === startTime;
};

const release = (path: string, own: string): void => {
  if (readIfThere(path) === own) rmSync(path, { force: true });
};

// Field 22 of /proc/<pid>/stat (proc(5)).
const startTimeOf = (pid: number): string | undefined => statOf(pid)?.[19];

// Killed and not yet waited for by its parent: nothing of it runs (field 3 is the state, field 20 the threads).
const isDead = (pid: number): boolean => {
  const stat = statOf(pid);
  return (stat?.[0] === 'Z' || stat?.[0] === 'X') && Number(stat[17]) <= 1;
};

// The name may hold blanks and brackets, so fields count from the last bracket on.
const statOf = (pid: number): readonly string[] | undefined => {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
};

const bootId = (): string => readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown';

const canSignal = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return isCode(thrown, 'EPERM');
  }
};

const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    // ESRCH: the process went while its file was read
    if (isCode(thrown, 'ENOENT') || isCode(thrown, 'ESRCH')) return undefined;
    throw thrown;
  }
};

const isCode = (thrown: unknown, code: string): boolean => thrown instanceof Error && 'code' in thrown && thrown.code === code;
