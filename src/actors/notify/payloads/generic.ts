import type { Notice } from '../../../domain/notice.ts';
import type { PayloadBuilder } from '../payload.ts';
import { cut, noticesOf, timeText } from '../words.ts';
import { jsonPayload } from './json.ts';

const MAX_LABEL = 200;

/** A CloudEvents 1.0 event in its structured JSON form; `id` is the delivery's, the same at every attempt. */
export const buildGeneric: PayloadBuilder = (delivery, { label }) => {
  const notices = noticesOf(delivery);
  const [first] = notices;
  return jsonPayload(
    {
      specversion: '1.0',
      id: delivery.id,
      source: `urn:1-sec:${encodeURIComponent(cut(label, MAX_LABEL).toWellFormed())}`,
      type: notices.length === 1 ? `dev.1-sec.${first?.kind ?? 'alert'}` : 'dev.1-sec.digest',
      ...(notices.length === 1 && first !== undefined
        ? { subject: first.approvalId ?? first.alertId, time: timeText(first.at) }
        : { time: timeText(delivery.at) }),
      datacontenttype: 'application/json',
      data: notices.length === 1 && first !== undefined ? dataOf(first) : { alerts: notices.map(dataOf) },
    },
    'application/cloudevents+json; charset=utf-8',
  );
};

const dataOf = (notice: Notice): { readonly [key: string]: unknown } => ({
  alert_id: notice.alertId,
  module: notice.module,
  type: notice.type,
  severity: notice.severity,
  time: timeText(notice.at),
  source_ip: notice.sourceIp,
  count: notice.count,
  approval_id: notice.approvalId,
  action: notice.action,
  expires_at: notice.expiresAt === undefined ? undefined : timeText(notice.expiresAt),
});
