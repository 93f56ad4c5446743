import type { Actor, Approval } from '../../domain/approval.ts';
import { SecError } from '../../domain/errors.ts';
import type { HistoryRecord } from '../../domain/history.ts';
import { approvalRecord } from './approval-words.ts';
import { endLease, type UndoDependencies } from './undo.ts';

/**
 * Takes back what an approval let happen, verified; that it was revoked goes to disk together with that. Rejects with
 * SEC_CONFLICT (nothing was done, or not yet), SEC_UNAVAILABLE (nothing of it is in force) or SEC_VERIFY_FAILED (still in force).
 */
export const revokeApproval = async (dependencies: UndoDependencies, approval: Approval, by: Actor, reason: string): Promise<Approval> => {
  if (approval.state === 'revoked') throw new SecError('SEC_CONFLICT', `it was revoked already by ${approval.revokedBy?.name ?? 'somebody'}`);
  if (approval.state === 'pending') throw new SecError('SEC_CONFLICT', 'it still waits: reject it instead');
  if (approval.state !== 'done') throw new SecError('SEC_CONFLICT', `it is ${approval.state}: there is nothing to take back`);
  const lease = dependencies.leases.byActionId(approval.actionId);
  if (lease === undefined) throw new SecError('SEC_UNAVAILABLE', `${approval.action} is not in force: ${approval.undoNote}`);
  const now = dependencies.clock.now();
  const revoked: Approval = { ...approval, state: 'revoked', revokedBy: by, revokedAt: now, version: approval.version + 1, basis: undefined };
  const told = { ...approvalRecord(revoked, now, ['was approved and is taken back', reason].filter((part) => part !== '').join(': ')), actor: by };
  const record: HistoryRecord = await endLease(dependencies, lease, by, reason, { approvals: [revoked], records: [told] });
  if (record.outcome === 'failure') throw new SecError('SEC_VERIFY_FAILED', record.reason);
  return revoked;
};
