import { targetKey } from '../../domain/action.ts';
import type { Approval } from '../../domain/approval.ts';
import type { HistoryDraft } from '../../domain/history.ts';

/** The record of a step of an approval. Without `reason`: the state in words, with what came of it and why. */
export const approvalRecord = (approval: Approval, at: number, reason: string = wordsOf(approval)): HistoryDraft => ({
  ...aboutApproval(approval, at),
  kind: 'approval',
  reason,
  details: { state: approval.state, held: approval.isHeld, version: approval.version },
});

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
};

const wordsOf = (approval: Approval): string =>
  [WORDS[approval.state], approval.result, approval.reason].filter((part) => part !== undefined && part !== '').join(': ');
