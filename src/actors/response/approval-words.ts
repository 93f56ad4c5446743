import { targetKey } from '../../domain/action.ts';
import type { Approval } from '../../domain/approval.ts';
import type { HistoryDraft } from '../../domain/history.ts';
import type { NoticeKind } from '../../domain/notice.ts';
import { neededText } from '../../domain/quorum.ts';

/** The record of a step of an approval. Without `reason`: the state in words, with what came of it and why. */
export const approvalRecord = (approval: Approval, at: number, reason: string = wordsOf(approval)): HistoryDraft => ({
  ...aboutApproval(approval, at),
  kind: 'approval',
  reason,
  details: { state: approval.state, held: approval.isHeld, version: approval.version },
});

/** What an approval that goes to disk adds to the history, compared with what is there. */
export const changeRecords = (stored: Approval | undefined, approval: Approval, at: number): readonly HistoryDraft[] => {
  if (stored === undefined || stored.state !== approval.state) return [approvalRecord(approval, at)];
  if (stored.isHeld && !approval.isHeld) return [approvalRecord(approval, at, 'goes on')];
  const vote = approval.votes?.at(-1);
  if (vote !== undefined && (stored.votes?.length ?? 0) < (approval.votes?.length ?? 0)) {
    const words = [`agreed: ${neededText(approval)} must still agree`, vote.reason].filter((part) => part !== '').join(': ');
    return [{ ...approvalRecord(approval, at, words), actor: vote.by }];
  }
  const records: HistoryDraft[] = [];
  const count = approval.count ?? 1;
  if (count > (stored.count ?? 1)) records.push(approvalRecord(approval, at, `asked for again: ${count} times by now`));
  if ((approval.reminded ?? 0) > (stored.reminded ?? 0))
    records.push(approvalRecord(approval, at, `reminder: ${Math.round((approval.reminded ?? 0) * 100)} % of the time to answer is over`));
  return records.length === 0 ? [approvalRecord(approval, at)] : records;
};

/** Whether such a change is news for people who do not look at it, and which. */
export const noticeKind = (stored: Approval | undefined, approval: Approval): NoticeKind | undefined => {
  if (approval.isBreakGlass === true && stored?.isBreakGlass !== true) return 'break_glass';
  if (approval.isTold !== true) return undefined;
  if ((approval.reminded ?? 0) > (stored?.reminded ?? 0)) return 'reminder';
  return stored !== undefined && LIVE.has(stored.state) && !LIVE.has(approval.state) ? 'resolved' : undefined;
};

const LIVE: ReadonlySet<Approval['state']> = new Set(['pending', 'approved', 'executing']);

/** The record of a guard that came in between, in the form in which every refusal is recorded. */
export const refusedRecord = (approval: Approval, at: number, reason: string): HistoryDraft => ({
  ...aboutApproval(approval, at),
  kind: 'decision',
  outcome: 'refused',
  reason,
});

const aboutApproval = (approval: Approval, at: number): Omit<HistoryDraft, 'kind' | 'reason'> => ({
  at,
  approvalId: approval.id,
  actionId: approval.actionId,
  alertId: approval.alertId,
  module: approval.module,
  alertType: approval.alertType,
  severity: approval.severity,
  action: approval.action,
  target: targetKey(approval.target),
  actor: approval.decidedBy,
});

const WORDS: { readonly [state in Approval['state']]: string } = {
  pending: 'waits for a person',
  approved: 'approved',
  executing: 'is being executed',
  done: 'done',
  failed: 'failed',
  rejected: 'rejected',
  expired: 'expired, no action',
  void: 'no longer applies',
  revoked: 'was approved and is taken back',
};

const wordsOf = (approval: Approval): string =>
  [approval.state === 'approved' && approval.isBreakGlass === true ? 'approved by breaking the glass' : WORDS[approval.state], approval.result, approval.reason]
    .filter((part) => part !== undefined && part !== '')
    .join(': ');
