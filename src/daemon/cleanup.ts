import type { Enforcer } from '../actors/contract.ts';
import { approvalRecord } from '../actors/response/approval-words.ts';
import { requestOf } from '../actors/response/suspension.ts';
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
  /** An approval that an actor is carrying out at this moment. */
  readonly isBusy?: ((approvalId: string) => boolean) | undefined;
};

const MAX_APPROVALS = 2000;

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
  for (const approval of unfinished(store)) await letGo(approval, dependencies, actor, removed, left);
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

/** Everything that waits, and what was decided and not let go before a crash. */
const unfinished = (store: Store | undefined): readonly Approval[] => {
  if (store === undefined) return [];
  const held = store.approvals.page(MAX_APPROVALS).filter((approval) => approval.isHeld);
  return [...new Map([...held, ...store.approvals.waiting()].map((approval) => [approval.id, approval])).values()];
};

const letGo = async (approval: Approval, dependencies: CleanupDependencies, actor: Actor, removed: string[], left: string[]): Promise<void> => {
  const what = `${approval.action} ${targetKey(approval.target)}`;
  if (dependencies.isBusy?.(approval.id) === true) {
    left.push(`${what}: it is just being carried out; ask again`);
    return;
  }
  try {
    const enforcer = dependencies.enforcers.get(approval.action);
    const now = dependencies.clock.now();
    const isDone = approval.state === 'executing' && (await enforcer?.verify(requestOf(approval, now)))?.verification === 'verified';
    if (approval.isHeld && !isDone) {
      await enforcer?.release?.(requestOf(approval, now));
      removed.push(`${what} goes on`);
    }
    const next: Approval = { ...approval, ...endOf(approval, isDone, actor, now), isHeld: false, version: approval.version + 1 };
    await dependencies.store?.commit({ approvals: [next], records: [{ ...approvalRecord(next, now), actor }] });
    if (next.state === 'void') removed.push(`${what} no longer waits for a person`);
  } catch (problem) {
    left.push(`${what}: ${messageOf(problem)}`);
  }
};

const endOf = (approval: Approval, isDone: boolean, actor: Actor, now: number): Partial<Approval> => {
  if (isDone) return { state: 'done', result: 'it had taken effect, as a cleanup afterwards found' };
  if (approval.state !== 'pending' && approval.state !== 'approved' && approval.state !== 'executing') return {};
  return { state: 'void', decidedAt: now, decidedBy: actor, result: 'taken back by cleanup' };
};

const endedLeases = (live: readonly Lease[], now: number, actor: Actor): readonly Lease[] =>
  live.map((lease) => ({ ...lease, state: 'ended', endedAt: now, endedBecause: `cleanup by ${actor.name}` }));
