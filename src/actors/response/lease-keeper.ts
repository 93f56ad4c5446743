import { nextLease } from '../../../machines/lease.ts';
import { type ActionName, targetKey } from '../../domain/action.ts';
import type { Lease } from '../../domain/lease.ts';
import type { Repair } from '../contract.ts';
import type { ResponderDependencies } from './responder.ts';

export type LeaseKeeperDependencies = Pick<ResponderDependencies, 'store' | 'clock' | 'leases' | 'enforcers' | 'onRecords'>;

/** Ends what has run out and keeps the kernel like the store. */
export type LeaseKeeper = {
  /** Ends the leases whose stored end has come; the kernel's own timeout has let them go already. */
  readonly expire: () => Promise<void>;
  /** Makes the kernel agree with the leases of an action; what had to be repaired is recorded. */
  readonly reconcile: (action: ActionName) => Promise<Repair>;
};

const NOTHING: Repair = { added: 0, removed: 0, detail: '' };

/** A keeper over the leases in force. */
export const createLeaseKeeper = (dependencies: LeaseKeeperDependencies): LeaseKeeper => {
  const { store, clock, leases, enforcers } = dependencies;
  const seen = new Set<ActionName>();
  const leftOpen = new Set<string>(leases.live().flatMap((lease) => (lease.state === 'intended' ? [lease.id] : [])));
  // An intent that a crash left open is in force now: the reconciliation has just seen to it. Newer ones are under way.
  const settleIntended = async (live: readonly Lease[], repair: Repair, now: number): Promise<void> => {
    const missing = new Map((repair.notInForce ?? []).map(({ leaseId, reason }) => [leaseId, reason]));
    const settled = live
      .filter((lease) => lease.state === 'intended' && leftOpen.has(lease.id))
      .map((lease) => {
        const reason = missing.get(lease.id);
        return nextLease(lease, reason === undefined ? { type: 'lease.applied', now } : { type: 'lease.failed', reason, now });
      });
    if (settled.length === 0) return;
    const records = await store.commit({
      leases: settled,
      records: settled.map((lease) => ({
        at: now,
        kind: 'outcome' as const,
        actionId: lease.actionId,
        alertId: lease.alertId,
        module: lease.module,
        action: lease.action,
        target: targetKey(lease.target),
        ...(missing.has(lease.id)
          ? { outcome: 'failure' as const, verification: 'failed' as const, reason: `intended before a restart: ${missing.get(lease.id)}` }
          : { outcome: 'success' as const, verification: 'verified' as const, reason: 'intended before a restart, in force now' }),
      })),
    });
    for (const lease of settled) leases.set(lease);
    for (const lease of settled) leftOpen.delete(lease.id);
    dependencies.onRecords(records);
  };
  const endTakenBack = async (live: readonly Lease[], repair: Repair, now: number): Promise<void> => {
    const reasons = new Map((repair.takenBack ?? []).map(({ leaseId, reason }) => [leaseId, reason]));
    const over = live.filter((lease) => lease.state === 'active' && reasons.has(lease.id));
    if (over.length === 0) return;
    const ended = over.map((lease) => nextLease(lease, { type: 'lease.undone', reason: reasons.get(lease.id) ?? '', now }));
    const records = await store.commit({
      leases: ended,
      records: ended.map((lease) => ({ ...expiryRecord(lease, now), reason: `found at a start: ${reasons.get(lease.id)}` })),
    });
    for (const lease of ended) leases.set(lease);
    dependencies.onRecords(records);
  };
  return {
    expire: async () => {
      const now = clock.now();
      const ended = leases.due(now).flatMap((lease) => {
        const applied = lease.state === 'intended' ? nextLease(lease, { type: 'lease.applied', now }) : lease;
        const after = nextLease(applied, { type: 'tick', now });
        return after.state === 'ended' ? [after] : [];
      });
      if (ended.length === 0) return;
      const records = await store.commit({ leases: ended, records: ended.map((lease) => expiryRecord(lease, now)) });
      for (const lease of ended) leases.set(lease);
      dependencies.onRecords(records);
    },
    reconcile: async (action) => {
      const now = clock.now();
      const live = leases.liveOf(action).filter((lease) => lease.expiresAt === undefined || lease.expiresAt > now);
      const repair = (await enforcers.get(action)?.reconcile?.(live, now)) ?? NOTHING;
      await settleIntended(live, repair, now);
      await endTakenBack(live, repair, now);
      const isFirst = !seen.has(action);
      seen.add(action);
      // Rules that were gone while all blocks were still listed are a repair too.
      if (repair.detail !== '') {
        const reason = isFirst ? `restored after a start: ${repair.detail}` : `the kernel was not as it should be: ${repair.detail}`;
        dependencies.onRecords(
          store.history.note([
            {
              at: now,
              kind: 'repair',
              action,
              outcome: 'success',
              verification: 'verified',
              reason,
              details: { added: repair.added, removed: repair.removed },
            },
          ]),
        );
      }
      return repair;
    },
  };
};

const expiryRecord = (lease: Lease, now: number) => ({
  at: now,
  kind: 'undo' as const,
  actionId: lease.actionId,
  alertId: lease.alertId,
  module: lease.module,
  action: lease.action,
  target: targetKey(lease.target),
  outcome: 'success' as const,
  reason: 'its time was over',
});
