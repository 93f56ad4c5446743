import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { syncDirectory, writeDurableFile } from './durable-file.ts';
import { DATA_FILE } from './environment.ts';

/** Present while the database is closed in order: its size and the hash of its first pages, as they were left. */
export const CLEAN_FILE = 'clean';

/** States that the database was closed in order. */
export const writeCleanMarker = (directory: string): void => {
  writeDurableFile(join(directory, CLEAN_FILE), describe(directory));
};

/** Takes the marker away. True when it was there and the file is still the one it describes. */
export const takeCleanMarker = (directory: string): boolean => {
  const path = join(directory, CLEAN_FILE);
  try {
    return readFileSync(path, 'utf8') === describe(directory);
  } catch {
    // no marker, or a file that cannot be described: then it is not clean, and the probe looks closer
    return false;
  } finally {
    rmSync(path, { force: true });
    syncDirectory(directory);
  }
};

// the two meta pages at every page size in use
const HEAD_BYTES = 32_768;

const describe = (directory: string): string => {
  const path = join(directory, DATA_FILE);
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, head, 0, HEAD_BYTES, 0);
    const hash = createHash('sha256').update(head.subarray(0, length)).digest('hex');
    return `${statSync(path).size} ${hash}\n`;
  } finally {
    closeSync(file);
  }
};
