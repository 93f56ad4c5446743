import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { CLEAN_FILE } from './clean-marker.ts';
import { syncDirectory } from './durable-file.ts';
import { DATA_FILE, LOCK_FILE } from './environment.ts';

/** Moves the database's files, untouched, into a new `corrupt-<time>` directory beside them, and returns its path. */
export const setAside = (directory: string, now: number): string => {
  const target = freeName(join(directory, `corrupt-${new Date(now).toISOString().replaceAll(':', '')}`));
  mkdirSync(target, { mode: 0o700 });
  for (const name of [DATA_FILE, LOCK_FILE, CLEAN_FILE]) {
    if (existsSync(join(directory, name))) renameSync(join(directory, name), join(target, name));
  }
  syncDirectory(target);
  syncDirectory(directory);
  return target;
};

const freeName = (path: string): string => {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? path : `${path}-${number}`;
    if (!existsSync(candidate)) return candidate;
  }
};
