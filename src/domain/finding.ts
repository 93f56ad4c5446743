import type { Correlation } from './correlation.ts';
import type { Entities } from './entity.ts';
import type { Severity } from './severity.ts';

/** Why a detector spoke: enough for a person to check it by eye. */
export type Evidence = {
  /** Stable rule id, `<module>/<rule>`. */
  readonly rule: string;
  /** Which field of the event matched: `path`, `query`, `command_line`. */
  readonly field?: string | undefined;
  /** Offsets of the match in `text` (start inclusive, end exclusive, UTF-16 units). */
  readonly span?: readonly [number, number] | undefined;
  /** The matched field's text, at most 512 characters. */
  readonly text?: string | undefined;
  /** The source line, at most 1,024 characters. */
  readonly line?: string | undefined;
  /** Counters behind a threshold, by name: `{ failures: 12, users: 3, windowSeconds: 60 }`. */
  readonly counters?: { readonly [name: string]: number } | undefined;
};

/** What a detector says. The pipeline folds findings, alerts come from them. */
export type Finding = {
  readonly module: string;
  readonly type: string;
  readonly severity: Severity;
  readonly title: string;
  readonly description: string;
  /** Event time of the triggering event, ms. */
  readonly at: number;
  readonly entities: Entities;
  /** Triggering event last. At most 16. */
  readonly eventIds: readonly string[];
  readonly evidence: Evidence;
  readonly mitre: readonly string[];
  readonly mitigations: readonly string[];
  /** Same key, same attack: repeats are counted on the open alert instead of raising another. */
  readonly foldKey: string;
  /** How many findings this one stands for (folded inside one batch). */
  readonly count: number;
  /** Rests on a sender's word or on spoofable input only: raises an alert, never triggers an action alone. */
  readonly isClaim: boolean;
  /** The alerts it joins; only on what the correlator says. */
  readonly correlation?: Correlation | undefined;
};
