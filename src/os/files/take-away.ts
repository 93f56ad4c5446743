import { closeSync, fsyncSync, statfsSync } from 'node:fs';
import { SecError } from '../../domain/errors.ts';
import type { QuarantineRecord } from '../../domain/undo-record.ts';
import { sealFile } from './attributes.ts';
import { type FileCalls, FLAGS, fileError } from './file-calls.ts';
import { moveEntry, type Name } from './move-entry.ts';
import { type Entry, entryAt, openToRead, syncDirectory, throughDescriptor } from './place.ts';
import { readContent } from './read-content.ts';
import { isSameFile } from './same-file.ts';

export type TakeAway = {
  readonly calls: FileCalls;
  readonly id: string;
  readonly record: QuarantineRecord;
  readonly from: Name;
  readonly to: Name;
  /** Asks every guard about the entry and throws when one speaks against it or it is not the recorded file. */
  readonly judge: (entry: Entry) => Promise<void>;
  /** Writes down what the file was, before anything happens to it. */
  readonly note: () => void;
};

/**
 * Takes the recorded file out of its directory: moved where that can be, else copied, checked and removed. A crash at any
 * point leaves either the file where it was or a whole copy in the store, and the next call finishes.
 */
export const takeAway = async (work: TakeAway): Promise<'moved' | 'copied' | 'already'> => {
  const { calls, from, to } = work;
  returnSetAside(work);
  if (isStored(calls, to)) {
    await removeIfThere(work);
    seal(work);
    return 'already';
  }
  const entry = entryAt(calls, from.directory, from.name);
  if (entry === undefined) throw new SecError('SEC_NOT_FOUND', `${work.record.path} does not exist any more`);
  try {
    await work.judge(entry);
    work.note();
    // A file with other names stays usable through them: this name gets a copy of its own, and the others are left alone.
    const how = entry.stat.nlink === 1n && moveEntry(calls, from, to, work.record.path) === 'moved' ? 'moved' : 'copied';
    if (how === 'moved') assertMoved(work);
    else await copyInto(work, entry);
    if (how === 'copied') await removeIfThere(work);
    seal(work);
    return how;
  } finally {
    entry.close();
  }
};

const isStored = (calls: FileCalls, to: Name): boolean => {
  const entry = entryAt(calls, to.directory, to.name);
  entry?.close();
  return entry !== undefined;
};

/** Between the last look and the rename somebody may have put another file under that name: then that one goes back. */
const assertMoved = ({ calls, record, from, to }: TakeAway): void => {
  const moved = entryAt(calls, to.directory, to.name);
  const isRight = moved !== undefined && isSameFile(moved, record);
  moved?.close();
  if (isRight) return;
  moveEntry(calls, to, from, record.path);
  throw new SecError('SEC_CONFLICT', `${record.path} was exchanged at the last moment`);
};

const copyInto = async ({ calls, record, to }: TakeAway, entry: Entry): Promise<void> => {
  const { sha256, size, path } = record;
  if (sha256 === undefined)
    throw new SecError('SEC_UNAVAILABLE', `${path} is too large to be copied in time; it lies on another filesystem or has other names`);
  const room = statfsSync(throughDescriptor(to.directory), { bigint: true });
  if (room.bavail * room.bsize < BigInt(size) + SPARE_BYTES) throw new SecError('SEC_STORE_FULL', `${size} bytes of ${path} do not fit into the quarantine`);
  const part: Name = { directory: to.directory, name: `${to.name}.part` };
  calls.unlinkat(part.directory, part.name, 0);
  const copy = calls.openat(part.directory, part.name, FLAGS.create, 0o600);
  if (copy < 0) throw fileError('the quarantine', calls.errno());
  const source = openToRead(entry);
  try {
    const read = await readContent(source, copy);
    if (read.sha256 !== sha256) throw new SecError('SEC_CONFLICT', `${path} was changed while it was copied`);
    if ((await readContent(copy)).sha256 !== sha256) throw new SecError('SEC_HOST_REFUSED', `the copy of ${path} is not what was written`);
    fsyncSync(copy);
    moveEntry(calls, part, to, 'the quarantine');
  } catch (problem) {
    calls.unlinkat(part.directory, part.name, 0);
    throw problem;
  } finally {
    closeSync(source);
    closeSync(copy);
  }
  syncDirectory(to.directory);
};

const SPARE_BYTES = 64n * 1024n * 1024n;

/** Removes the recorded file under its old name: set aside first and looked at again, so that no other file can be hit. */
const removeIfThere = async ({ calls, id, record, from }: TakeAway): Promise<void> => {
  const entry = entryAt(calls, from.directory, from.name);
  const isIt = entry !== undefined && isSameFile(entry, record);
  entry?.close();
  if (!isIt) return;
  const aside: Name = { directory: from.directory, name: asideName(id) };
  moveEntry(calls, from, aside, record.path);
  const taken = entryAt(calls, aside.directory, aside.name);
  const isRight = taken !== undefined && isSameFile(taken, record);
  taken?.close();
  if (!isRight) {
    moveEntry(calls, aside, from, record.path);
    throw new SecError('SEC_CONFLICT', `${record.path} was exchanged at the last moment`);
  }
  if (calls.unlinkat(aside.directory, aside.name, 0) < 0) throw fileError(record.path, calls.errno());
};

/** What a crash left set aside gets its name back; it is then removed in order, or not. */
const returnSetAside = ({ calls, id, record, from }: TakeAway): void => {
  const aside: Name = { directory: from.directory, name: asideName(id) };
  const entry = entryAt(calls, aside.directory, aside.name);
  if (entry === undefined) return;
  entry.close();
  moveEntry(calls, aside, from, record.path);
};

const asideName = (id: string): string => `.1sec-${id}`;

const seal = ({ calls, from, to }: TakeAway): void => {
  const entry = entryAt(calls, to.directory, to.name);
  if (entry === undefined || !entry.stat.isFile()) throw new SecError('SEC_VERIFY_FAILED', 'the file is not in the quarantine');
  try {
    const fd = openToRead(entry);
    try {
      sealFile(fd);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } finally {
    entry.close();
  }
  syncDirectory(to.directory);
  syncDirectory(from.directory);
};
