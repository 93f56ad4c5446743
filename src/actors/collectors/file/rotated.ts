import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FilePlace } from './cursor.ts';
import { hasHead, isMissing, type OpenLog, openLog, seekTo } from './open-log.ts';

/**
 * Finds what became of a place whose file is no longer at `path`: the file under its new name (renamed), or the copy of it
 * (copytruncate). Undefined when it is gone or compressed.
 */
export const openRotatedPlace = async (path: string, place: FilePlace): Promise<OpenLog | undefined> => openPlace(await siblingsOf(path), place);

/** The rotated file of a place, then the files that were rotated after it, in the order they were written; those may have been read already. */
export const openRotatedSince = async (path: string, place: FilePlace): Promise<readonly OpenLog[]> => {
  const siblings = await siblingsOf(path);
  const own = await openPlace(siblings, place);
  if (own === undefined) return [];
  const ownTime = siblings.find((sibling) => sibling.path === own.path)?.mtimeMs ?? Number.POSITIVE_INFINITY;
  const newer = siblings.filter(({ mtimeMs, ino }) => mtimeMs >= ownTime && ino !== own.ino).sort((a, b) => a.mtimeMs - b.mtimeMs);
  const opened = await Promise.all(newer.map((sibling) => openLog(sibling.path)));
  return [own, ...opened.filter((log) => log !== undefined)];
};

type Sibling = { readonly path: string; readonly dev: number; readonly ino: number; readonly size: number; readonly mtimeMs: number };

// `auth.log.1`, `auth.log-20260112`, `auth.log.2026-01-12`; compressed ones are finished.
const ROTATED_NAME = /^[.-][0-9]{1,10}(?:[.-][0-9]{1,10}){0,3}$/;
const MAX_SIBLINGS = 64;

const siblingsOf = async (path: string): Promise<readonly Sibling[]> => {
  const name = basename(path);
  const directory = dirname(path);
  // Without a listing rotated files cannot be found, and the file itself still can be read.
  const names = await readdir(directory).catch((): string[] => []);
  const candidates = names.filter((other) => other.startsWith(name) && ROTATED_NAME.test(other.slice(name.length))).slice(0, MAX_SIBLINGS);
  const found = await Promise.all(candidates.map((other) => describe(join(directory, other))));
  return found.filter((sibling) => sibling !== undefined);
};

const describe = async (path: string): Promise<Sibling | undefined> => {
  try {
    const facts = await stat(path);
    return facts.isFile() ? { path, dev: facts.dev, ino: facts.ino, size: facts.size, mtimeMs: facts.mtimeMs } : undefined;
  } catch (thrown) {
    // Gone between listing and looking: rotation goes on while we look.
    if (isMissing(thrown)) return undefined;
    throw thrown;
  }
};

// Same inode first; else a copy that begins the same way and is long enough, the newest one.
const openPlace = async (siblings: readonly Sibling[], place: FilePlace): Promise<OpenLog | undefined> => {
  const byAge = [...siblings].filter((sibling) => sibling.size >= place.offset).sort((a, b) => b.mtimeMs - a.mtimeMs);
  const isSame = (sibling: Sibling): boolean => sibling.ino === place.ino && sibling.dev === place.dev;
  for (const sibling of [...byAge.filter(isSame), ...byAge.filter((other) => !isSame(other))]) {
    const log = await openLog(sibling.path);
    if (log === undefined) continue;
    if (place.offset > 0 && (await hasHead(log.handle, place.headHash))) {
      await seekTo(log, place.offset);
      return log;
    }
    if (place.offset === 0 && isSame(sibling)) return log;
    await log.handle.close();
  }
  return undefined;
};
