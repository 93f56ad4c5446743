import { type BigIntStats, closeSync, fstatSync, fsyncSync, openSync } from 'node:fs';
import { normalize } from 'node:path/posix';
import { SecError } from '../../domain/errors.ts';
import { FILE_ERRNO, type FileCalls, FLAGS, fileError } from './file-calls.ts';

/** A name in an open directory. Whatever happens to the path meanwhile, `directory` stays the directory that was walked to. */
export type Place = { readonly directory: number; readonly name: string; readonly close: () => void };

/** An entry that was looked at: the descriptor means it and nothing that takes its name later. */
export type Entry = { readonly fd: number; readonly stat: BigIntStats; readonly close: () => void };

/**
 * Walks from / to the directory of `path`, one component at a time, and follows no symbolic link. SEC_INPUT_INVALID for a
 * path that is not absolute and plain, SEC_REFUSED at a link, SEC_NOT_FOUND where a directory is missing.
 */
export const openPlace = (calls: FileCalls, path: string): Place => {
  if (!path.startsWith('/') || path !== normalize(path) || path.endsWith('/') || path.includes('\0') || path.length > MAX_PATH)
    throw new SecError('SEC_INPUT_INVALID', `expected a plain absolute path of a file, got "${path}"`);
  const names = path.split('/').slice(1);
  const name = names.pop() ?? '';
  let directory = look(calls, AT_CWD, '/', '/');
  let walked = '';
  try {
    for (const part of names) {
      walked += `/${part}`;
      const next = look(calls, directory.fd, part, walked);
      directory.close();
      directory = next;
      if (next.stat.isSymbolicLink()) throw new SecError('SEC_REFUSED', `${walked} is a symbolic link, which is never followed: name the real path`);
      if (!next.stat.isDirectory()) throw new SecError('SEC_NOT_FOUND', `${walked} is no directory`);
    }
    return { directory: directory.fd, name, close: directory.close };
  } catch (problem) {
    directory.close();
    throw problem;
  }
};

/** What is under that name now, or undefined when nothing is. */
export const entryAt = (calls: FileCalls, directory: number, name: string): Entry | undefined => {
  const fd = calls.openat(directory, name, FLAGS.look, 0);
  if (fd >= 0) return entryOf(fd);
  const errno = calls.errno();
  if (errno === FILE_ERRNO.ENOENT) return undefined;
  throw fileError(name, errno);
};

/** A descriptor to read the very entry that was looked at, which must be a regular file. The caller closes it. */
export const openToRead = (entry: Entry): number => openSync(throughDescriptor(entry.fd), FLAGS.read);

/** A path that the kernel resolves to this very descriptor, for calls that only take paths. */
export const throughDescriptor = (fd: number): string => `/proc/self/fd/${fd}`;

/** Waits until the names in an open directory are on disk. */
export const syncDirectory = (directory: number): void => {
  const fd = openSync(throughDescriptor(directory), 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

const MAX_PATH = 4095;
const AT_CWD = -100;

const look = (calls: FileCalls, directory: number, name: string, shown: string): Entry => {
  const fd = calls.openat(directory, name, FLAGS.look, 0);
  if (fd < 0) throw fileError(shown, calls.errno());
  return entryOf(fd);
};

const entryOf = (fd: number): Entry => {
  let isOpen = true;
  return {
    fd,
    stat: fstatSync(fd, { bigint: true }),
    close: () => {
      if (isOpen) closeSync(fd);
      isOpen = false;
    },
  };
};
