import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { messageOf, SecError } from '../../../domain/errors.ts';
import { type FilePlace, HEAD_BYTES, headHashOf, headLengthOf } from './cursor.ts';

/** An open log file and how far it was taken. */
export type OpenLog = {
  readonly handle: FileHandle;
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  offset: number;
  headHash: string;
  /** Size at which the rest was only a line without an end: nothing to do until it grows. */
  partialAt: number;
  /** The offset lies inside a line that is not wanted; reading goes on after its end. */
  isSkipping: boolean;
};

/** Opens a regular file. Undefined when it is not there; SEC_SOURCE_UNREADABLE for anything else. */
export const openLog = async (path: string): Promise<OpenLog | undefined> => {
  let handle: FileHandle;
  try {
    // Without NONBLOCK a named pipe would hold us for ever.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw unreadable(path, messageOf(thrown), thrown);
  }
  const facts = await handle.stat();
  if (!facts.isFile()) {
    await handle.close();
    throw unreadable(path, 'it is not a regular file');
  }
  return { handle, path, dev: facts.dev, ino: facts.ino, offset: 0, headHash: NO_HEAD, partialAt: -1, isSkipping: false };
};

/** Goes to `offset`. In the middle of a line the rest of that line is skipped: it must not be taken for a line of its own. */
export const seekTo = async (log: OpenLog, offset: number): Promise<void> => {
  log.offset = offset;
  log.partialAt = -1;
  const before = offset === 0 ? undefined : await readAt(log.handle, offset - 1, 1);
  log.isSkipping = before !== undefined && before[0] !== NEWLINE;
  log.headHash = headHashOf(await readAt(log.handle, 0, Math.min(offset, HEAD_BYTES)));
};

/** Up to `length` bytes from `position`, in a buffer of their own. */
export const readAt = async (handle: FileHandle, position: number, length: number): Promise<Uint8Array> => {
  const buffer = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled === length ? buffer : buffer.slice(0, filled);
};

/** True when the file still begins as it did when `headHash` was taken. */
export const hasHead = async (handle: FileHandle, headHash: string): Promise<boolean> =>
  headHashOf(await readAt(handle, 0, headLengthOf(headHash))) === headHash;

/** Makes the mark cover more of the head while the file is young. */
export const extendHead = async (log: OpenLog): Promise<void> => {
  const length = Math.min(log.offset, HEAD_BYTES);
  if (headLengthOf(log.headHash) < length) log.headHash = headHashOf(await readAt(log.handle, 0, length));
};

/** The place of an open log, for the cursor. */
export const placeOf = (log: OpenLog): FilePlace => ({ dev: log.dev, ino: log.ino, offset: log.offset, headHash: log.headHash });

/** True for "no such file". */
export const isMissing = (thrown: unknown): boolean => thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');

/** The failure of a source that cannot be read. */
export const unreadable = (path: string, why: string, cause?: unknown): SecError => new SecError('SEC_SOURCE_UNREADABLE', `${path}: ${why}`, { cause });

const NEWLINE = 10;
const NO_HEAD = headHashOf(new Uint8Array());
