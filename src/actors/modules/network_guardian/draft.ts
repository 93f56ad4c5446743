import type { SecurityEvent } from '../../../domain/event.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { FindingDraft } from '../../contract.ts';

export type DraftParts = {
  readonly type: string;
  /** Without the module: `vertical-fast`. */
  readonly rule: string;
  readonly event: SecurityEvent;
  readonly title: string;
  readonly description: string;
  readonly subject: string;
  readonly severity?: Severity | undefined;
  /** Whom the finding names: the attacker, or the host of ours that behaves strangely. */
  readonly ip: string | undefined;
  readonly field?: string | undefined;
  readonly text?: string | undefined;
  readonly counters?: { readonly [name: string]: number } | undefined;
};

/** A finding with its evidence cut to the contract's lengths. */
export const draftOf = (parts: DraftParts): FindingDraft => ({
  type: parts.type,
  severity: parts.severity,
  title: parts.title,
  description: parts.description,
  event: parts.event,
  entities: { ip: parts.ip, process: parts.event.entities.process, connection: parts.event.entities.connection },
  evidence: {
    rule: `network_guardian/${parts.rule}`,
    field: parts.field,
    text: parts.text?.slice(0, 512),
    line: parts.event.raw?.slice(0, 1024),
    counters: parts.counters,
  },
  subject: parts.subject,
});
