import type { Severity } from '../../../domain/severity.ts';

/** What the arguments of a command, joined by blanks, must and must not contain. Every pattern is linear-time. */
export type ArgumentMatch = {
  readonly all?: readonly RegExp[] | undefined;
  readonly none?: readonly RegExp[] | undefined;
  /** Only behind one of these wrappers. */
  readonly behind?: readonly string[] | undefined;
};

/** One thing a program does with some arguments. */
export type CommandRule = ArgumentMatch & {
  readonly id: string;
  /** Alert type. */
  readonly type: string;
  readonly severity: Severity;
  /** Normalised names, see `programName`. */
  readonly programs: readonly string[];
  /** What it means, a sentence without a full stop. */
  readonly says: string;
};

/** One rule as one line of a table. */
export const rule = (id: string, type: string, severity: Severity, programs: string, says: string, match: ArgumentMatch = {}): CommandRule => ({
  id,
  type,
  severity,
  programs: programs.split(' '),
  says,
  ...match,
});

/** True when the joined arguments satisfy the match. */
export const matchesArguments = (match: ArgumentMatch, text: string, wrappers: readonly string[]): boolean => {
  if (match.behind !== undefined && !match.behind.some((name) => wrappers.includes(name))) return false;
  for (const pattern of match.all ?? []) if (!pattern.test(text)) return false;
  for (const pattern of match.none ?? []) if (pattern.test(text)) return false;
  return true;
};
