import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a small file of mode 0600 so that after a crash either the old or the new content is there, whole. */
export const writeDurableFile = (path: string, content: string): void => {
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  // wx: never through a link that someone put there
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncDirectory(dirname(path));
};

/** Makes renames and removals inside a directory survive a power loss. */
export const syncDirectory = (directory: string): void => {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
