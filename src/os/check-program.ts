import { accessSync, closeSync, constants, lstatSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, SecError } from '../domain/errors.ts';

const STICKY = 0o1000;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Refuses a program that somebody besides root and this user could have put there or could change: the file itself and every
 * directory above it, links followed. Throws SEC_REFUSED, or SEC_UNAVAILABLE when there is no such program.
 */
export const checkProgram = (file: string, uid: number): void => {
  const real = resolve(file);
  const found = statSync(real);
  if (!found.isFile()) throw new SecError('SEC_UNAVAILABLE', `${file} is not a program`);
  try {
    accessSync(real, constants.X_OK);
  } catch (cause) {
    throw new SecError('SEC_UNAVAILABLE', `${file} may not be executed`, { cause });
  }
  if (!isRunnable(real)) throw new SecError('SEC_UNAVAILABLE', `${file} is neither a program nor a script that names its interpreter (#!)`);
  if (isForeign(found, uid, 0)) throw new SecError('SEC_REFUSED', `${file} could be changed by others than root`);
  // In a directory like /tmp everybody may add a name, but only its owner may replace one.
  const places = [...ancestors(file), ...ancestors(real)];
  const open = places.find((place) => isForeign(lstatSync(place), uid, STICKY));
  if (open !== undefined) throw new SecError('SEC_REFUSED', `${file} could be replaced by others than root: see ${open}`);
};

// The system's own call hands anything else to a shell.
const isRunnable = (path: string): boolean => {
  const head = Buffer.alloc(4);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head.toString('latin1') === '\x7fELF' || head.toString('latin1', 0, 2) === '#!';
};

const resolve = (file: string): string => {
  try {
    return realpathSync(file);
  } catch (cause) {
    throw new SecError('SEC_UNAVAILABLE', `${file}: ${messageOf(cause)}`, { cause });
  }
};

const isForeign = (stats: Stats, uid: number, excuse: number): boolean => {
  if (stats.uid !== 0 && stats.uid !== uid) return true;
  if (stats.isSymbolicLink()) return false;
  return (stats.mode & WRITABLE_BY_OTHERS) !== 0 && (stats.mode & excuse) === 0;
};

const ancestors = (path: string): readonly string[] => {
  const found: string[] = [];
  for (let place = dirname(path); !found.includes(place); place = dirname(place)) found.push(place);
  return found;
};
