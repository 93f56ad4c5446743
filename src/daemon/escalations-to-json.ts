import type { Escalator } from '../actors/response/escalator.ts';
import { foundSeverity } from '../domain/alert.ts';
import type { EscalationPolicy } from '../domain/escalation.ts';
import type { EscalationsJson } from '../protocol/schemas.ts';

/** What is timed and by which rules, in wire form. */
export const escalationsToJson = (escalator: Pick<Escalator, 'list' | 'counts'>, policy: EscalationPolicy | undefined, limit: number): EscalationsJson => {
  const { followed, raised, dropped } = escalator.counts();
  const timeouts = policy?.timeouts ?? {};
  return {
    enabled: policy?.enabled ?? false,
    timeouts: Object.fromEntries(
      Object.entries(timeouts).map(([severity, rule]) => [
        severity,
        { timeout_seconds: rule.timeoutMs / 1000, escalate_to: rule.escalateTo, re_notify: rule.reNotify, max_escalations: rule.maxEscalations },
      ]),
    ),
    tracked_alerts: followed,
    raised,
    dropped,
    alerts: escalator.list(limit).flatMap((alert) => {
      const { escalation } = alert;
      if (escalation?.dueAt === undefined) return [];
      return {
        alert_id: alert.id,
        module: alert.module,
        type: alert.type,
        title: alert.title,
        severity: alert.severity,
        found: foundSeverity(alert),
        escalations: escalation.count,
        max_escalations: timeouts[foundSeverity(alert)]?.maxEscalations ?? escalation.count,
        next_at: new Date(escalation.dueAt).toISOString(),
      };
    }),
  };
};
