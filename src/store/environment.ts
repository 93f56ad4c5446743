import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, open, type RootDatabase } from 'lmdb';
import { SecError } from '../domain/errors.ts';
import type { Pending } from './pending.ts';
import { type Entry, type KeyRange, TABLES, type TableName } from './tables.ts';

/** Names of the database's own files inside the data directory. */
export const DATA_FILE = 'data.mdb';
export const LOCK_FILE = 'lock.mdb';

/** The open database: the only place that speaks LMDB. Open a directory once per process. */
export type Environment = {
  readonly get: (table: TableName, key: string) => string | undefined;
  readonly range: (table: TableName, range: KeyRange) => Iterable<Entry>;
  readonly count: (table: TableName) => number;
  /** One transaction; resolves when it is on disk. Rejects as a whole, with nothing written. */
  readonly write: (pending: Pending) => Promise<void>;
  /** Runs `work` in one transaction, on disk when it returns; nothing of it stays when it throws. Only while opening. */
  readonly transactSync: (work: (writer: TransactionWriter) => void) => void;
  readonly backup: (directory: string) => Promise<void>;
  readonly readerCheck: () => void;
  /** False when the database could not be closed in order. */
  readonly close: () => Promise<boolean>;
};

export type TransactionWriter = {
  readonly get: (table: TableName, key: string) => string | undefined;
  readonly range: (table: TableName, range: KeyRange) => Iterable<Entry>;
  readonly put: (table: TableName, key: string, value: string) => void;
  readonly remove: (table: TableName, key: string) => void;
};

// a flush that takes longer than this failed without telling us
const STALL_MS = 30_000;

/** Opens or creates the database with mode 0600. Throws LMDB's own error (message `MDB_…`) when the file is not usable. */
export const openEnvironment = (directory: string): Environment => {
  // permissionsMode is read by the native part but missing in the types; the umask still applies, hence the chmod
  const options = {
    path: directory,
    noSubdir: false,
    encoding: 'string' as const,
    maxDbs: TABLES.length + 4,
    eventTurnBatching: false,
    permissionsMode: 0o600,
  };
  const root: RootDatabase<string, string> = open(options);
  for (const file of [DATA_FILE, LOCK_FILE]) chmodSync(join(directory, file), 0o600);
  const databases = new Map<TableName, Database<string, string>>(TABLES.map((name) => [name, root.openDB<string, string>({ name, encoding: 'string' })]));
  const databaseOf = (table: TableName): Database<string, string> => {
    const database = databases.get(table);
    if (database === undefined) throw new SecError('SEC_INTERNAL', `no table ${table}`);
    return database;
  };
  let hasFailedLast = false;

  const get = (table: TableName, key: string): string | undefined => databaseOf(table).get(key);
  const range = (table: TableName, bounds: KeyRange): Iterable<Entry> =>
    bounds.isReverse === true
      ? databaseOf(table).getRange({ start: bounds.to, exclusiveStart: true, end: bounds.from, inclusiveEnd: true, reverse: true })
      : databaseOf(table).getRange({ start: bounds.from, end: bounds.to });

  const write = async (pending: Pending): Promise<void> => {
    hasFailedLast = true;
    await quietly(
      root.batch(() => {
        for (const [table, writes] of pending.tables) {
          const database = databaseOf(table);
          for (const [key, value] of writes) {
            // a promise per entry would be waste: the batch's own promise speaks for all of them
            if (value === undefined) void database.remove(key);
            else void database.put(key, value);
          }
        }
      }),
    );
    root.resetReadTxn();
    await orStalled(Promise.resolve(root.flushed));
    hasFailedLast = false;
  };

  return {
    get,
    range,
    count: (table) => databaseOf(table).getKeysCount(),
    write,
    transactSync: (work) => {
      root.transactionSync(() =>
        work({
          get,
          range,
          put: (table, key, value) => void databaseOf(table).putSync(key, value),
          remove: (table, key) => void databaseOf(table).removeSync(key),
        }),
      );
      root.resetReadTxn();
    },
    backup: (target) => root.backup(target, true),
    readerCheck: () => void root.readerCheck(),
    close: async () => {
      // after a failed transaction the binding would wait for ever for its flush: the exit of the process closes it then
      if (hasFailedLast) return false;
      await root.close();
      return true;
    },
  };
};

// A failed batch also carries a second promise with the cause, which would surface as an unhandled rejection.
const quietly = async (batch: Promise<unknown>): Promise<void> => {
  try {
    await batch;
  } catch (thrown) {
    const cause = thrown instanceof Error && 'commitError' in thrown ? await Promise.resolve(thrown.commitError).catch((inner: unknown) => inner) : undefined;
    throw cause instanceof Error ? cause : thrown;
  }
};

const orStalled = async (flush: Promise<unknown>): Promise<void> => {
  const stop = new AbortController();
  const stalled = delay(STALL_MS, true, { signal: stop.signal }).catch(() => false); // aborted: the flush came first
  try {
    if ((await Promise.race([flush.then(() => false), stalled])) === true) throw new Error(`no flush within ${STALL_MS / 1000} s`);
  } finally {
    stop.abort();
  }
};
