import { createHash } from 'node:crypto';
import type { Alert } from '../../domain/alert.ts';
import type { Approval } from '../../domain/approval.ts';
import type { BatchHold, DeliveryDraft } from '../../domain/delivery.ts';
import type { EndpointSummary } from '../../domain/endpoint.ts';
import { approvalNoticeOf, type NoticeKind, noticeOf } from '../../domain/notice.ts';
import { isAtLeast } from '../../domain/severity.ts';
import { isForPeople } from './alert-batcher.ts';

/** The endpoints that a webhook rule means for an alert: the named one, or with `*` all of section `notifications` that want its severity. */
export const endpointsFor = (endpoints: readonly EndpointSummary[], name: string | undefined, alert: Pick<Alert, 'severity'>): readonly EndpointSummary[] =>
  endpoints.filter((endpoint) => (name === '*' ? !endpoint.isImplicit : endpoint.name === name) && isAtLeast(alert.severity, endpoint.minSeverity));

/** An alert as the deliveries of one action, held back for people where `hold` says so. Asked again for the same action it gives the same ids, so that nobody is told twice. */
export const alertDrafts = (
  alert: Alert,
  endpoints: readonly EndpointSummary[],
  actionId: string,
  now: number,
  hold?: BatchHold | undefined,
): readonly DeliveryDraft[] =>
  endpoints.map(({ name, type }) => ({
    id: idOf(actionId, name),
    endpoint: name,
    at: now,
    items: [{ notice: noticeOf(alert), actionId }],
    ...(hold !== undefined && isForPeople(type) ? { hold } : {}),
  }));

/** The end of an alert, for those services that keep an incident open until then. */
export const closingDrafts = (alert: Alert, endpoints: readonly EndpointSummary[], now: number): readonly DeliveryDraft[] =>
  endpoints
    .filter(({ type }) => type === 'pagerduty' || type === 'generic')
    .map(({ name }) => ({ id: idOf(`${alert.id} ${alert.version} closed`, name), endpoint: name, at: now, items: [{ notice: noticeOf(alert, 'resolved') }] }));

/** What became of an approval, told once for each kind and reminder. Its end is told to those who keep an incident open until then. */
export const approvalDrafts = (approval: Approval, kind: NoticeKind, endpoints: readonly EndpointSummary[], now: number): readonly DeliveryDraft[] =>
  endpoints
    .filter(({ type }) => kind !== 'resolved' || type === 'pagerduty' || type === 'generic')
    .map(({ name }) => ({
      id: idOf(`${approval.id} ${kind} ${kind === 'reminder' ? approval.reminded : ''}`, name),
      endpoint: name,
      at: now,
      items: [{ notice: approvalNoticeOf(approval, kind, now) }],
    }));

const idOf = (what: string, endpoint: string): string => createHash('sha256').update(`${what} ${endpoint}`).digest('hex').slice(0, 32);
