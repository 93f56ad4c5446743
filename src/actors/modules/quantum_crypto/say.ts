import type { SecurityEvent } from '../../../domain/event.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { FindingDraft } from '../../contract.ts';
import type { CryptoAlertType } from './alert-types.ts';

/** What a rule says about one service, certificate, key or source. */
export type Said = {
  readonly type: CryptoAlertType;
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
  evidence: { rule: `quantum_crypto/${said.rule}`, field: said.field, text: said.text.slice(0, 512), line: event.raw?.slice(0, 1024), counters: said.counters },
  subject: said.subject,
});
