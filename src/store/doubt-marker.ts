import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DOUBT_FILE = 'doubted';

/** Notes that the database is used although nobody has looked at it since its last user died. Says whether that was noted before. */
export const raiseDoubt = (directory: string): { readonly wasDoubted: boolean } => {
  const path = join(directory, DOUBT_FILE);
  if (existsSync(path)) return { wasDoubted: true };
  // Not forced to disk: after a power loss the database is looked at in any case.
  writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  return { wasDoubted: false };
};

/** The database was found sound, or is another one now. */
export const settleDoubt = (directory: string): void => rmSync(join(directory, DOUBT_FILE), { force: true });
