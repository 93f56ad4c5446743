import { statSync } from 'node:fs';
import type { Clock } from '../domain/clock.ts';
import { SecError } from '../domain/errors.ts';
import { createAlerts } from './alerts.ts';
import { createApprovals } from './approvals.ts';
import { createChainRuns } from './chain-runs.ts';
import type { Store, StoreHealth } from './contract.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createEngine } from './engine.ts';
import type { Environment } from './environment.ts';
import { createHistory } from './history.ts';
import { createLeases } from './leases.ts';
import { createOutbox } from './outbox.ts';
import { createRecordCodec } from './records.ts';
import type { SpaceGuard } from './space-guard.ts';
import { createValueTable } from './value-table.ts';

/** Every bound of the store. */
export type StoreLimits = {
  readonly maxAlerts: number;
  readonly maxDeadLetters: number;
  readonly maxDecidedApprovals: number;
  readonly maxEndedLeases: number;
  readonly maxEndedChainRuns: number;
  readonly maxCursors: number;
  readonly maxMachines: number;
  readonly maxMetaKeys: number;
  /** Deliveries that wait for one endpoint. */
  readonly maxOutbox: number;
  readonly maxOutboxDead: number;
  /** Below this free space new alerts are shed and counted. */
  readonly shedBelowBytes: number;
  /** Below this free space nothing is promised any more. */
  readonly refuseBelowBytes: number;
  /** How long plain writes gather before they become a transaction. */
  readonly batchDelayMs: number;
  /** Writes that wait for the disk: alerts are shed at this, promises refused. */
  readonly maxPendingBytes: number;
};

export const DEFAULT_LIMITS: StoreLimits = {
  maxAlerts: 100_000,
  maxDeadLetters: 1_000,
  maxDecidedApprovals: 1_000,
  maxEndedLeases: 20_000,
  maxEndedChainRuns: 500,
  maxCursors: 10_000,
  maxMachines: 100_000,
  maxMetaKeys: 1_000,
  maxOutbox: 10_000,
  maxOutboxDead: 1_000,
  shedBelowBytes: 64 * 1024 * 1024,
  refuseBelowBytes: 16 * 1024 * 1024,
  batchDelayMs: 50,
  maxPendingBytes: 64 * 1024 * 1024,
};

/** Meta key that holds the path of a database that was set aside. The store is observe-only until it is put to null. */
export const SET_ASIDE_KEY = 'setAside';

const READER_CHECK_MS = 30_000;

/** The store over an open, migrated database. `closed` is told whether everything was written and closed in order. */
export const createStore = (options: {
  readonly environment: Environment;
  readonly guard: SpaceGuard;
  readonly clock: Clock;
  readonly limits: StoreLimits;
  readonly schemaVersion: number;
  readonly dataFile: string;
  readonly notes: readonly string[];
  readonly closed: (isClean: boolean) => void;
}): Store & { readonly distrust: (why: string) => void } => {
  const { environment, guard, clock, limits } = options;
  const codec = createRecordCodec();
  const engine = createEngine(environment, guard, limits);
  const isRoomy = (): boolean => engine.pendingBytes() < limits.maxPendingBytes && engine.fault() === undefined;
  let droppedNotes = 0;
  let refusedNames = 0;
  let checkedAt = clock.now();
  let closing: Promise<void> | undefined;

  const mayPut = (): boolean => {
    // asked again on every attempt, so that shedding ends by itself
    if (guard.level() !== 'ok') void guard.refresh();
    return isRoomy() && guard.level() === 'ok';
  };
  const mayNote = (): boolean => {
    if (guard.level() === 'full') void guard.refresh();
    const isAllowed = isRoomy() && guard.level() !== 'full';
    if (!isAllowed) droppedNotes += 1;
    return isAllowed;
  };

  const alerts = createAlerts({ engine, codec, maxAlerts: limits.maxAlerts, mayPut });
  const history = createHistory({ engine, codec, clock, mayNote });
  const approvals = createApprovals(engine, codec, limits.maxDecidedApprovals);
  const leases = createLeases(engine, codec, limits.maxEndedLeases);
  const chainRuns = createChainRuns(engine, codec, limits.maxEndedChainRuns);
  const deadLetters = createDeadLetters(engine, codec, limits.maxDeadLetters);
  const outbox = createOutbox({ engine, codec, maxWaiting: limits.maxOutbox, maxDead: limits.maxOutboxDead });
  const cursors = createValueTable({ engine, codec, table: 'cursors', prefix: '', maxNames: limits.maxCursors });
  const machines = createValueTable({ engine, codec, table: 'machines', prefix: '', maxNames: limits.maxMachines });
  // apart from the store's own entries in the same table
  const meta = createValueTable({ engine, codec, table: 'meta', prefix: 'u ', maxNames: limits.maxMetaKeys });
  const tables = [alerts, history, approvals, leases, chainRuns, deadLetters, outbox, cursors, machines, meta];
  const reload = (): void => {
    for (const table of tables) table.reload();
  };
  reload();
  engine.onLost((lost) => {
    reload();
    for (const pending of lost) alerts.addDropped([...(pending.tables.get('alerts')?.values() ?? [])].filter((text) => text !== undefined).length);
  });

  const putNamed = (table: typeof cursors, name: string, value: unknown): void => {
    if (!table.put(name, value)) refusedNames += 1;
  };

  const health = (): StoreHealth => {
    const setAside = meta.get(SET_ASIDE_KEY);
    const isObserving = typeof setAside === 'string' || engine.fault() !== undefined;
    const details = [
      guard.level() === 'ok' ? '' : `disk ${guard.level()}: ${guard.describe()}`,
      engine.fault() ?? '',
      typeof setAside === 'string' ? `a damaged database was set aside in ${setAside}` : '',
      codec.damaged() > 0 ? `${codec.damaged()} damaged records met` : '',
      droppedNotes > 0 ? `${droppedNotes} history notes dropped` : '',
      refusedNames > 0 ? `${refusedNames} writes refused by full tables` : '',
      ...options.notes,
    ];
    return {
      state: guard.level() === 'full' ? 'full' : isObserving ? 'observe-only' : 'ok',
      schemaVersion: options.schemaVersion,
      bytes: statSync(options.dataFile, { throwIfNoEntry: false })?.size ?? 0,
      droppedAlerts: alerts.dropped(),
      detail: details.filter((detail) => detail !== '').join('; '),
    };
  };

  const close = async (): Promise<void> => {
    await engine.finish();
    const isClosed = await environment.close();
    options.closed(isClosed && engine.fault() === undefined);
  };

  return {
    alerts,
    history,
    approvals,
    leases,
    chainRuns,
    commit: (change) =>
      engine.durably(() => {
        const writeAlerts = alerts.prepare(change.alerts ?? []);
        const writeApprovals = approvals.prepare(change.approvals ?? []);
        const writeLeases = leases.prepare(change.leases ?? []);
        const writeChainRuns = chainRuns.prepare(change.chainRuns ?? []);
        const writeOutbox = outbox.prepare(change.outbox ?? {});
        const chained = history.prepare(change.records);
        writeAlerts();
        writeApprovals();
        writeLeases();
        writeChainRuns();
        writeOutbox();
        chained.write();
        return chained.records;
      }),
    cursors: { get: cursors.get, put: (sourceId, cursor) => putNamed(cursors, sourceId, cursor) },
    machines: { put: (actorId, snapshot) => putNamed(machines, actorId, snapshot), all: machines.all, remove: machines.remove },
    deadLetters,
    outbox,
    meta: {
      get: meta.get,
      put: (key, value) =>
        engine.durably(() => {
          if (!meta.put(key, value)) throw new SecError('SEC_STORE_FULL', `the meta table holds ${limits.maxMetaKeys} keys already`);
        }),
    },
    health,
    flushed: () => engine.durably(() => undefined),
    tick: (now) => {
      void guard.refresh();
      if (now - checkedAt < READER_CHECK_MS) return;
      checkedAt = now;
      environment.readerCheck();
    },
    distrust: engine.distrust,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};
