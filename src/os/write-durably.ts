import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a small file of mode 0600 so that after a crash either the old or the new content is there, whole. */
export const writeDurably = (path: string, content: string): void => {
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  // wx: never through a link that someone put there
  syncAndClose(openSync(temporary, 'wx', 0o600), (fd) => writeSync(fd, content));
  renameSync(temporary, path);
  syncAndClose(openSync(dirname(path), 'r'), () => undefined);
};

const syncAndClose = (fd: number, before: (fd: number) => unknown): void => {
  try {
    before(fd);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};
