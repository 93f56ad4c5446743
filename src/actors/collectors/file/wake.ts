import { type FSWatcher, realpathSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setInterval } from 'node:timers/promises';

/** Says when a file may have something new: at once through inotify, and every `pollMs` in any case. */
export type Wake = {
  /** Resolves at the next sign of change (also one that came since the last call), or when aborted. */
  readonly next: () => Promise<'notice' | 'poll'>;
  /** The poll found what no notice told: the watches are made anew. */
  readonly renew: () => void;
  readonly close: () => void;
};

/** Watches the directory of `path`, so that a file that appears, changes or is renamed is seen; and the directory a link leads to. */
export const createWake = (path: string, pollMs: number, signal: AbortSignal): Wake => {
  let watchers: readonly FSWatcher[] = [];
  let pending: 'notice' | 'poll' | undefined;
  let resolveNext: ((why: 'notice' | 'poll') => void) | undefined;
  const done = new AbortController();

  const wake = (why: 'notice' | 'poll'): void => {
    if (resolveNext === undefined) {
      pending = pending === 'notice' ? 'notice' : why;
      return;
    }
    const resolve = resolveNext;
    resolveNext = undefined;
    resolve(why);
  };

  const closeWatchers = (): void => {
    for (const watcher of watchers) watcher.close();
    watchers = [];
  };

  const openWatchers = (): void => {
    closeWatchers();
    watchers = placesOf(path).flatMap(({ directory, name }) => {
      try {
        const watcher = watch(directory, (_event, changed) => {
          if (changed === null || changed === name) wake('notice');
        });
        // A watch that breaks (its directory is gone) leaves the poll, which makes it anew.
        watcher.on('error', () => watcher.close());
        return [watcher];
      } catch {
        // No such directory yet, or no watches left: the poll goes on alone.
        return [];
      }
    });
  };

  const poll = async (): Promise<void> => {
    try {
      for await (const _ of setInterval(pollMs, undefined, { signal: done.signal })) {
        if (watchers.length === 0) openWatchers();
        wake('poll');
      }
    } catch (thrown) {
      if (!done.signal.aborted) throw thrown;
    }
  };

  const close = (): void => {
    done.abort();
    closeWatchers();
    wake('poll');
  };

  openWatchers();
  void poll();
  signal.addEventListener('abort', close, { once: true });
  return {
    next: () => {
      if (pending !== undefined || done.signal.aborted) {
        const why = pending ?? 'poll';
        pending = undefined;
        return Promise.resolve(why);
      }
      return new Promise((resolve) => {
        resolveNext = resolve;
      });
    },
    renew: openWatchers,
    close: () => {
      signal.removeEventListener('abort', close);
      close();
    },
  };
};

const placesOf = (path: string): readonly { readonly directory: string; readonly name: string }[] => {
  const own = { directory: dirname(path), name: basename(path) };
  try {
    const real = realpathSync(path);
    return real === path || dirname(real) === own.directory ? [own] : [own, { directory: dirname(real), name: basename(real) }];
  } catch {
    // The file is not there yet.
    return [own];
  }
};
