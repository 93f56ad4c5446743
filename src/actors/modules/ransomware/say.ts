import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { FindingDraft } from '../../contract.ts';
import type { RansomwareAlertType } from './alert-types.ts';

/** What a rule says; the subject is the process, or the source, where it is left out. */
export type Said = {
  readonly type: RansomwareAlertType;
  readonly rule: string;
  readonly severity?: Severity | undefined;
  readonly says: string;
  readonly field: string;
  readonly text: string;
  readonly counters?: { readonly [name: string]: number } | undefined;
  readonly subject?: string | undefined;
  readonly earlier?: readonly string[] | undefined;
};

export type Say = (said: Said) => void;

/** Who did it, as one key: the process by id and start, its name, the user, the address. */
export const doerOf = (event: SecurityEvent): string => {
  const { process } = event.entities;
  if (process !== undefined) return `process:${process.pid}:${process.startTime}`;
  const name = textOf(event.details, 'process_name').slice(0, 128);
  const pid = textOf(event.details, 'pid').slice(0, 16);
  if (name !== '') return `exe:${toSafe(name, 128)}${pid === '' ? '' : `:${pid}`}`;
  return sourceOf(event);
};

/** Where it happened, as one key: the address that is reported, or this host. */
export const sourceOf = (event: SecurityEvent): string => {
  if (event.sourceIp !== undefined) return `ip:${event.sourceIp}`;
  return event.entities.user === undefined ? `source:${toSafe(event.source, 128) || 'unknown'}` : `user:${toSafe(event.entities.user, 64)}`;
};

/** The finding a rule's words become. */
export const draftOf = (event: SecurityEvent, said: Said): FindingDraft => ({
  type: said.type,
  severity: said.severity,
  description: toSafe(said.says, 500),
  event,
  earlierEventIds: said.earlier,
  evidence: {
    rule: `ransomware/${said.rule}`,
    field: said.field,
    text: said.text.slice(0, 512),
    line: event.raw?.slice(0, 1024),
    counters: said.counters,
  },
  subject: said.subject ?? doerOf(event),
});
