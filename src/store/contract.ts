import type { Alert, AlertStatus } from '../domain/alert.ts';
import type { Approval } from '../domain/approval.ts';
import type { ChainRun } from '../domain/chain.ts';
import type { DeadLetter, Delivery, DeliveryDraft } from '../domain/delivery.ts';
import type { HistoryDraft, HistoryRecord } from '../domain/history.ts';
import type { Lease } from '../domain/lease.ts';
import type { Severity } from '../domain/severity.ts';

/** Which alerts a page wants; filters apply before the limit. Newest first. */
export type AlertQuery = {
  readonly limit: number;
  /** Return alerts older than this id (exclusive). */
  readonly before?: string | undefined;
  readonly minSeverity?: Severity | undefined;
  readonly module?: string | undefined;
  readonly status?: AlertStatus | undefined;
  readonly ip?: string | undefined;
};

export type HistoryQuery = {
  readonly limit: number;
  /** Records with a smaller sequence (exclusive). */
  readonly before?: number | undefined;
  readonly module?: string | undefined;
  readonly kind?: string | undefined;
  readonly actionId?: string | undefined;
};

/** Outcome of walking the whole chain. */
export type ChainCheck =
  | { readonly isIntact: true; readonly records: number; readonly head: string }
  | { readonly isIntact: false; readonly records: number; readonly brokenAt: number; readonly problem: string };

/**
 * Everything the daemon remembers. One writer. Reads are synchronous.
 * Methods that return a promise named `…Durably` or documented "on disk" resolve only after the flush to disk: they are
 * promises to a person. Plain writes are batched and survive `kill -9` once committed.
 */
export type Store = {
  readonly alerts: {
    readonly put: (alert: Alert) => void;
    readonly get: (id: string) => Alert | undefined;
    readonly page: (query: AlertQuery) => readonly Alert[];
    /** Ids that start with the prefix, at most 2. */
    readonly byPrefix: (prefix: string) => readonly string[];
    readonly remove: (id: string) => boolean;
    /** Alerts of status OPEN, newest first: for folding after a restart. */
    readonly open: (limit: number) => readonly Alert[];
    /** The newest alert with that fold key, whatever its status. */
    readonly latestByFoldKey?: (foldKey: string) => Alert | undefined;
    readonly count: () => number;
  };
  readonly history: {
    /** Chains and stores records in order, in one transaction, on disk when it resolves. */
    readonly append: (drafts: readonly HistoryDraft[]) => Promise<readonly HistoryRecord[]>;
    /** As append, without waiting for the disk: for decisions that nothing was done about. */
    readonly note: (drafts: readonly HistoryDraft[]) => readonly HistoryRecord[];
    readonly page: (query: HistoryQuery) => readonly HistoryRecord[];
    readonly byPrefix: (prefix: string) => readonly HistoryRecord[];
    readonly verify: () => ChainCheck;
    readonly count: () => number;
  };
  readonly approvals: {
    /** On disk when it resolves. Rejects with SEC_CONFLICT unless the stored version is `approval.version - 1` (0 = new). */
    readonly put: (approval: Approval) => Promise<void>;
    readonly get: (id: string) => Approval | undefined;
    readonly byPrefix: (prefix: string) => readonly string[];
    /** States pending, approved and executing, oldest first. */
    readonly waiting: () => readonly Approval[];
    readonly page: (limit: number) => readonly Approval[];
  };
  readonly leases: {
    /** All in one transaction, on disk when it resolves. */
    readonly put: (leases: readonly Lease[]) => Promise<void>;
    readonly get: (id: string) => Lease | undefined;
    /** States intended and active. */
    readonly live: () => readonly Lease[];
    readonly byPrefix: (prefix: string) => readonly string[];
    readonly page: (limit: number) => readonly Lease[];
  };
  /** Written through `commit`, together with the records that say what happened. */
  readonly chainRuns: {
    readonly get: (id: string) => ChainRun | undefined;
    /** Those for which something is still to be done, oldest first. */
    readonly live: () => readonly ChainRun[];
    readonly byPrefix: (prefix: string) => readonly string[];
    /** Newest first. */
    readonly page: (limit: number) => readonly ChainRun[];
  };
  /**
   * An action, its lease or approval and its records together: one transaction, on disk when it resolves. Rejects with
   * SEC_CONFLICT as `approvals.put` does; then nothing of it is written.
   */
  readonly commit: (change: {
    /** Rejects with SEC_STORE_FULL where `alerts.put` would drop them. */
    readonly alerts?: readonly Alert[] | undefined;
    readonly leases?: readonly Lease[];
    readonly chainRuns?: readonly ChainRun[] | undefined;
    readonly approvals?: readonly Approval[];
    readonly outbox?: OutboxChange | undefined;
    readonly records: readonly HistoryDraft[];
  }) => Promise<readonly HistoryRecord[]>;
  /** What is still to be sent, per endpoint and in order; changed through `commit` together with the records that say why. */
  readonly outbox: {
    /** Oldest first. */
    readonly waiting: (endpoint: string, limit: number) => readonly Delivery[];
    /** How many wait, by endpoint; endpoints without any are not in it. */
    readonly counts: () => ReadonlyMap<string, number>;
    /** Batches that are held back, whatever their endpoint. */
    readonly held: () => readonly Delivery[];
    /** Notices that went into a batch since the start. */
    readonly folded: () => number;
    /** Keeps the number of attempts of a delivery that still waits. Not awaited: a crash may forget one. */
    readonly note: (delivery: Delivery) => void;
    /** Newest first. */
    readonly deadLetters: (limit: number) => readonly DeadLetter[];
    /** How many dead letters there are, by endpoint; endpoints without any are not in it. */
    readonly deadCounts: () => ReadonlyMap<string, number>;
    /** Dead letters that newer ones pushed out since the start. */
    readonly dropped: () => number;
  };
  readonly cursors: {
    readonly get: (sourceId: string) => unknown;
    readonly put: (sourceId: string, cursor: unknown) => void;
  };
  readonly machines: {
    /** Persisted snapshot of one actor, JSON. */
    readonly put: (actorId: string, snapshot: unknown) => void;
    readonly all: () => ReadonlyMap<string, unknown>;
    readonly remove: (actorId: string) => void;
  };
  readonly deadLetters: {
    readonly put: (kind: string, at: number, value: unknown) => void;
    readonly page: (limit: number) => readonly { readonly kind: string; readonly at: number; readonly value: unknown }[];
  };
  readonly meta: {
    readonly get: (key: string) => unknown;
    /** On disk when it resolves. */
    readonly put: (key: string, value: unknown) => Promise<void>;
  };
  readonly health: () => StoreHealth;
  /** Waits until everything written so far is on disk. */
  readonly flushed: () => Promise<void>;
  /** Housekeeping, to be called every few seconds with the wall clock: stale readers, free space. */
  readonly tick?: (now: number) => void;
  readonly close: () => Promise<void>;
};

/** Changes of the outbox, carried out in this order. What is not there (any more) is passed over. */
export type OutboxChange = {
  /** Arrived: gone from the outbox. */
  readonly settle?: readonly Delivery[] | undefined;
  readonly bury?: readonly DeadLetter[] | undefined;
  /** Several become one digest, in the place of `into.sequence`. */
  readonly merge?: readonly { readonly from: readonly Delivery[]; readonly into: Delivery }[] | undefined;
  /** Dead letters, by the id of the delivery, to the end of their queue; `at` is now. */
  readonly revive?: readonly { readonly id: string; readonly at: number }[] | undefined;
  readonly add?: readonly DeliveryDraft[] | undefined;
};

export type StoreHealth = {
  /** `full`: no space; writes that promise something reject with SEC_STORE_FULL until there is room again. */
  readonly state: 'ok' | 'full' | 'observe-only';
  readonly schemaVersion: number;
  readonly bytes: number;
  readonly droppedAlerts: number;
  readonly detail: string;
};

/** How opening went. `setAside` is the path a corrupt database was moved to; the store is then a fresh one. */
export type OpenedStore = {
  readonly store: Store;
  readonly setAside: string | undefined;
};
