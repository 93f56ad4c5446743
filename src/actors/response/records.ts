import { targetKey } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Decision } from '../../domain/decision.ts';
import type { HistoryDraft } from '../../domain/history.ts';

/** The part of a record that names the alert. */
export const aboutAlert = (alert: Alert): Pick<HistoryDraft, 'alertId' | 'module' | 'alertType' | 'severity'> => ({
  alertId: alert.id,
  module: alert.module,
  alertType: alert.type,
  severity: alert.severity,
});

/** What was decided and why, for the history. */
export const decisionRecord = (alert: Alert, decision: Decision, at: number, preset: string): HistoryDraft => ({
  at,
  kind: 'decision',
  ...aboutAlert(alert),
  action: decision.action,
  target: targetKey(decision.target),
  outcome: decision.outcome,
  preset,
  dryRun: decision.outcome === 'dry-run',
  reason: decision.reason,
});
