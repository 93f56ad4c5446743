import { statfs } from 'node:fs/promises';
import type { Clock } from '../domain/clock.ts';

/** `low`: the least important writes are shed. `full`: promises are refused before the disk breaks them. */
type SpaceLevel = 'ok' | 'low' | 'full';

/** Watches the free space under the database. Comes back by itself when there is room again. */
export type SpaceGuard = {
  readonly level: () => SpaceLevel;
  /** Looks again, at most once a second while all is well. */
  readonly refresh: () => Promise<void>;
  /** A write failed. `full` afterwards, unless failures keep coming that a lack of space does not explain. */
  readonly failed: (thrown: unknown) => Promise<void>;
  readonly succeeded: () => void;
  readonly describe: () => string;
};

export type FreeBytes = () => Promise<number>;

/** Free bytes for this user on the file system of `directory`. */
export const freeBytesOf =
  (directory: string): FreeBytes =>
  async () => {
    const found = await statfs(directory);
    return found.bavail * found.bsize;
  };

const FRESH_MS = 1_000;
const MAX_UNEXPLAINED = 3;
// errno of ENOSPC and EDQUOT, as the binding gives them
const SPACE_ERRORS: readonly unknown[] = [28, 122];

/** `shedBelowBytes` and `refuseBelowBytes` are the floors of `ok` and `low`. */
export const createSpaceGuard = (options: {
  readonly clock: Clock;
  readonly freeBytes: FreeBytes;
  readonly shedBelowBytes: number;
  readonly refuseBelowBytes: number;
}): SpaceGuard => {
  let level: SpaceLevel = 'ok';
  let free: number | undefined;
  let checkedAt: number | undefined;
  let unexplained = 0;
  let waitUntil = 0;

  const look = async (): Promise<void> => {
    checkedAt = options.clock.monotonic();
    try {
      free = await options.freeBytes();
    } catch {
      // a file system that cannot be asked is judged by whether writes succeed
      free = undefined;
    }
    level = levelOf(free, options);
  };

  return {
    level: () => level,
    refresh: async () => {
      const now = options.clock.monotonic();
      if (now < waitUntil) return;
      if (level === 'ok' && checkedAt !== undefined && now - checkedAt < FRESH_MS) return;
      await look();
    },
    failed: async (thrown) => {
      await look();
      // a full file system shows as a short write and EIO as well: the free space says which it was
      const isExplained = level !== 'ok' || (thrown instanceof Error && 'code' in thrown && SPACE_ERRORS.includes(thrown.code));
      unexplained = isExplained ? 0 : unexplained + 1;
      waitUntil = options.clock.monotonic() + FRESH_MS;
      if (unexplained <= MAX_UNEXPLAINED) level = 'full';
    },
    succeeded: () => {
      unexplained = 0;
    },
    describe: () => `${free ?? 'an unknown number of'} bytes free, ${options.refuseBelowBytes} needed`,
  };
};

const levelOf = (free: number | undefined, floors: { readonly shedBelowBytes: number; readonly refuseBelowBytes: number }): SpaceLevel => {
  if (free === undefined) return 'ok';
  if (free < floors.refuseBelowBytes) return 'full';
  return free < floors.shedBelowBytes ? 'low' : 'ok';
};
