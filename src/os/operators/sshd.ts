import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { linkOf, readText } from '../process/read-process.ts';

/**
 * Whether a process is the system's own sshd: by executable, which must belong to root and be writable by nobody else.
 * A program that only calls itself sshd must gain no protection from it.
 */
export const isSshd = (pid: number): boolean => {
  const exe = linkOf(`/proc/${pid}/exe`)?.replace(/ \(deleted\)$/, '');
  if (exe === undefined || !SSHD_PROGRAMS.has(basename(exe))) return false;
  try {
    const file = statSync(`/proc/${pid}/exe`);
    return file.uid === 0 && (file.mode & WRITABLE_BY_OTHERS) === 0;
  } catch {
    // It ended meanwhile.
    return false;
  }
};

/** Whether the title of an sshd process says that its user has logged in. */
export const isLoggedIn = (title: string): boolean => SESSION_TITLE.test(title);

/** Title of a process, as it set it. */
export const titleOf = (pid: number): string => (readText(`/proc/${pid}/cmdline`, MAX_TITLE) ?? '').replace(/\0+$/, '').replaceAll('\0', ' ').trimEnd();

const SSHD_PROGRAMS: ReadonlySet<string> = new Set(['sshd', 'sshd-session', 'sshd-auth']);
const WRITABLE_BY_OTHERS = 0o022;
const MAX_TITLE = 512;

// Before login the title ends in a stage in brackets: [accepted], [net], [priv], [preauth]; so does the listener's.
// After it: `sshd: user@pts/0`, `sshd: user@notty`, or `sshd: user` without a session channel.
const SESSION_TITLE = /^sshd(?:-session)?: [^[\]]+$/;
