import type { Root } from '../actors/root.ts';
import type { Actor, Approval } from '../domain/approval.ts';
import type { Clock } from '../domain/clock.ts';
import { SecError } from '../domain/errors.ts';
import type { Store } from '../store/contract.ts';

const WAIT_MS = 60_000;
const END_STATES: ReadonlySet<Approval['state']> = new Set(['done', 'failed', 'rejected', 'expired', 'void']);

/**
 * Hands a person's answer to the approval's actor and waits until it has come to its end. Rejects with SEC_CONFLICT (it
 * changed or is decided), SEC_NOT_FOUND (nobody waits) or SEC_TIMEOUT (still under way).
 */
export const decideApproval = async (
  dependencies: { readonly root: Root; readonly store: Store; readonly clock: Clock },
  approval: Approval,
  decision: 'approve' | 'reject',
  by: Actor,
  reason: string,
  version: number,
): Promise<Approval> => {
  const actor = dependencies.root.approvalActor(approval.id);
  if (actor === undefined) throw new SecError('SEC_CONFLICT', `it is already ${approval.state}`);
  let isAsking = false;
  const settled = new Promise<Approval>((resolve, reject) => {
    const subscriptions = [
      // Everybody who decides hears every refusal: ours comes while we ask, or later when the answer could not be saved.
      actor.on('decision.refused', ({ reason: why, code }) => {
        if (isAsking || code === 'not-saved') finish(() => reject(new SecError('SEC_CONFLICT', `${code ?? ''}: ${why ?? ''}`)));
      }),
      actor.on('approval.changed', ({ approval: changed }) => {
        if (changed !== undefined && END_STATES.has(changed.state)) finish(() => resolve(changed));
      }),
    ];
    const patience = setTimeout(
      () => finish(() => reject(new SecError('SEC_TIMEOUT', `it is ${dependencies.store.approvals.get(approval.id)?.state ?? 'gone'} and goes on`))),
      WAIT_MS,
    );
    const finish = (settle: () => void): void => {
      clearTimeout(patience);
      for (const subscription of subscriptions) subscription.unsubscribe();
      settle();
    };
  });
  isAsking = true;
  actor.send({ type: decision === 'approve' ? 'decision.approve' : 'decision.reject', by, reason, version, now: dependencies.clock.now() });
  isAsking = false;
  return settled;
};
