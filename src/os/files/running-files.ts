import { readdirSync, statSync } from 'node:fs';
import { linkOf, readText } from '../process/read-process.ts';

/** Device and inode as one word. */
export const fileKey = (file: { readonly dev: number | bigint; readonly ino: number | bigint }): string => `${file.dev}:${file.ino}`;

/**
 * Files that the system stands on at this moment, each with the reason: what init and this program run, map and (init) hold
 * open, and what the SSH servers run and map. The C library and the loader are among them.
 */
export const collectRunningFiles = (sshdPids: readonly number[]): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const add = (path: string, why: string): void => {
    try {
      const file = statSync(path);
      if (file.isFile()) found.set(fileKey(file), why);
    } catch {
      // Deleted while in use, or a pipe: no file that could be moved.
    }
  };
  for (const [pid, who] of [
    [1, 'process 1'],
    [process.pid, '1-SEC itself'],
    ...sshdPids.slice(0, MAX_SERVERS).map((pid) => [pid, 'the SSH server'] as const),
  ] as const) {
    add(`/proc/${pid}/exe`, `the program of ${who}`);
    for (const path of mappedBy(pid)) add(path, `used by ${who}`);
  }
  for (const fd of openBy(1)) add(`/proc/1/fd/${fd}`, 'held open by process 1');
  return found;
};

/** How many processes run that very file as their program. */
export const countRunning = (file: { readonly dev: number; readonly ino: number }): number => {
  const isIt = (pid: string): boolean => {
    try {
      const program = statSync(`/proc/${pid}/exe`);
      return program.ino === file.ino && program.dev === file.dev;
    } catch {
      // Gone, or a kernel thread.
      return false;
    }
  };
  return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name) && isIt(name)).length;
};

const MAX_SERVERS = 32;
const MAX_MAPS = 8 * 1024 * 1024;

const mappedBy = (pid: number): readonly string[] => {
  const paths = (readText(`/proc/${pid}/maps`, MAX_MAPS) ?? '').split('\n').map((line) => line.slice(line.indexOf('/')));
  return [...new Set(paths)].filter((path) => path.startsWith('/'));
};

const openBy = (pid: number): readonly string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`)?.startsWith('/') === true);
  } catch {
    // Not ours to read: then what init holds open is not known, as the description of the host says.
    return [];
  }
};
