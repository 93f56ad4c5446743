import type { Enforcer } from '../actors/contract.ts';
import { requestOf } from '../actors/response/approval-desk.ts';
import { type ActionName, targetKey } from '../domain/action.ts';
import type { Actor, Approval } from '../domain/approval.ts';
import type { Clock } from '../domain/clock.ts';
import { messageOf } from '../domain/errors.ts';
import type { Lease } from '../domain/lease.ts';
import type { CleanupJson } from '../protocol/schemas.ts';
import type { Store } from '../store/contract.ts';

export type CleanupDependencies = {
  readonly store: Store | undefined;
  readonly clock: Clock;
  readonly enforcers: ReadonlyMap<ActionName, Enforcer>;
};

/** What was taken back, and the leases that ended with it. */
export type CleanupResult = CleanupJson & { readonly ended: readonly Lease[] };

/**
 * Takes everything back: held processes go on, actions in force end, the firewall table goes. Each part is tried whatever
 * happens to the others; what could not be done is named in `left`. Idempotent. Works without a store (then only what the
 * kernel itself shows is removed).
 */
export const cleanUp = async (dependencies: CleanupDependencies, actor: Actor, reason: string): Promise<CleanupResult> => {
  const { store, clock, enforcers } = dependencies;
  const removed: string[] = [];
  const left: string[] = [];
  for (const approval of store?.approvals.waiting() ?? []) await letGo(approval, dependencies, removed, left);
  for (const [action, enforcer] of enforcers) {
    try {
      removed.push(...(await enforcer.fini()));
    } catch (problem) {
      left.push(`${action}: ${messageOf(problem)}`);
    }
  }
  const ended = left.length === 0 ? endedLeases(store?.leases.live() ?? [], clock.now(), actor) : [];
  removed.push(...ended.map((lease) => `${lease.action} ${targetKey(lease.target)} ended`).slice(0, 1000));
  if (store !== undefined && (removed.length > 0 || left.length > 0)) {
    await store.commit({
      leases: ended,
      records: [
        {
          at: clock.now(),
          kind: 'cleanup',
          outcome: left.length === 0 ? 'success' : 'failure',
          actor,
          reason: [`${removed.length} removed, ${left.length} left`, reason].filter((part) => part !== '').join('; '),
          details: { removed: removed.slice(0, 100), left },
        },
      ],
    });
  }
  return { removed, left, ended };
};

const letGo = async (approval: Approval, dependencies: CleanupDependencies, removed: string[], left: string[]): Promise<void> => {
  const what = `${approval.action} ${targetKey(approval.target)}`;
  try {
    if (approval.isHeld) {
      await dependencies.enforcers.get(approval.action)?.release?.(requestOf(approval, dependencies.clock.now()));
      removed.push(`${what} goes on`);
    }
    if (approval.state !== 'pending') return;
    await dependencies.store?.approvals.put({
      ...approval,
      state: 'void',
      isHeld: false,
      decidedAt: dependencies.clock.now(),
      result: 'taken back by cleanup',
      version: approval.version + 1,
    });
    removed.push(`${what} no longer waits for a person`);
  } catch (problem) {
    left.push(`${what}: ${messageOf(problem)}`);
  }
};

const endedLeases = (live: readonly Lease[], now: number, actor: Actor): readonly Lease[] =>
  live.map((lease) => ({ ...lease, state: 'ended', endedAt: now, endedBecause: `cleanup by ${actor.name}` }));
