import type { Severity } from '../../../domain/severity.ts';
import type { Command } from '../../../domain/shell/shell-types.ts';

/** One thing seen in a command line or a process. */
export type Match = {
  /** Alert type. */
  readonly type: string;
  readonly severity: Severity;
  /** Rule id, without the module. */
  readonly rule: string;
  /** What it means, a sentence without a full stop. */
  readonly says: string;
  /** The command at fault, for the evidence; undefined when it is the whole text. */
  readonly command?: Command | undefined;
};

/** A match as one line. */
export const match = (type: string, severity: Severity, rule: string, says: string, command?: Command): Match => ({ type, severity, rule, says, command });
