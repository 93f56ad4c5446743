import type { Cursors } from '../../contract.ts';

/** Fixes that reading of a journal that was never read begins at `now` (wall-clock ms), however much later its collector starts. */
export const markJournal = (sourceId: string, now: number, cursors: Cursors): void => {
  if (cursors.get(sourceId) === undefined) cursors.put(sourceId, { sinceMs: now });
};
