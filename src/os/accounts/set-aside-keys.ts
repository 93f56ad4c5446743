import { messageOf, SecError } from '../../domain/errors.ts';
import { toSafe } from '../../domain/safe-text.ts';
import type { FileCalls } from '../files/file-calls.ts';
import { moveEntry } from '../files/move-entry.ts';
import { entryAt, openPlace, type Place } from '../files/place.ts';

/**
 * Gives key files a name under which no SSH server looks, or their own name back. Walked to without following a link: the
 * directory belongs to whom is locked out. Names what could not be done; never rejects for a single file.
 */
export const renameKeys = (
  calls: FileCalls,
  id: string,
  paths: readonly string[],
  direction: 'aside' | 'back',
): { readonly moved: number; readonly problems: readonly string[] } => {
  const problems: string[] = [];
  let moved = 0;
  for (const path of paths) {
    try {
      if (renameOne(calls, id, path, direction)) moved += 1;
    } catch (problem) {
      problems.push(`${toSafe(path, 300)}: ${messageOf(problem)}`);
    }
  }
  return { moved, problems };
};

const renameOne = (calls: FileCalls, id: string, path: string, direction: 'aside' | 'back'): boolean => {
  const place = openPlace(calls, path);
  try {
    const aside = { directory: place.directory, name: `${place.name}.1sec-${id}` };
    const [from, to] = direction === 'aside' ? [place, aside] : [aside, place];
    if (!isThere(calls, from)) return false;
    if (moveEntry(calls, from, to, path) !== 'moved') throw new SecError('SEC_HOST_REFUSED', 'it cannot be renamed in its own directory');
    return true;
  } finally {
    place.close();
  }
};

const isThere = (calls: FileCalls, { directory, name }: Pick<Place, 'directory' | 'name'>): boolean => {
  const entry = entryAt(calls, directory, name);
  entry?.close();
  return entry !== undefined;
};
