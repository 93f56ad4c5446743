import type { Severity } from '../../../domain/severity.ts';
import type { PayloadBuilder } from '../payload.ts';
import { cut, headline, noticesOf, timeText } from '../words.ts';
import { jsonPayload } from './json.ts';

// Source: PagerDuty Events API v2: summary 1,024 characters, dedup_key 255, four severities.
const MAX_SUMMARY = 1024;
const MAX_KEY = 255;
const SEVERITY: { readonly [severity in Severity]: string } = { CRITICAL: 'critical', HIGH: 'error', MEDIUM: 'warning', LOW: 'info', INFO: 'info' };

/** A PagerDuty event. One alert is one incident: repeats are folded by its key, and its end resolves it. Never a digest. */
export const buildPagerDuty: PayloadBuilder = (delivery, { endpoint, label }) => {
  const notices = noticesOf(delivery);
  const [notice] = notices;
  const common = { routing_key: endpoint.routingKey ?? '', dedup_key: cut(`1sec-${notice?.approvalId ?? notice?.alertId ?? delivery.id}`, MAX_KEY) };
  if (notice === undefined || notice.kind === 'resolved') return jsonPayload({ ...common, event_action: 'resolve' });
  return jsonPayload({
    ...common,
    event_action: 'trigger',
    payload: {
      summary: cut(headline(notices), MAX_SUMMARY),
      source: cut(label, MAX_KEY),
      severity: notice.kind === 'test' ? 'info' : SEVERITY[notice.severity],
      timestamp: timeText(notice.at),
      component: notice.module,
      group: 'security',
      class: notice.type,
      custom_details: {
        alert_id: notice.alertId,
        severity: notice.severity,
        source_ip: notice.sourceIp,
        count: notice.count,
        approval_id: notice.approvalId,
        action: notice.action,
      },
    },
  });
};
