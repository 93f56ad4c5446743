import type { SecurityEvent } from '../../../domain/event.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { FindingDraft } from '../../contract.ts';
import type { ApiAlertType } from './alert-types.ts';

/** What a rule says; `subject` is left out where it is the user or the address of the event. */
export type Said = {
  readonly type: ApiAlertType;
  readonly rule: string;
  readonly severity?: Severity | undefined;
  readonly title?: string | undefined;
  readonly says: string;
  readonly field?: string | undefined;
  readonly text?: string | undefined;
  readonly counters?: { readonly [name: string]: number } | undefined;
  readonly subject?: string | undefined;
  readonly earlier?: readonly string[] | undefined;
};

export type Say = (said: Said) => void;

/** The finding a rule's words become. Secrets are the business of the rule: `text` is shown as it is. */
export const draftOf = (event: SecurityEvent, said: Said): FindingDraft => ({
  type: said.type,
  severity: said.severity,
  title: said.title === undefined ? undefined : toSafe(said.title, 160),
  description: toSafe(said.says, 600),
  event,
  earlierEventIds: said.earlier,
  evidence: {
    rule: `api_fortress/${said.rule}`,
    field: said.field,
    text: said.text?.slice(0, 512),
    line: event.raw?.slice(0, 1024),
    counters: said.counters,
  },
  subject: said.subject ?? subjectOf(event),
});

const subjectOf = (event: SecurityEvent): string => {
  const user = event.details['user_id'];
  if (typeof user === 'string' && user !== '') return `user:${toSafe(user, 64)}`;
  if (event.sourceIp !== undefined) return `ip:${event.sourceIp}`;
  return `type:${event.type}`;
};
