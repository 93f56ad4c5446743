import type { AnyActorLogic } from 'xstate';
import type { Approval } from '../src/domain/approval.ts';
import { type ApprovalInput, approvalMachine } from './approval.ts';
import { isApprovalContext } from './context-schemas.ts';

export type ApprovalActors = { readonly [name in 'persist' | 'recheck' | 'execute' | 'reconcile' | 'release']: AnyActorLogic };

/**
 * The approval machine with its real actors. However it is started (first start, restart after a failure, restore from a
 * snapshot), it starts from the record that `current` has, or the given one when that is newer: an interrupted `execute`
 * is never run again by a restore, `reconcile` is asked first. Throws at start for a snapshot that holds no approval.
 */
export const createApprovalLogic = (actors: ApprovalActors, current: (id: string) => Approval | undefined = () => undefined) => {
  const machine = approvalMachine.provide({ actors });
  const start = machine.getInitialSnapshot;
  const getInitialSnapshot: typeof start = (scope, input) => {
    const { approval, now } = input as ApprovalInput; // the machine's own input type, which xstate leaves optional here
    const stored = current(approval.id);
    return start(scope, { approval: stored !== undefined && stored.version > approval.version ? stored : approval, now });
  };
  const restoreSnapshot: typeof machine.restoreSnapshot = (snapshot, scope) => {
    const context: unknown = 'context' in snapshot ? snapshot.context : undefined;
    if (!isApprovalContext(context)) throw new Error('the snapshot holds no approval');
    return getInitialSnapshot(scope, { approval: context.approval });
  };
  return Object.assign(machine, { getInitialSnapshot, restoreSnapshot });
};
