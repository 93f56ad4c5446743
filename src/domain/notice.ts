import type { ActionName } from './action.ts';
import type { Alert } from './alert.ts';
import type { Approval } from './approval.ts';
import { canonicalIp } from './ip.ts';
import type { Severity } from './severity.ts';

export const NOTICE_KINDS = ['alert', 'resolved', 'test', 'approval', 'reminder', 'break_glass'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/**
 * All that may ever leave this host about an alert: metadata. No title, description, log line, path, user name or command
 * line; texts are of a closed form, so that nothing of that kind can hide in them. Times are wall-clock ms.
 */
export type Notice = {
  readonly kind: NoticeKind;
  readonly alertId: string;
  readonly module: string;
  readonly type: string;
  readonly severity: Severity;
  /** When it was seen last. */
  readonly at: number;
  readonly sourceIp?: string | undefined;
  readonly count: number;
  /** What waits for a person, until when. */
  readonly approvalId?: string | undefined;
  readonly action?: ActionName | undefined;
  readonly expiresAt?: number | undefined;
};

/** True for what needs nobody any more. */
export const isOver = (notice: Notice): boolean => notice.kind === 'resolved' || notice.kind === 'test';

/** The metadata of an approval. Of its target only an address is told. */
export const approvalNoticeOf = (approval: Approval, kind: NoticeKind, now: number): Notice => {
  const { target } = approval;
  const sourceIp = target.kind === 'ip' || target.kind === 'connection' ? canonicalIp(target.address) : undefined;
  return {
    kind,
    alertId: ID.test(approval.alertId) ? approval.alertId : 'other',
    module: wordOf(approval.module),
    type: wordOf(approval.alertType),
    severity: approval.severity,
    at: now,
    ...(sourceIp === undefined ? {} : { sourceIp }),
    count: approval.count ?? 1,
    approvalId: ID.test(approval.id) ? approval.id : 'other',
    action: approval.action,
    expiresAt: approval.expiresAt,
  };
};

/** The metadata of an alert. A word that is not of the product's own form becomes `other`. */
export const noticeOf = (alert: Alert, kind: NoticeKind = 'alert'): Notice => {
  const sourceIp = alert.entities.ip === undefined ? undefined : canonicalIp(alert.entities.ip);
  return {
    kind,
    alertId: ID.test(alert.id) ? alert.id : 'other',
    module: wordOf(alert.module),
    type: wordOf(alert.type),
    severity: alert.severity,
    at: Number.isFinite(alert.lastSeen) ? Math.min(Math.max(0, Math.trunc(alert.lastSeen)), MAX_TIME) : 0,
    ...(sourceIp === undefined ? {} : { sourceIp }),
    count: Number.isSafeInteger(alert.count) && alert.count > 0 ? alert.count : 1,
  };
};

// ULID, as `createId` makes them.
const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const WORD = /^[a-z][a-z0-9_]{0,63}$/;
const MAX_TIME = 8_640_000_000_000_000;

const wordOf = (text: string): string => (WORD.test(text) ? text : 'other');
