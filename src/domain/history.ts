import type { ActionName } from './action.ts';
import type { Actor } from './approval.ts';
import type { DecisionOutcome } from './decision.ts';
import type { Severity } from './severity.ts';

/** What kind of fact a record states. */
export const RECORD_KINDS = [
  'decision',
  'intent',
  'outcome',
  'undo',
  'approval',
  'preset',
  'dry-run',
  'allow-list',
  'cleanup',
  'repair',
  'daemon',
  'alert-status',
  'escalation',
  'chain',
  'config',
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** Whether an action really took effect, as checked after it. */
export type Verification = 'verified' | 'unverified' | 'failed';

/** One link of the history, before it is chained. Nothing ever rewrites one. */
export type HistoryDraft = {
  readonly at: number;
  readonly kind: RecordKind;
  readonly actionId?: string | undefined;
  readonly alertId?: string | undefined;
  readonly approvalId?: string | undefined;
  readonly module?: string | undefined;
  readonly alertType?: string | undefined;
  readonly action?: ActionName | undefined;
  readonly target?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly outcome?: DecisionOutcome | 'success' | 'failure' | undefined;
  readonly verification?: Verification | undefined;
  readonly preset?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly actor?: Actor | undefined;
  /** In words: why, by which rule, what was found. */
  readonly reason: string;
  readonly details?: { readonly [key: string]: unknown } | undefined;
  readonly durationMs?: number | undefined;
};

/** A chained record: `hash` = SHA-256 over `previousHash` and the canonical JSON of the rest. */
export type HistoryRecord = HistoryDraft & {
  readonly sequence: number;
  readonly id: string;
  readonly previousHash: string;
  readonly hash: string;
};
