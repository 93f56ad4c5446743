import { stat } from 'node:fs/promises';
import { messageOf } from '../../../domain/errors.ts';
import type { CollectorContext } from '../../contract.ts';
import { type FilePlace, readCursor } from './cursor.ts';
import { drainLog } from './drain.ts';
import { hasHead, isMissing, type OpenLog, openLog, placeOf, seekTo, unreadable } from './open-log.ts';
import { openRotatedPlace, openRotatedSince } from './rotated.ts';

/** A file followed through its rotations. */
export type Tail = {
  /** Opens what the cursor names; a file without a cursor begins at its end. */
  readonly start: () => Promise<void>;
  /** Takes everything that is there now. True when there was something. */
  readonly pass: () => Promise<boolean>;
  readonly close: () => Promise<void>;
};

/**
 * Follows the file at `path`. A file that was renamed away is read to its end, and watched for a while longer because its writer may
 * not have noticed; a truncated one is finished from its copy when there is one, then read from the start.
 */
export const createTail = (path: string, context: CollectorContext): Tail => {
  const { clock, cursors, report, spec } = context;
  let current: OpenLog | undefined;
  let leaving: readonly Leaving[] = [];
  const seen = new Set<number>();
  let state = '';

  const say = (next: 'running' | 'waiting', detail: string): void => {
    if (state === `${next} ${detail}`) return;
    state = `${next} ${detail}`;
    report({ type: 'state', state: next, detail });
  };

  const putCursor = (): void => {
    const places = [...leaving.map(({ log }) => log), ...(current === undefined ? [] : [current])].map(placeOf);
    const newest = places.pop();
    if (newest !== undefined) cursors.put(spec.id, { ...newest, previous: places.slice(-MAX_PREVIOUS) });
  };

  const drain = (log: OpenLog, isLast: boolean): Promise<boolean> => drainLog(log, context, isLast, putCursor);

  const leave = (log: OpenLog | undefined): void => {
    if (log === undefined) return;
    see(log.ino);
    leaving = [...leaving, { log, idleSince: clock.monotonic() }];
  };

  const see = (ino: number): void => {
    if (seen.size >= MAX_SEEN) seen.delete(seen.values().next().value ?? 0);
    seen.add(ino);
  };

  // What became of a place, and files that came and went since then without our seeing them.
  const openUnseen = async (place: FilePlace): Promise<OpenLog[]> => {
    const unseen: OpenLog[] = [];
    for (const rotated of await openRotatedSince(path, place)) {
      if (seen.has(rotated.ino)) await rotated.handle.close();
      else unseen.push(rotated);
    }
    return unseen;
  };

  const leaveRotated = async (place: FilePlace): Promise<void> => {
    for (const rotated of await openUnseen(place)) leave(rotated);
  };

  // Nothing is at the path now, perhaps for ever: the newest of what was there since takes the place of `last`.
  const goOnWithRotated = async (last: OpenLog): Promise<boolean> => {
    see(last.ino);
    const unseen = await openUnseen(placeOf(last));
    const newest = unseen.pop();
    if (newest === undefined) return false;
    for (const log of [last, ...unseen]) leave(log);
    current = newest;
    see(newest.ino);
    putCursor();
    return true;
  };

  const start = async (): Promise<void> => {
    const cursor = readCursor(cursors.get(spec.id));
    const log = await openLog(path);
    if (cursor === undefined) {
      if (log !== undefined) await seekTo(log, (await log.handle.stat()).size);
      current = log;
      putCursor();
      return;
    }
    for (const place of cursor.previous) leave(await openRotatedPlace(path, place));
    current = log;
    if (log !== undefined && (await isContinued(log, cursor))) {
      await seekTo(log, cursor.offset);
      return;
    }
    if (log !== undefined) see(log.ino);
    await leaveRotated(cursor);
  };

  const pass = async (): Promise<boolean> => {
    const there = await inodeAt(path);
    let hasMoved = await passLeaving();
    if (current !== undefined) {
      if (await isTruncated(current)) {
        await restart(current);
        return true;
      }
      hasMoved = (await drain(current, false)) || hasMoved;
    }
    if (there === undefined) {
      if (current !== undefined && (await goOnWithRotated(current))) return true;
      say('waiting', current === undefined ? `${path} does not exist` : `${path} is gone; its last content was read`);
      return hasMoved;
    }
    if (current === undefined || current.ino !== there.ino || current.dev !== there.dev) {
      const next = await openLog(path);
      if (next === undefined) return true;
      const last = current;
      leave(last);
      current = next;
      see(next.ino);
      if (last !== undefined) await leaveRotated(placeOf(last));
      putCursor();
      say('running', path);
      return true;
    }
    say('running', path);
    return hasMoved;
  };

  // The oldest first: their lines were written first.
  const passLeaving = async (): Promise<boolean> => {
    let hasMoved = false;
    for (const one of leaving) {
      const moved = await drain(one.log, false);
      if (moved) one.idleSince = clock.monotonic();
      hasMoved = hasMoved || moved;
      const isExcess = leaving.length > MAX_LEAVING && one === leaving[0];
      if (!isExcess && clock.monotonic() - one.idleSince < LINGER_MS) continue;
      await drain(one.log, true);
      await one.log.handle.close();
      leaving = leaving.filter((other) => other !== one);
      putCursor();
    }
    return hasMoved;
  };

  const restart = async (log: OpenLog): Promise<void> => {
    leave(await openRotatedPlace(path, placeOf(log)));
    await seekTo(log, 0);
    putCursor();
  };

  const close = async (): Promise<void> => {
    const logs = [...leaving.map(({ log }) => log), ...(current === undefined ? [] : [current])];
    current = undefined;
    leaving = [];
    await Promise.all(logs.map((log) => log.handle.close()));
  };

  return { start, pass, close };
};

type Leaving = { readonly log: OpenLog; idleSince: number };

/** How long a file that was rotated away is still watched after its last growth. */
const LINGER_MS = 10_000;
const MAX_LEAVING = 4;
const MAX_PREVIOUS = 8;
const MAX_SEEN = 64;

const inodeAt = async (path: string): Promise<{ readonly dev: number; readonly ino: number } | undefined> => {
  try {
    return await stat(path);
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw unreadable(path, messageOf(thrown), thrown);
  }
};

const isContinued = async (log: OpenLog, place: FilePlace): Promise<boolean> => {
  if (log.ino !== place.ino || log.dev !== place.dev) return false;
  const { size } = await log.handle.stat();
  return size >= place.offset && (await hasHead(log.handle, place.headHash));
};

const isTruncated = async (log: OpenLog): Promise<boolean> => {
  if (log.offset === 0) return false;
  const { size } = await log.handle.stat();
  return size < log.offset || !(await hasHead(log.handle, log.headHash));
};
