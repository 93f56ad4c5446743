import type { Alert } from './alert.ts';
import { canonicalIp } from './ip.ts';
import type { Severity } from './severity.ts';

export const NOTICE_KINDS = ['alert', 'resolved', 'test'] as const;
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
