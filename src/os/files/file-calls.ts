import { constants } from 'node:fs';
import { SecError } from '../../domain/errors.ts';

/** File calls that Node has no door to: all of them relative to an open directory. Each returns -1 on failure; then `errno()` says why. */
export type FileCalls = {
  readonly errno: () => number;
  readonly openat: (directory: number, name: string, flags: number, mode: number) => number;
  readonly renameat2: (fromDirectory: number, from: string, toDirectory: number, to: string, flags: number) => number;
  readonly linkat: (fromDirectory: number, from: string, toDirectory: number, to: string, flags: number) => number;
  readonly unlinkat: (directory: number, name: string, flags: number) => number;
  readonly flistxattr: (fd: number, names: Uint8Array, size: number) => number;
  readonly fgetxattr: (fd: number, name: string, value: Uint8Array, size: number) => number;
  readonly fsetxattr: (fd: number, name: string, value: Uint8Array, size: number, flags: number) => number;
  /** Two timespecs: access, modification. */
  readonly futimens: (fd: number, times: Uint8Array) => number;
};

let loaded: Promise<FileCalls> | undefined;

/** Loads them on first use. SEC_UNAVAILABLE when the C library cannot be reached. */
export const loadFileCalls = (): Promise<FileCalls> => {
  loaded ??= bind().catch((cause: unknown) => {
    loaded = undefined;
    throw new SecError('SEC_UNAVAILABLE', `the C library cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  return loaded;
};

const bind = async (): Promise<FileCalls> => {
  const koffi = await import('koffi');
  const library = koffi.load(null);
  const flistxattr = library.func('long flistxattr(int, void *, size_t)');
  const fgetxattr = library.func('long fgetxattr(int, str, void *, size_t)');
  return {
    errno: () => koffi.errno(),
    openat: library.func('int openat(int, str, int, uint32_t)'),
    renameat2: library.func('int renameat2(int, str, int, str, uint32_t)'),
    linkat: library.func('int linkat(int, str, int, str, int)'),
    unlinkat: library.func('int unlinkat(int, str, int)'),
    flistxattr: (fd, names, size) => Number(flistxattr(fd, names, size)),
    fgetxattr: (fd, name, value, size) => Number(fgetxattr(fd, name, value, size)),
    fsetxattr: library.func('int fsetxattr(int, str, const void *, size_t, int)'),
    futimens: library.func('int futimens(int, const void *)'),
  };
};

// The same on x86-64 and arm64; the flags that differ between them come from Node.
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const O_NOATIME = 0o1000000;

/** Open flags. `look`: a descriptor that only means this entry, the link itself where it is one. */
export const FLAGS = {
  look: O_PATH | O_CLOEXEC | constants.O_NOFOLLOW,
  read: constants.O_RDONLY | constants.O_NONBLOCK | O_CLOEXEC | O_NOATIME,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | O_CLOEXEC,
  noReplace: 1,
} as const;

export const FILE_ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EACCES: 13,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EINVAL: 22,
  ENOSPC: 28,
  EROFS: 30,
  ENOSYS: 38,
  ELOOP: 40,
} as const;

/** What the kernel answered, as an error for a person. */
export const fileError = (what: string, errno: number): SecError => {
  const words = WORDS.get(errno) ?? `error ${errno}`;
  return new SecError(errno === FILE_ERRNO.ENOENT ? 'SEC_NOT_FOUND' : errno === FILE_ERRNO.EEXIST ? 'SEC_CONFLICT' : 'SEC_HOST_REFUSED', `${what}: ${words}`);
};

const WORDS: ReadonlyMap<number, string> = new Map([
  [FILE_ERRNO.EPERM, 'the kernel refuses it (is the file or its directory immutable? see lsattr)'],
  [FILE_ERRNO.ENOENT, 'it does not exist'],
  [FILE_ERRNO.EACCES, 'this user may not'],
  [FILE_ERRNO.EEXIST, 'something is there already'],
  [FILE_ERRNO.ENOTDIR, 'a part of the path is no directory'],
  [FILE_ERRNO.ENOSPC, 'the disk is full'],
  [FILE_ERRNO.EROFS, 'the filesystem is read-only'],
  [FILE_ERRNO.ELOOP, 'a part of the path is a symbolic link'],
]);
