import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseBook } from '../actors/response/lease-book.ts';
import type { Root } from '../actors/root.ts';
import { targetKey } from '../domain/action.ts';
import type { Actor, Approval } from '../domain/approval.ts';
import type { HistoryRecord } from '../domain/history.ts';
import type { CleanupJson } from '../protocol/schemas.ts';
import type { Store } from '../store/contract.ts';
import { type CleanupDependencies, cleanUp } from './cleanup.ts';

const PATIENCE_MS = 5000;

export type LiveCleanupDependencies = CleanupDependencies & {
  readonly store: Store;
  readonly leases: LeaseBook;
  readonly root: Root;
  readonly onRecords: (records: readonly HistoryRecord[]) => void;
};

/** Cleanup inside a running daemon: waiting approvals end through their own actors, then the rest is taken back. */
export const createCleanup =
  (dependencies: LiveCleanupDependencies) =>
  async (actor: Actor, reason: string, restoreFiles: boolean): Promise<CleanupJson> => {
    const { store, clock, root } = dependencies;
    const waiting = store.approvals.waiting();
    const isBusy = (id: string): boolean => root.approvalActor(id) !== undefined;
    const voided = waiting.filter((approval) => approval.state === 'pending' && isBusy(approval.id));
    for (const approval of voided)
      root.approvalActor(approval.id)?.send({ type: 'approval.void', reason: `taken back by cleanup (${actor.name})`, now: clock.now() });
    const deadline = clock.monotonic() + PATIENCE_MS;
    // What is being carried out comes to its end first: nothing is let go under the hands of who ends it.
    while (waiting.some((approval) => isBusy(approval.id)) && clock.monotonic() < deadline) await delay(20);
    const { removed, left, kept, ended } = await cleanUp({ ...dependencies, isBusy, restoreFiles }, actor, reason);
    for (const lease of ended) dependencies.leases.set(lease);
    dependencies.onRecords(store.history.page({ limit: 1, kind: 'cleanup' }));
    return { removed: [...voided.map(wordsOf), ...removed], left, kept };
  };

const wordsOf = ({ action, target, isHeld }: Approval): string => `${action} ${targetKey(target)} ${isHeld ? 'goes on and ' : ''}no longer waits for a person`;
