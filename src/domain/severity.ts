/** Least to most severe; the order is the rank. Source: shared event schema of the compatible interface. */
export const SEVERITIES = ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** 0 for INFO to 4 for CRITICAL. */
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** True when `severity` is `floor` or worse. */
export const isAtLeast = (severity: Severity, floor: Severity): boolean => severityRank(severity) >= severityRank(floor);

/** The worse of the two. */
export const worseOf = (a: Severity, b: Severity): Severity => (severityRank(a) >= severityRank(b) ? a : b);

/** Reads any case and surrounding blanks; anything else is undefined, never a silent INFO. */
export const parseSeverity = (text: string): Severity | undefined => {
  const word = text.trim().toUpperCase();
  return SEVERITIES.find((severity) => severity === word);
};
