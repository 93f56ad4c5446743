import type { SecurityEvent } from '../../../domain/event.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { FindingDraft } from '../../contract.ts';
import type { SupplyAlertType } from './alert-types.ts';

/** What a rule says about a package, an artifact or a pipeline. */
export type Said = {
  readonly type: SupplyAlertType;
  readonly rule: string;
  readonly severity?: Severity | undefined;
  readonly says: string;
  readonly field: string;
  readonly text: string;
  readonly counters?: { readonly [name: string]: number } | undefined;
  readonly subject: string;
};

export type Say = (said: Said) => void;

/** The finding a rule's words become. */
export const draftOf = (event: SecurityEvent, said: Said): FindingDraft => ({
  type: said.type,
  severity: said.severity,
  description: toSafe(said.says, 500),
  event,
  evidence: { rule: `supply_chain/${said.rule}`, field: said.field, text: said.text.slice(0, 512), line: event.raw?.slice(0, 1024), counters: said.counters },
  subject: toSafe(said.subject, 200),
});
