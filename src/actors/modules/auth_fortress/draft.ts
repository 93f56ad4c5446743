import type { SecurityEvent } from '../../../domain/event.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { FindingDraft } from '../../contract.ts';

export type DraftParts = {
  readonly type: string;
  /** Without the module: `address-minute`. */
  readonly rule: string;
  readonly event: SecurityEvent;
  readonly title: string;
  readonly description: string;
  readonly subject: string;
  readonly severity?: Severity | undefined;
  /** Whom the finding names. What is left out is not named: a victim is not an attacker. */
  readonly ip?: string | undefined;
  readonly user?: string | undefined;
  readonly earlier?: readonly string[] | undefined;
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
  earlierEventIds: parts.earlier,
  entities: { ip: parts.ip, user: parts.user === '' ? undefined : parts.user },
  evidence: {
    rule: `auth_fortress/${parts.rule}`,
    field: parts.field,
    text: parts.text?.slice(0, 512),
    line: parts.event.raw?.slice(0, 1024),
    counters: parts.counters,
  },
  subject: parts.subject,
});

/** A user name as it may be shown. */
export const shownUser = (user: string): string => (user === '' ? '(no name)' : toSafe(user, 64));
