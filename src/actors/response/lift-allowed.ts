import { nextLease } from '../../../machines/lease.ts';
import { targetKey } from '../../domain/action.ts';
import type { Actor } from '../../domain/approval.ts';
import { toSecError } from '../../domain/errors.ts';
import { parseNetwork } from '../../domain/ip.ts';
import { rangeOf, rangesOverlap } from '../../domain/ip-range.ts';
import type { Lease } from '../../domain/lease.ts';
import type { ActionOutcome, ActionRequest, Enforcer } from '../contract.ts';
import type { UndoDependencies } from './undo.ts';

export type Lifted = {
  readonly lifted: readonly string[];
  readonly failed: readonly string[];
  /** Monotonic ms at which the kernel had let them go. */
  readonly liftedAt: number;
};

/** True when a target's address lies in, or holds, one of the networks. */
export const isAllowed = (address: string, networks: readonly string[]): boolean => overlapsAny(networks)(address);

/**
 * Takes back every block that touches one of the networks: first all of them in the kernel, in one transaction, then in
 * the store. Never rejects for a block that could not be lifted: it is named in `failed`.
 */
export const liftAllowed = async (dependencies: UndoDependencies, networks: readonly string[], actor: Actor, why: string): Promise<Lifted> => {
  const { store, clock, leases, enforcers } = dependencies;
  const enforcer = enforcers.get('block_ip');
  const isHit = overlapsAny(networks);
  const hit = networks.length === 0 ? [] : leases.liveOf('block_ip').filter(({ target }) => target.kind === 'ip' && isHit(target.address));
  if (enforcer === undefined || hit.length === 0) return { lifted: [], failed: [], liftedAt: clock.monotonic() };
  const outcomes = await undoAll(enforcer, hit, clock.now());
  const liftedAt = clock.monotonic();
  const now = clock.now();
  const judged = hit.map((lease, index) => ({ lease, outcome: outcomes[index] ?? { verification: 'failed' as const, detail: 'no answer' } }));
  const ended = judged.flatMap(({ lease, outcome }) =>
    outcome.verification === 'failed' ? [] : [nextLease(lease, { type: 'lease.undone', reason: why, now })],
  );
  for (const lease of ended) leases.set(lease);
  const records = await store.commit({
    leases: ended,
    records: judged.map(({ lease, outcome }) => ({
      at: now,
      kind: 'undo' as const,
      actionId: lease.actionId,
      alertId: lease.alertId,
      module: lease.module,
      action: lease.action,
      target: targetKey(lease.target),
      outcome: outcome.verification === 'failed' ? ('failure' as const) : ('success' as const),
      verification: outcome.verification,
      actor,
      reason: `${outcome.detail}; ${why}`,
    })),
  });
  dependencies.onRecords(records);
  const textOf = (isFailed: boolean): readonly string[] => [
    ...new Set(judged.filter(({ outcome }) => (outcome.verification === 'failed') === isFailed).map(({ lease }) => targetKey(lease.target))),
  ];
  return { lifted: textOf(false), failed: textOf(true), liftedAt };
};

const undoAll = async (enforcer: Enforcer, hit: readonly Lease[], now: number): Promise<readonly ActionOutcome[]> => {
  const requests: readonly ActionRequest[] = hit.map((lease) => ({ actionId: lease.actionId, target: lease.target, params: {}, now, undo: lease.undo }));
  if (enforcer.undoBatch !== undefined) {
    const together = await enforcer.undoBatch(requests).catch(() => undefined);
    if (together !== undefined) return together;
    // The transaction failed as a whole: one by one, so that one that cannot be lifted does not keep the others.
  }
  const outcomes: ActionOutcome[] = [];
  for (const request of requests)
    outcomes.push(await enforcer.undo(request).catch((problem: unknown) => ({ verification: 'failed' as const, detail: toSecError(problem).message })));
  return outcomes;
};

const overlapsAny = (networks: readonly string[]): ((address: string) => boolean) => {
  const ranges = networks.flatMap((text) => {
    const network = parseNetwork(text);
    return network === undefined ? [] : [rangeOf(network)];
  });
  return (address) => {
    const network = parseNetwork(address);
    if (network === undefined) return false;
    const range = rangeOf(network);
    return ranges.some((allowed) => rangesOverlap(allowed, range));
  };
};
