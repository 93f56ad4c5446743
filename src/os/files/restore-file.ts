import { closeSync, fstatSync, fsyncSync } from 'node:fs';
import { SecError } from '../../domain/errors.ts';
import type { QuarantineRecord } from '../../domain/undo-record.ts';
import { putAttributes, sealFile } from './attributes.ts';
import { type FileCalls, FLAGS, fileError } from './file-calls.ts';
import { moveEntry, type Name } from './move-entry.ts';
import { type Entry, entryAt, openPlace, openToRead, type Place, syncDirectory } from './place.ts';
import { readContent } from './read-content.ts';

export type Restore = { readonly calls: FileCalls; readonly id: string; readonly record: QuarantineRecord; readonly from: Name };

/**
 * Puts a file back under its old name with all its attributes, in one step: nobody ever sees it half restored. Never over
 * another file. `already`: it is back, as its hash shows.
 */
export const restoreFile = async (work: Restore): Promise<'moved' | 'copied' | 'already'> => {
  const { calls, record, from } = work;
  const stored = entryAt(calls, from.directory, from.name);
  const place = placeFor(work);
  try {
    if (stored === undefined) return await assertBack(work, place);
    const fd = openToRead(stored);
    try {
      await assertContent(fd, stored, record);
      const occupant = entryAt(calls, place.directory, place.name);
      occupant?.close();
      if (occupant !== undefined) throw new SecError('SEC_CONFLICT', `something else is at ${record.path} now: move it away, then undo again`);
      const how = await putBack(work, place, fd);
      syncDirectory(place.directory);
      syncDirectory(from.directory);
      return how;
    } finally {
      closeSync(fd);
    }
  } finally {
    stored?.close();
    place.close();
  }
};

const placeFor = ({ calls, record }: Restore): Place => {
  try {
    return openPlace(calls, record.path);
  } catch (problem) {
    if (problem instanceof SecError && problem.code === 'SEC_NOT_FOUND')
      throw new SecError('SEC_NOT_FOUND', `the directory of ${record.path} is missing: make it again, then undo again`, { cause: problem });
    throw problem;
  }
};

/** Asked again after it was done: content and place tell. */
const assertBack = async ({ calls, record }: Restore, place: Place): Promise<'already'> => {
  const entry = entryAt(calls, place.directory, place.name);
  if (entry === undefined) throw new SecError('SEC_NOT_FOUND', `${record.path} is neither in the quarantine nor at its old place`);
  try {
    const fd = entry.stat.isFile() ? openToRead(entry) : undefined;
    if (fd === undefined) throw new SecError('SEC_NOT_FOUND', `${record.path} is not in the quarantine any more`);
    try {
      await assertContent(fd, entry, record);
    } finally {
      closeSync(fd);
    }
    return 'already';
  } finally {
    entry.close();
  }
};

const assertContent = async (fd: number, { stat }: Entry, record: QuarantineRecord): Promise<void> => {
  const isSame =
    Number(stat.size) === record.size && (record.sha256 === undefined ? Number(stat.ino) === record.ino : (await readContent(fd)).sha256 === record.sha256);
  if (!isSame) throw new SecError('SEC_CONFLICT', `the content is not what was taken away from ${record.path}: it stays in the quarantine`);
};

const putBack = async ({ calls, id, record, from }: Restore, place: Place, fd: number): Promise<'moved' | 'copied'> => {
  // What a crash set aside there while the file was taken away, or left half copied.
  calls.unlinkat(place.directory, `.1sec-${id}`, 0);
  try {
    putAttributes(calls, fd, record);
    fsyncSync(fd);
    if (moveEntry(calls, from, place, record.path) === 'moved') return 'moved';
  } catch (problem) {
    sealFile(fd);
    throw problem;
  }
  sealFile(fd);
  await copyBack({ calls, id, record, from }, place, fd);
  if (calls.unlinkat(from.directory, from.name, 0) < 0) throw fileError('the quarantine', calls.errno());
  return 'copied';
};

const copyBack = async ({ calls, id, record }: Restore, place: Place, source: number): Promise<void> => {
  const part: Name = { directory: place.directory, name: `.1sec-${id}` };
  const copy = calls.openat(part.directory, part.name, FLAGS.create, 0o600);
  if (copy < 0) throw fileError(record.path, calls.errno());
  try {
    await readContent(source, copy);
    if (record.sha256 !== undefined && (await readContent(copy)).sha256 !== record.sha256)
      throw new SecError('SEC_HOST_REFUSED', `the copy at ${record.path} is not what was written`);
    putAttributes(calls, copy, record);
    fsyncSync(copy);
    moveEntry(calls, part, place, record.path);
    const back = entryAt(calls, place.directory, place.name);
    back?.close();
    if (back?.stat.ino !== fstatSync(copy, { bigint: true }).ino) throw new SecError('SEC_CONFLICT', `${record.path} was exchanged at the last moment`);
  } catch (problem) {
    calls.unlinkat(part.directory, part.name, 0);
    throw problem;
  } finally {
    closeSync(copy);
  }
};
