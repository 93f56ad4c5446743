import type { ActionName } from '../../domain/action.ts';
import type { Approval } from '../../domain/approval.ts';
import type { ProcessRef } from '../../domain/entity.ts';
import { messageOf, toSecError } from '../../domain/errors.ts';
import type { HistoryRecord } from '../../domain/history.ts';
import type { Store } from '../../store/contract.ts';
import type { ActionRequest, Enforcer } from '../contract.ts';
import { approvalRecord } from './approval-words.ts';
import { createTurns } from './turns.ts';

export type SuspensionDependencies = {
  readonly store: Store;
  readonly now: () => number;
  readonly enforcers: ReadonlyMap<ActionName, Enforcer>;
  /** Tells the approval's actor that the question is moot. */
  readonly settle: (approvalId: string, reason: string) => void;
  readonly onRecords: (records: readonly HistoryRecord[]) => void;
  readonly onProblem: (what: string, problem: unknown) => void;
};

/** `isMoot`: a guard forbids it or the target is not there any more; otherwise it merely could not be suspended. */
export type Held =
  | { readonly isHeld: true; readonly processes: readonly ProcessRef[] }
  | { readonly isHeld: false; readonly isMoot: boolean; readonly reason: string };

/** Keeps targets suspended exactly as long as their approvals wait. Steps on one target never overlap. */
export type Suspension = {
  readonly hold: (approval: Approval) => Promise<Held>;
  readonly release: (approval: Approval) => Promise<void>;
  /** Looks after all that waits: what is over is settled, what was let go (a crash, somebody's SIGCONT) is suspended again. */
  readonly attend: () => Promise<void>;
};

/** So many that are not suspended are looked after in a round; with more than that they take turns. */
const AT_ONCE = 100;

/** Suspension over the given enforcers. */
export const createSuspension = (dependencies: SuspensionDependencies): Suspension => {
  const { store, enforcers } = dependencies;
  const turns = createTurns();
  // Held by this very process: after a restart each is held once more, so that the enforcer knows them again.
  const known = new Set<string>();
  let turn = 0;

  const isWaiting = (id: string): boolean => store.approvals.get(id)?.state === 'pending';

  const suspend = async (approval: Approval): Promise<Held> => {
    const request = requestOf(approval, dependencies.now());
    const enforcer = enforcers.get(approval.action);
    try {
      const processes = (await enforcer?.hold?.(request)) ?? [];
      if (isWaiting(approval.id)) {
        known.add(approval.id);
        return { isHeld: true, processes };
      }
      // Settled in the meantime, by a cleanup.
      await enforcer?.release?.({ ...request, held: processes });
      return { isHeld: false, isMoot: true, reason: 'settled meanwhile' };
    } catch (problem) {
      const { code } = toSecError(problem);
      return { isHeld: false, isMoot: code === 'SEC_REFUSED' || code === 'SEC_CONFLICT', reason: messageOf(problem) };
    }
  };

  const renew = async (approval: Approval, enforcer: Enforcer): Promise<void> => {
    const request = requestOf(approval, dependencies.now());
    const isStill = (await enforcer.isHeld?.(request)) ?? true;
    if ((isStill && known.has(approval.id)) || !isWaiting(approval.id)) return;
    const held = await suspend(approval);
    if (!held.isHeld) return held.isMoot ? dependencies.settle(approval.id, held.reason) : dependencies.onProblem('suspending again', held.reason);
    if (!isStill) dependencies.onRecords(store.history.note([approvalRecord(approval, dependencies.now(), 'suspended again: it had been let go')]));
  };

  const attendOne = async (approval: Approval): Promise<void> => {
    const enforcer = enforcers.get(approval.action);
    if (enforcer === undefined) return;
    const outcome = await enforcer.verify(requestOf(approval, dependencies.now()));
    if (outcome.verification === 'verified') dependencies.settle(approval.id, outcome.detail);
    else if (approval.isHeld) await turns.take(approval.id, () => renew(approval, enforcer));
  };

  return {
    hold: (approval) => turns.take(approval.id, () => suspend(approval)),
    release: (approval) =>
      turns.take(approval.id, async () => {
        known.delete(approval.id);
        await enforcers.get(approval.action)?.release?.(requestOf(approval, dependencies.now()));
      }),
    attend: async () => {
      const pending = store.approvals.waiting().filter(({ state }) => state === 'pending');
      const others = pending.filter(({ isHeld }) => !isHeld);
      const some = others.length <= AT_ONCE ? others : Array.from({ length: AT_ONCE }, (_, index) => others[(turn + index) % others.length]);
      turn = others.length <= AT_ONCE ? 0 : (turn + AT_ONCE) % others.length;
      for (const approval of [...pending.filter(({ isHeld }) => isHeld), ...some]) {
        if (approval === undefined) continue;
        await attendOne(approval).catch((problem: unknown) => dependencies.onProblem('looking after an approval', problem));
      }
    },
  };
};

/** The request that an approval stands for. */
export const requestOf = (approval: Approval, now: number): ActionRequest => ({
  actionId: approval.actionId,
  target: approval.target,
  params: approval.params,
  now,
  held: approval.held,
});
