import { nextLease } from '../../../machines/lease.ts';
import { targetKey } from '../../domain/action.ts';
import type { Actor, Approval } from '../../domain/approval.ts';
import { SecError, toSecError } from '../../domain/errors.ts';
import type { HistoryDraft, HistoryRecord } from '../../domain/history.ts';
import { networkContains, networkText, parseNetwork } from '../../domain/ip.ts';
import type { Lease } from '../../domain/lease.ts';
import { toSafe } from '../../domain/safe-text.ts';
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

/**
 * As `undoAction`; `name` may also be the exact target: an address or network in any spelling, an account, a path. Then everything in
 * force on it is taken back, a record each; an end that fails does not keep the others from ending.
 */
export const undoByName = async (dependencies: UndoDependencies, name: string, actor: Actor, reason: string): Promise<readonly HistoryRecord[]> => {
  const live = dependencies.leases.live();
  const target = canonicalTarget(name);
  const onTarget = live.filter((lease) => targetKey(lease.target) === target);
  if (onTarget.length === 0) {
    const wider = live.find((lease) => isWithin(target, lease));
    if (wider !== undefined)
      throw new SecError('SEC_NOT_FOUND', `nothing is in force on ${target} alone; ${wider.action} ${targetKey(wider.target)} covers it: undo that one`);
    return [await undoAction(dependencies, name, actor, reason)];
  }
  if (live.some((lease) => isNamed(lease, name)))
    throw new SecError('SEC_AMBIGUOUS', `${toSafe(name, 64)} is a target and the beginning of an id: give more of the id`);
  const records: HistoryRecord[] = [];
  for (const { id } of onTarget) {
    // One end may have taken others with it: those that stand for the same block.
    const lease = dependencies.leases.live().find((one) => one.id === id);
    if (lease !== undefined) records.push(await endLease(dependencies, lease, actor, reason));
  }
  return records;
};

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
  const modules = [...new Set(taken.map((one) => one.module))];
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
        ...(modules.length > 1 ? { details: { modules } } : {}),
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
  const matching = dependencies.leases.live().filter((lease) => isNamed(lease, id));
  if (matching.length > 1) throw new SecError('SEC_AMBIGUOUS', `${matching.length} actions in force start with ${id}`);
  const [lease] = matching;
  if (lease !== undefined) return lease;
  const known = dependencies.store.history.byPrefix(id)[0];
  if (known !== undefined) throw new SecError('SEC_UNAVAILABLE', `${known.action ?? known.kind} ${known.target ?? ''} is not in force: nothing to take back`);
  throw new SecError('SEC_NOT_FOUND', `no action in force starts with ${id}, and none is aimed at it`);
};

const MIN_PREFIX = 4;

const isNamed = (lease: Lease, id: string): boolean => id.length >= MIN_PREFIX && (lease.id.startsWith(id) || lease.actionId.startsWith(id));

const canonicalTarget = (name: string): string => {
  const network = parseNetwork(name);
  return network === undefined ? name : networkText(network);
};

const isWithin = (address: string, { target }: Lease): boolean => {
  if (target.kind !== 'ip') return false;
  const inner = parseNetwork(address);
  const outer = parseNetwork(target.address);
  return inner !== undefined && outer !== undefined && outer.prefix < inner.prefix && networkContains(outer, inner.address);
};
