import { closeSync } from 'node:fs';
import { SecError } from '../../domain/errors.ts';
import type { FileGuards } from '../../domain/host.ts';
import type { QuarantineRecord } from '../../domain/undo-record.ts';
import { operatorKeys } from '../accounts/operator-keys.ts';
import { readAttributes } from './attributes.ts';
import type { FileCalls } from './file-calls.ts';
import type { Ownership } from './package-owner.ts';
import { type Entry, openToRead } from './place.ts';
import { readContent } from './read-content.ts';
import { collectRunningFiles, fileKey } from './running-files.ts';
import { isSystemPath, whyUntouchablePath } from './untouchable-path.ts';

/** Larger files are known by device, inode, size and time alone: reading them would take longer than an action may. */
export const MAX_HASHED_BYTES = 512 * 1024 * 1024;

export type InspectDependencies = {
  readonly calls: FileCalls;
  readonly ownerOf: (path: string) => Promise<Ownership>;
  readonly own: readonly string[];
  readonly accountsRoot: string;
};

/** Everything about an entry that must be known to take it away and bring it back. SEC_REFUSED for what may never be moved. */
export const inspectFile = async (dependencies: InspectDependencies, path: string, entry: Entry, guards: FileGuards): Promise<QuarantineRecord> => {
  const { stat } = entry;
  await assertMovable(dependencies, path, entry, guards);
  const fd = openToRead(entry);
  try {
    const isHashed = stat.size <= BigInt(MAX_HASHED_BYTES);
    return {
      kind: 'file',
      path,
      dev: Number(stat.dev),
      ino: Number(stat.ino),
      size: Number(stat.size),
      sha256: isHashed ? (await readContent(fd)).sha256 : undefined,
      ...readAttributes(dependencies.calls, fd, stat),
      links: Number(stat.nlink),
    };
  } finally {
    closeSync(fd);
  }
};

const assertMovable = async (dependencies: InspectDependencies, path: string, { stat }: Entry, guards: FileGuards): Promise<void> => {
  const refuse = (reason: string): never => {
    throw new SecError('SEC_REFUSED', `${path} stays: ${reason}`);
  };
  if (stat.isSymbolicLink()) refuse('it is a symbolic link, which is never followed');
  if (!stat.isFile()) refuse(`it is ${stat.isDirectory() ? 'a directory' : 'no regular file'}`);
  const byPath = whyUntouchablePath(path, dependencies.own);
  if (byPath !== undefined) refuse(byPath);
  const running = collectRunningFiles(guards.sshdPids).get(fileKey(stat));
  if (running !== undefined) refuse(`it is ${running}`);
  const login = operatorKeys(dependencies.accountsRoot, guards.operatorUids).get(fileKey(stat));
  if (login !== undefined) refuse(`it lets ${login} log in, who may operate this host`);
  const owner = await dependencies.ownerOf(path);
  if (owner.is === 'package') refuse(`it belongs to the package ${owner.name}`);
  if (owner.is === 'unknown' && isSystemPath(path)) refuse('it may belong to a package, and no package database can be asked');
};
