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
  /** Quarantined files come back as well. */
  readonly restoreFiles?: boolean | undefined;
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
  const live = store?.leases.live() ?? [];
  const byRecord = await takeBackRecorded(dependencies, live, removed, left);
  for (const [action, enforcer] of enforcers) {
    try {
      removed.push(...(await enforcer.fini()));
    } catch (problem) {
      left.push(`${action}: ${messageOf(problem)}`);
    }
  }
  const over = left.length === 0 ? live.filter((lease) => !byRecord.kept.has(lease.id)) : live.filter((lease) => byRecord.ended.has(lease.id));
  const ended = endedLeases(over, clock.now(), actor);
  const others = ended.filter((lease) => !byRecord.ended.has(lease.id));
  removed.push(...others.map((lease) => `${lease.action} ${targetKey(lease.target)} ended`).slice(0, 1000));
  const kept = [...byRecord.kept.values()].slice(0, 1000);
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
  return { removed, left, ...(kept.length === 0 ? {} : { kept }), ended };
};

type ByRecord = { readonly ended: ReadonlySet<string>; readonly kept: ReadonlyMap<string, string> };

/** Takes back, one by one, what only its own record can take back. What lies still is kept unless it was asked for. */
const takeBackRecorded = async (dependencies: CleanupDependencies, live: readonly Lease[], removed: string[], left: string[]): Promise<ByRecord> => {
  const ended = new Set<string>();
  const kept = new Map<string, string>();
  for (const lease of live) {
    const enforcer = dependencies.enforcers.get(lease.action);
    if (lease.undo === undefined || enforcer === undefined) continue;
    const what = `${lease.action} ${targetKey(lease.target)}`;
    if (enforcer.manifest.outlastsCleanup === true && dependencies.restoreFiles !== true) {
      kept.set(lease.id, `${what} stays put away: \`1sec enforce undo ${lease.id}\` brings it back, \`cleanup --restore-files\` all of them`);
      continue;
    }
    const request = { actionId: lease.actionId, target: lease.target, params: {}, now: dependencies.clock.now(), undo: lease.undo };
    const outcome = await enforcer.undo(request).catch((problem: unknown) => ({ verification: 'failed' as const, detail: messageOf(problem) }));
    if (outcome.verification === 'failed') left.push(`${what}: ${outcome.detail}`);
    else ended.add(lease.id);
    if (outcome.verification !== 'failed') removed.push(`${what} ended: ${outcome.detail}`);
  }
  return { ended, kept };
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
