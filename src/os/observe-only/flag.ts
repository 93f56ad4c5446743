import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../domain/errors.ts';
import { writeDurably } from '../write-durably.ts';

/** The first flag that is there, or undefined. One that cannot be looked at counts, unless this user merely may not see it. */
export const observeOnlyFlag = (paths: readonly string[]): string | undefined => paths.find(isThere);

/** Sets a flag where one can be written, the first place first. `path` is undefined when none could be; `problems` says why. */
export const setObserveOnly = (paths: readonly string[], words: string): { readonly path: string | undefined; readonly problems: readonly string[] } => {
  const there = observeOnlyFlag(paths);
  if (there !== undefined) return { path: there, problems: [] };
  const problems: string[] = [];
  for (const path of paths) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      writeDurably(path, `${words}\n`);
      return { path, problems };
    } catch (problem) {
      problems.push(`${path}: ${messageOf(problem)}`);
    }
  }
  return { path: undefined, problems };
};

/** Takes every flag away; gives those that were there. Throws when one cannot be removed. */
export const clearObserveOnly = (paths: readonly string[]): readonly string[] => {
  const there = paths.filter(isThere);
  for (const path of there) rmSync(path);
  return there;
};

const isThere = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (problem) {
    const code = problem instanceof Error && 'code' in problem ? problem.code : undefined;
    return code !== 'ENOTDIR' && code !== 'EACCES';
  }
};
