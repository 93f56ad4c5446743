import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { FindingDraft } from '../../contract.ts';
import type { PostureAlertType } from './alert-types.ts';

/** What a rule says; the subject is the resource where it is left out. */
export type Said = {
  readonly type: PostureAlertType;
  readonly rule: string;
  readonly severity?: Severity | undefined;
  readonly says: string;
  readonly field: string;
  readonly text: string;
  readonly counters?: { readonly [name: string]: number } | undefined;
  readonly subject?: string | undefined;
};

export type Say = (said: Said) => void;

/** What an event is about: namespace and resource, image, file or framework. */
export const resourceOf = (event: SecurityEvent): string => {
  const { details } = event;
  const space = textOf(details, 'namespace').slice(0, 100);
  for (const key of ['resource', 'role', 'image', 'location', 'file', 'framework', 'resource_type']) {
    const name = textOf(details, key).slice(0, 200);
    if (name !== '') return space === '' ? name : `${space}/${name}`;
  }
  return space || event.source.slice(0, 100) || 'unknown';
};

/** The finding a rule's words become. */
export const draftOf = (event: SecurityEvent, said: Said): FindingDraft => ({
  type: said.type,
  severity: said.severity,
  description: toSafe(said.says, 500),
  event,
  evidence: {
    rule: `cloud_posture/${said.rule}`,
    field: said.field,
    text: said.text.slice(0, 512),
    line: said.type === 'secret_in_logs' ? undefined : event.raw?.slice(0, 1024),
    counters: said.counters,
  },
  subject: toSafe(said.subject ?? `resource:${resourceOf(event)}`, 200),
});
