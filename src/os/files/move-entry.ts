import { FILE_ERRNO, type FileCalls, FLAGS, fileError } from './file-calls.ts';

/** A name in an open directory. */
export type Name = { readonly directory: number; readonly name: string };

/**
 * Renames without ever replacing anything: `moved`, or `other-filesystem`. Throws SEC_CONFLICT when the new name is taken
 * and SEC_HOST_REFUSED for what the kernel refuses.
 */
export const moveEntry = (calls: FileCalls, from: Name, to: Name, what: string): 'moved' | 'other-filesystem' => {
  if (calls.renameat2(from.directory, from.name, to.directory, to.name, FLAGS.noReplace) === 0) return 'moved';
  const errno = calls.errno();
  if (errno === FILE_ERRNO.EXDEV) return 'other-filesystem';
  // Some filesystems know no rename that refuses to replace; a link refuses everywhere.
  if (errno === FILE_ERRNO.EINVAL || errno === FILE_ERRNO.ENOSYS) return linkEntry(calls, from, to, what);
  throw fileError(what, errno);
};

const linkEntry = (calls: FileCalls, from: Name, to: Name, what: string): 'moved' | 'other-filesystem' => {
  if (calls.linkat(from.directory, from.name, to.directory, to.name, 0) < 0) {
    const errno = calls.errno();
    if (errno === FILE_ERRNO.EXDEV) return 'other-filesystem';
    throw fileError(what, errno);
  }
  if (calls.unlinkat(from.directory, from.name, 0) < 0) throw fileError(what, calls.errno());
  return 'moved';
};
