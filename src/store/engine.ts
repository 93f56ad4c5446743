import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, SecError, toSecError } from '../domain/errors.ts';
import type { Environment } from './environment.ts';
import { createPending, type Pending, pendingInRange } from './pending.ts';
import type { SpaceGuard } from './space-guard.ts';
import type { Entry, KeyRange, TableName } from './tables.ts';

/**
 * Write-behind over the database. Every write is visible to the next read at once and reaches the disk in order, all
 * writes of one synchronous stretch in one transaction. A transaction that fails takes everything not yet on disk with
 * it, so that nothing acknowledged ever rests on something lost.
 */
export type Engine = {
  readonly get: (table: TableName, key: string) => string | undefined;
  /** Entries of a range; must be consumed in the same synchronous stretch. */
  readonly range: (table: TableName, range: KeyRange) => Iterable<Entry>;
  readonly count: (table: TableName) => number;
  readonly put: (table: TableName, key: string, value: string) => void;
  readonly remove: (table: TableName, key: string) => void;
  /** Runs `work` (synchronous) and resolves with its result when its writes are on disk. Rejects with SEC_STORE_FULL or SEC_STORE_CORRUPT. */
  readonly durably: <Result>(work: () => Result) => Promise<Result>;
  readonly pendingBytes: () => number;
  /** Why the database can no longer be trusted, if so. */
  readonly fault: () => string | undefined;
  /** From now on nothing is promised on this database any more. */
  readonly distrust: (why: string) => void;
  /** Called after writes were lost, with them: memory derived from them must be read again. */
  readonly onLost: (listener: (lost: readonly Pending[]) => void) => void;
  /** Writes what is pending, then refuses further writes. */
  readonly finish: () => Promise<void>;
};

export const createEngine = (
  environment: Environment,
  guard: SpaceGuard,
  options: { readonly batchDelayMs: number; readonly maxPendingBytes: number },
): Engine => {
  let active = createPending();
  let writing: Pending | undefined;
  let promised = createPromise();
  let isRunning = false;
  let isUrgent = false;
  let wake = new AbortController();
  let fault: string | undefined;
  let isFinished = false;
  const listeners: ((lost: readonly Pending[]) => void)[] = [];

  const layers = (): readonly Pending[] => (writing === undefined ? [active] : [writing, active]);

  const lose = (failed: Pending, error: SecError, waiting: Settled): void => {
    const lost = [failed, active];
    const next = promised;
    writing = undefined;
    active = createPending();
    promised = createPromise();
    try {
      for (const listener of listeners) listener(lost);
    } finally {
      waiting.reject(error);
      next.reject(error);
    }
  };

  const writeOnce = async (): Promise<void> => {
    const batch = active;
    const waiting = promised;
    writing = batch;
    active = createPending();
    promised = createPromise();
    isUrgent = false;
    try {
      await guard.refresh();
      if (batch.entries() > 0) await environment.write(batch);
      guard.succeeded();
      writing = undefined;
      waiting.resolve();
    } catch (thrown) {
      await guard.failed(thrown);
      const isFull = guard.level() === 'full';
      if (!isFull) fault = `writing failed: ${messageOf(thrown)}`;
      lose(batch, new SecError(isFull ? 'SEC_STORE_FULL' : 'SEC_STORE_CORRUPT', messageOf(thrown), { cause: thrown }), waiting);
    }
  };

  const run = async (): Promise<void> => {
    while (active.entries() > 0 || promised.isAwaited()) {
      if (!isUrgent) {
        wake = new AbortController();
        await delay(options.batchDelayMs, undefined, { signal: wake.signal }).catch(() => undefined); // aborted: someone waits for the disk
      }
      await writeOnce();
    }
    isRunning = false;
  };

  const start = (): void => {
    if (isRunning) return;
    isRunning = true;
    // `run` catches every failure of a write; what else it throws is a bug that must not pass unseen
    void run().catch((thrown: unknown) => {
      isRunning = false;
      fault = `the writer stopped: ${messageOf(thrown)}`;
      lose(writing ?? createPending(), toSecError(thrown), promised);
    });
  };

  const settled = (): Promise<void> => {
    const waiting = promised.wait();
    isUrgent = true;
    wake.abort();
    start();
    return waiting;
  };

  const set = (table: TableName, key: string, value: string | undefined): void => {
    if (isFinished) throw new SecError('SEC_INTERNAL', 'the store is closed');
    active.set(table, key, value);
    start();
  };

  const guarded = <Result>(read: () => Result, fallback: Result): Result => {
    try {
      return read();
    } catch (thrown) {
      // a damaged page: the reader sees nothing there, health() says why, and nothing acts on it any more
      fault = `reading failed: ${messageOf(thrown)}`;
      return fallback;
    }
  };

  const admit = async (): Promise<void> => {
    await guard.refresh();
    if (guard.level() === 'full') throw new SecError('SEC_STORE_FULL', guard.describe());
  };

  return {
    get: (table, key) => {
      if (active.tables.get(table)?.has(key)) return active.tables.get(table)?.get(key);
      if (writing?.tables.get(table)?.has(key)) return writing.tables.get(table)?.get(key);
      return guarded(() => environment.get(table, key), undefined);
    },
    range: (table, range) => merge(pendingInRange(layers(), table, range), () => environment.range(table, range)[Symbol.iterator](), range, guarded),
    count: (table) => guarded(() => environment.count(table), 0),
    put: (table, key, value) => set(table, key, value),
    remove: (table, key) => set(table, key, undefined),
    durably: async (work) => {
      if (fault !== undefined) throw new SecError('SEC_STORE_CORRUPT', fault);
      if (active.bytes() > options.maxPendingBytes) throw new SecError('SEC_STORE_FULL', `${active.bytes()} bytes wait for a slow disk already`);
      // only a full disk is asked again first: otherwise calls keep their order
      if (guard.level() === 'full') await admit();
      const result = work();
      await settled();
      return result;
    },
    pendingBytes: () => active.bytes() + (writing?.bytes() ?? 0),
    fault: () => fault,
    distrust: (why) => {
      fault ??= why;
    },
    onLost: (listener) => void listeners.push(listener),
    finish: async () => {
      // what could not be written was reported to whoever waited for it, and counted
      await settled().catch(() => undefined);
      isFinished = true;
    },
  };
};

type Settled = {
  readonly wait: () => Promise<void>;
  readonly isAwaited: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: SecError) => void;
};

// A promise that exists only when someone asked for it: a failure nobody waits for is no unhandled rejection.
const createPromise = (): Settled => {
  let deferred: PromiseWithResolvers<void> | undefined;
  return {
    wait: () => {
      deferred ??= Promise.withResolvers<void>();
      return deferred.promise;
    },
    isAwaited: () => deferred !== undefined,
    resolve: () => deferred?.resolve(),
    reject: (error) => deferred?.reject(error),
  };
};

type Guarded = <Result>(read: () => Result, fallback: Result) => Result;
type Stored = Iterator<Entry, unknown>;

function* merge(pending: readonly (readonly [string, string | undefined])[], openStored: () => Stored, range: KeyRange, guarded: Guarded): Generator<Entry> {
  const isBefore = (a: string, b: string): boolean => (range.isReverse === true ? a > b : a < b);
  const stored = guarded<Stored | undefined>(openStored, undefined);
  const step = (): Entry | undefined =>
    guarded<Entry | undefined>(() => {
      const next = stored?.next();
      return next === undefined || next.done === true ? undefined : next.value;
    }, undefined);
  try {
    let below = step();
    for (const [key, value] of pending) {
      for (; below !== undefined && isBefore(below.key, key); below = step()) yield below;
      if (below?.key === key) below = step();
      if (value !== undefined) yield { key, value };
    }
    for (; below !== undefined; below = step()) yield below;
  } finally {
    stored?.return?.();
  }
}
