import type { Cursors } from '../../contract.ts';
import { type FileCursor, headHashOf, readCursor } from './cursor.ts';
import { openLog, placeOf, seekTo } from './open-log.ts';

/**
 * Fixes where reading of a file begins that was never read: at the end it has now, or, when it is not there yet, at its start. The
 * collector opens it later; what is written in between is then not passed over. Rejects with SEC_SOURCE_UNREADABLE.
 */
export const markStart = async (path: string, sourceId: string, cursors: Cursors): Promise<void> => {
  if (readCursor(cursors.get(sourceId)) !== undefined) return;
  const log = await openLog(path);
  if (log === undefined) {
    cursors.put(sourceId, NOWHERE);
    return;
  }
  try {
    await seekTo(log, (await log.handle.stat()).size);
    cursors.put(sourceId, { ...placeOf(log), previous: [] });
  } finally {
    await log.handle.close();
  }
};

/** Reading begins with the first byte of what is at the path: for a file that appeared while we looked. A cursor that is there stays. */
export const markBeginning = (sourceId: string, cursors: Cursors): void => {
  if (readCursor(cursors.get(sourceId)) === undefined) cursors.put(sourceId, NOWHERE);
};

// No file has this inode: whatever is there later is new from its first byte.
const NOWHERE: FileCursor = { dev: 0, ino: 0, offset: 0, headHash: headHashOf(new Uint8Array()), previous: [] };
