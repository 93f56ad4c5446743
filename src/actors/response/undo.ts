import { nextLease } from '../../../machines/lease.ts';
import { targetKey } from '../../domain/action.ts';
import type { Actor, Approval } from '../../domain/approval.ts';
import { SecError, toSecError } from '../../domain/errors.ts';
import type { HistoryDraft, HistoryRecord } from '../../domain/history.ts';
import type { Lease } from '../../domain/lease.ts';
import type { ActionRequest } from '../contract.ts';
import { cooldownKey } from './decide.ts';
import type { ResponderDependencies } from './responder.ts';

/** After a person took an action back or refused it, the same target is left alone this long: they had a reason. */
export const SOFT_ALLOW_MS = 10 * 60_000;

export type UndoDependencies = Pick<ResponderDependencies, 'store' | 'clock' | 'leases' | 'enforcers' | 'ledger' | 'onRecords'>;

/**
 * Takes an action in force back: verified, recorded, and not done again for ten minutes. `id` is a lease or action id, or
 * a unique prefix of one. Rejects with SEC_NOT_FOUND, SEC_AMBIGUOUS or SEC_UNAVAILABLE (nothing to take back).
 */
export const undoAction = async (dependencies: UndoDependencies, id: string, actor: Actor, reason: string): Promise<HistoryRecord> =>
  endLease(dependencies, findLease(dependencies, id), actor, reason);

/** As `undoAction`, for a lease at hand; `along` is written together with its end, and only when it has ended. */
export const endLease = async (
  dependencies: UndoDependencies,
  lease: Lease,
  actor: Actor,
  reason: string,
  along: { readonly approvals: readonly Approval[]; readonly records: readonly HistoryDraft[] } = { approvals: [], records: [] },
): Promise<HistoryRecord> => {
  const { store, clock, leases, enforcers, ledger } = dependencies;
  const enforcer = enforcers.get(lease.action);
  if (enforcer === undefined) throw new SecError('SEC_UNAVAILABLE', `no enforcer for ${lease.action}`);
  const request: ActionRequest = { actionId: lease.actionId, target: lease.target, params: {}, now: clock.now(), undo: lease.undo };
  const outcome = await enforcer.undo(request).catch((problem: unknown) => ({ verification: 'failed' as const, detail: toSecError(problem).message }));
  const now = clock.now();
  const failed = outcome.verification === 'failed';
  // One target, one block in the kernel, whoever asked for it: with it end all the leases that stand for it.
  // Files that had one path after another are each their own.
  const others = lease.undo?.kind === 'file' ? [] : leases.all(lease.action, lease.target).filter(({ id }) => id !== lease.id);
  const taken = [lease, ...others];
  const ended = failed ? [] : taken.map((one) => nextLease(one, { type: 'lease.undone', reason: `undone by ${actor.name}`, now }));
  const [record, ...more] = await store.commit({
    leases: ended,
    approvals: failed ? [] : along.approvals,
    records: [
      {
        at: now,
        kind: 'undo',
        actionId: lease.actionId,
        alertId: lease.alertId,
        module: lease.module,
        action: lease.action,
        target: targetKey(lease.target),
        outcome: failed ? 'failure' : 'success',
        verification: outcome.verification,
        actor,
        reason: [outcome.detail, reason].filter((part) => part !== '').join('; '),
      },
      ...(failed ? [] : along.records),
    ],
  });
  if (!failed) {
    for (const one of ended) {
      leases.set(one);
      ledger.startCooldown(cooldownKey(one.module, one.action, one.target), SOFT_ALLOW_MS, clock.monotonic());
    }
  }
  if (record === undefined) throw new SecError('SEC_INTERNAL', 'the undo was not recorded');
  dependencies.onRecords([record, ...more]);
  return record;
};

const findLease = (dependencies: UndoDependencies, id: string): Lease => {
  const matching = dependencies.leases.live().filter((lease) => lease.id.startsWith(id) || lease.actionId.startsWith(id));
  if (matching.length > 1) throw new SecError('SEC_AMBIGUOUS', `${matching.length} actions in force start with ${id}`);
  const [lease] = matching;
  if (lease !== undefined) return lease;
  const known = dependencies.store.history.byPrefix(id)[0];
  if (known !== undefined) throw new SecError('SEC_UNAVAILABLE', `${known.action ?? known.kind} ${known.target ?? ''} is not in force: nothing to take back`);
  throw new SecError('SEC_NOT_FOUND', `no action starts with ${id}`);
};
