import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { ProcessRef } from '../../domain/entity.ts';
import type { ProcessDetails } from '../../domain/host.ts';
import { parseStat, type StatFields } from './parse-stat.ts';
import { readAncestors } from './read-ancestors.ts';

/** A process without its ancestry. */
export type ProcessReading = Omit<ProcessDetails, 'ancestors'>;

/** What /proc says about a live process now, or null when it is gone. Unreadable parts are left out. */
export const readProcess = (pid: number): ProcessDetails | null => {
  const reading = readProcessAlone(pid);
  return reading === null ? null : { ...reading, ancestors: readAncestors(reading, readProcessAlone) };
};

/** As `readProcess`, without looking at the parents. Null also when the number passed to another process while reading. */
export const readProcessAlone = (pid: number): ProcessReading | null => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  // First what disappears first: many programs end within a millisecond, and a zombie has only its stat left.
  const executable = executableOf(pid);
  const argv = argvOf(readText(`/proc/${pid}/cmdline`, MAX_COMMAND_LINE) ?? '');
  const stat = readStat(pid);
  if (stat === null) return null;
  const reading: ProcessReading = {
    pid,
    startTime: stat.startTime,
    ...executable,
    uid: effectiveUid(readText(`/proc/${pid}/status`)),
    cgroup: cgroupOf(readText(`/proc/${pid}/cgroup`) ?? ''),
    name: stat.name,
    commandLine: argv.join(' ').slice(0, MAX_COMMAND_LINE),
    parentPid: stat.parentPid,
    sessionId: stat.sessionId,
    argv,
    cwd: linkOf(`/proc/${pid}/cwd`),
    loginUid: loginUidOf(readText(`/proc/${pid}/loginuid`)),
    state: stat.state,
  };
  const after = readStat(pid);
  return after === null || after.startTime === stat.startTime ? reading : null;
};

/** Fields of /proc/<pid>/stat, or null when there is no such process. */
export const readStat = (pid: number): StatFields | null => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  const text = readText(`/proc/${pid}/stat`);
  return text === undefined ? null : (parseStat(text) ?? null);
};

/** Path, device and inode of the running executable; an empty path for kernel threads and where it may not be read. */
export const executableOf = (pid: number): Executable => {
  const own = executableAt(`/proc/${pid}/exe`);
  if (own !== undefined) return own;
  // Its first thread may have ended while others run on: they still know.
  for (const thread of threadsOf(pid)) {
    const found = executableAt(`/proc/${pid}/task/${thread}/exe`);
    if (found !== undefined) return found;
  }
  return { exe: '' };
};

type Executable = Pick<ProcessRef, 'exe' | 'exeDev' | 'exeIno'>;

const executableAt = (path: string): Executable | undefined => {
  const exe = linkOf(path);
  if (exe === undefined) return undefined;
  try {
    const file = statSync(path);
    return { exe, exeDev: file.dev, exeIno: file.ino };
  } catch {
    // Gone meanwhile: identity rests on the start time alone.
    return { exe };
  }
};

const threadsOf = (pid: number): readonly string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .filter((thread) => thread !== String(pid))
      .slice(0, MAX_THREADS);
  } catch {
    // Gone.
    return [];
  }
};

/** Text of a small /proc file, undefined when it cannot be read. Bytes that are no UTF-8 are replaced. */
export const readText = (path: string, maxBytes = 65_536): string | undefined => {
  try {
    return readFileSync(path).subarray(0, maxBytes).toString('utf8');
  } catch {
    // Processes end at any moment; absence is the answer.
    return undefined;
  }
};

/** Target of a symbolic link, undefined when it cannot be read. */
export const linkOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    // As above.
    return undefined;
  }
};

const MAX_COMMAND_LINE = 8192;
const MAX_ARGUMENTS = 512;
const MAX_THREADS = 64;
const UNSET_LOGIN_UID = 4_294_967_295;

const argvOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\0$/, '').split('\0', MAX_ARGUMENTS));

const effectiveUid = (status: string | undefined): number | undefined => {
  const match = /^Uid:\s+[0-9]+\s+([0-9]+)/m.exec(status ?? '');
  return match === null ? undefined : Number(match[1]);
};

const cgroupOf = (text: string): string | undefined => {
  const lines = text.split('\n');
  const line = lines.find((entry) => entry.startsWith('0::')) ?? lines.find((entry) => entry.includes(':name=systemd:'));
  return line?.split(':').slice(2).join(':');
};

const loginUidOf = (text: string | undefined): number | undefined => {
  const uid = Number(text?.trim() || Number.NaN);
  return Number.isInteger(uid) && uid !== UNSET_LOGIN_UID ? uid : undefined;
};
