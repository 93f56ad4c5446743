import type { Alert } from '../../domain/alert.ts';
import type { Approval } from '../../domain/approval.ts';
import type { Decision } from '../../domain/decision.ts';
import { type ActionId, createId } from '../../domain/ids.ts';
import type { ActionPlan } from '../contract.ts';

/** The first version of an approval: pending, with the exact steps it stands for. */
export const newApproval = (
  alert: Alert,
  decision: Decision,
  more: {
    readonly actionId: ActionId;
    readonly now: number;
    readonly ttlMs: number;
    readonly isHeld: boolean;
    readonly plan: ActionPlan;
    readonly seats?: Approval['seats'];
    readonly chain?: string | undefined;
  },
): Approval => ({
  id: createId<'ApprovalId'>(more.now),
  actionId: more.actionId,
  alertId: alert.id,
  module: alert.module,
  alertType: alert.type,
  title: alert.title,
  severity: alert.severity,
  action: decision.action,
  target: decision.target,
  params: decision.rule.params,
  plan: more.plan.steps,
  undoNote: more.plan.undoNote,
  state: 'pending',
  isHeld: more.isHeld,
  createdAt: more.now,
  expiresAt: more.now + more.ttlMs,
  version: 1,
  ...(more.chain === undefined ? {} : { chain: more.chain }),
  ...(more.seats === undefined ? {} : { seats: more.seats }),
});

/** What the records of an approval need of its alert, also when that was removed meanwhile: the approval carries it. */
export const alertOfApproval = (approval: Approval): Alert => ({
  id: approval.alertId,
  module: approval.module,
  type: approval.alertType,
  severity: approval.severity,
  title: approval.title,
  status: 'OPEN',
  description: '',
  entities: {},
  eventIds: [],
  evidence: { rule: '' },
  mitre: [],
  mitigations: [],
  foldKey: '',
  count: 1,
  createdAt: approval.createdAt,
  firstSeen: approval.createdAt,
  lastSeen: approval.createdAt,
  isClaim: false,
  version: 1,
});
