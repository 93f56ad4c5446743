import { setTimeout as delay } from 'node:timers/promises';
import type { ApprovalActor, Root } from '../actors/root.ts';
import type { Actor, Approval } from '../domain/approval.ts';
import type { Clock } from '../domain/clock.ts';
import { SecError } from '../domain/errors.ts';
import { createId } from '../domain/ids.ts';
import type { Store } from '../store/contract.ts';

const WAIT_MS = 60_000;
/** A target that cannot be let go at once is told as it is after this long; the actor goes on trying. */
const LET_GO_WITHIN_MS = 3000;
/** An approval is on disk a moment before its target is suspended and it gets its actor. */
const ACTOR_WITHIN_MS = 5000;
const END_STATES: ReadonlySet<Approval['state']> = new Set(['done', 'failed', 'rejected', 'expired', 'void', 'revoked']);

export type ApprovalAnswer = {
  readonly decision: 'approve' | 'reject';
  readonly by: Actor;
  readonly reason: string;
  readonly version: number;
  /** The seats of a question to several persons that this one may take. */
  readonly seats?: readonly number[] | undefined;
  readonly isBreakGlass?: boolean | undefined;
};

/**
 * Hands a person's answer to the approval's actor and waits until it has come to its end and the target is let go,
 * or until the word is on disk where others must still agree.
 * Rejects with SEC_CONFLICT (it changed, is decided, or the answer could not be saved) or SEC_TIMEOUT (still under way).
 */
export const decideApproval = async (
  dependencies: { readonly root: Pick<Root, 'approvalActor'>; readonly store: Store; readonly clock: Clock },
  approval: Approval,
  answer: ApprovalAnswer,
): Promise<Approval> => {
  const actor = dependencies.root.approvalActor(approval.id) ?? (await actorToCome(dependencies, approval.id));
  if (actor === undefined) throw new SecError('SEC_CONFLICT', `it is already ${dependencies.store.approvals.get(approval.id)?.state ?? approval.state}`);
  const { decision, ...word } = answer;
  const token = createId<'DecisionToken'>(dependencies.clock.now());
  const now = dependencies.clock.now();
  const settled = new Promise<Approval>((resolve, reject) => {
    let letGo: NodeJS.Timeout | undefined;
    const subscriptions = [
      // Everybody who decides hears every refusal; one that could not be saved does not know whose it was.
      actor.on('decision.refused', ({ reason: why, code, token: whose }) => {
        if (whose === token || code === 'not-saved') finish(() => reject(new SecError('SEC_CONFLICT', `${code ?? ''}: ${why ?? ''}`)));
      }),
      actor.on('approval.changed', ({ approval: changed }) => {
        if (changed?.state === 'pending' && changed.votes?.some((vote) => vote.by.uid === answer.by.uid && vote.at === now) === true)
          return finish(() => resolve(changed));
        if (changed === undefined || !END_STATES.has(changed.state)) return;
        if (!changed.isHeld) return finish(() => resolve(changed));
        letGo ??= setTimeout(() => finish(() => resolve(changed)), LET_GO_WITHIN_MS);
      }),
    ];
    const patience = setTimeout(
      () => finish(() => reject(new SecError('SEC_TIMEOUT', `it is ${dependencies.store.approvals.get(approval.id)?.state ?? 'gone'} and goes on`))),
      WAIT_MS,
    );
    const finish = (settle: () => void): void => {
      clearTimeout(patience);
      clearTimeout(letGo);
      for (const subscription of subscriptions) subscription.unsubscribe();
      settle();
    };
  });
  actor.send({ ...word, type: decision === 'approve' ? 'decision.approve' : 'decision.reject', now, token });
  return settled;
};

const actorToCome = async (
  { root, store }: { readonly root: Pick<Root, 'approvalActor'>; readonly store: Store },
  id: string,
): Promise<ApprovalActor | undefined> => {
  const deadline = performance.now() + ACTOR_WITHIN_MS;
  while (store.approvals.get(id)?.state === 'pending' && performance.now() < deadline) {
    await delay(10);
    const actor = root.approvalActor(id);
    if (actor !== undefined) return actor;
  }
  return undefined;
};
