import { type BigIntStats, fchmodSync, fchownSync } from 'node:fs';
import type { QuarantineRecord } from '../../domain/undo-record.ts';
import { type FileCalls, fileError } from './file-calls.ts';

/** Owner, mode, times and extended attributes of a file. */
export type Attributes = Pick<QuarantineRecord, 'uid' | 'gid' | 'mode' | 'mtimeNs' | 'atimeNs' | 'xattrs'>;

/** Reads them all; `fd` is open for reading, `stat` its state. */
export const readAttributes = (calls: FileCalls, fd: number, stat: BigIntStats): Attributes => ({
  uid: Number(stat.uid),
  gid: Number(stat.gid),
  mode: Number(stat.mode) & 0o7777,
  mtimeNs: String(stat.mtimeNs),
  atimeNs: String(stat.atimeNs),
  xattrs: readXattrs(calls, fd),
});

/** Puts them all back, in the order that makes each stick. Throws what the kernel refuses. */
export const putAttributes = (calls: FileCalls, fd: number, wanted: Attributes): void => {
  fchownSync(fd, wanted.uid, wanted.gid);
  fchmodSync(fd, wanted.mode);
  // After the owner: a change of owner takes capabilities away.
  const present = readXattrs(calls, fd);
  for (const [name, value] of Object.entries(wanted.xattrs)) {
    if (present[name] === value) continue;
    const bytes = Buffer.from(value, 'base64');
    if (calls.fsetxattr(fd, name, bytes, bytes.length, 0) < 0) throw fileError(`attribute ${name}`, calls.errno());
  }
  if (calls.futimens(fd, timespecs(BigInt(wanted.atimeNs), BigInt(wanted.mtimeNs))) < 0) throw fileError('times', calls.errno());
};

/** Nobody but root reaches it any more: owner root, no permission at all. */
export const sealFile = (fd: number): void => {
  fchownSync(fd, 0, 0);
  fchmodSync(fd, 0);
};

// Labels, access lists and capabilities are small; a file's author could hang more on it than a record should hold.
const MAX_NAMES = 64 * 1024;
const MAX_VALUES = 64 * 1024;

const readXattrs = (calls: FileCalls, fd: number): { readonly [name: string]: string } => {
  const names = Buffer.alloc(MAX_NAMES);
  const length = calls.flistxattr(fd, names, MAX_NAMES);
  // Filesystems without extended attributes have none to keep.
  if (length <= 0) return {};
  const value = Buffer.alloc(MAX_VALUES);
  const found: { [name: string]: string } = {};
  let room = MAX_VALUES;
  for (const name of names.subarray(0, length).toString('utf8').split('\0').filter(Boolean).toSorted()) {
    const size = calls.fgetxattr(fd, name, value, MAX_VALUES);
    if (size < 0 || size > room) continue;
    room -= size;
    found[name] = value.subarray(0, size).toString('base64');
  }
  return found;
};

const timespecs = (atimeNs: bigint, mtimeNs: bigint): Uint8Array => {
  const bytes = Buffer.alloc(32);
  for (const [index, time] of [atimeNs, mtimeNs].entries()) {
    const nanoseconds = ((time % SECOND) + SECOND) % SECOND;
    bytes.writeBigInt64LE((time - nanoseconds) / SECOND, index * 16);
    bytes.writeBigInt64LE(nanoseconds, index * 16 + 8);
  }
  return bytes;
};

const SECOND = 1_000_000_000n;
