import { z } from 'zod';

/** Why one line was not taken: its place, what stands there, what should. */
export const lineProblemJson = z.object({
  /** From 1, in what was sent. */
  line: z.number().int(),
  /** Member of the event: `severity`, `details.port`; empty for the line as a whole. */
  path: z.string(),
  expected: z.string(),
  got: z.string(),
  hint: z.string(),
});

/** What became of the lines of one request. */
export const ingestJson = z.object({
  accepted: z.number().int(),
  rejected: z.number().int(),
  /** Lines at the end of the request that were not looked at because too many came: send them again after `retry_after_ms`. */
  limited: z.number().int(),
  retry_after_ms: z.number().int(),
  trust: z.enum(['claim', 'sensor']),
  /** The first 20 lines that were not taken. */
  problems: z.array(lineProblemJson),
});

/** Events the sensor saw last, oldest first. */
export const recentEventsJson = z.object({
  events: z.array(z.object({ number: z.number().int(), trust: z.string(), event: z.record(z.string(), z.unknown()) })),
  /** Number of the newest event of all: ask for what comes after it. */
  newest: z.number().int(),
  /** Events after `after` that are no longer kept. */
  missed: z.number().int(),
});

/** One source, also one that this host could have and has not. */
export const collectedJson = z.object({
  id: z.string(),
  collector: z.string(),
  grammar: z.string(),
  state: z.string(),
  detail: z.string(),
  lines: z.number(),
  parsed: z.number(),
  unparsed: z.number(),
  dropped: z.number(),
  /** Share of the lines that were understood, 0 to 1; left out before the first line. */
  understood: z.number().optional(),
  lag_bytes: z.number(),
  last_line: z.string().optional(),
});

export type LineProblemJson = z.infer<typeof lineProblemJson>;
export type IngestJson = z.infer<typeof ingestJson>;
export type RecentEventsJson = z.infer<typeof recentEventsJson>;
export type CollectedJson = z.infer<typeof collectedJson>;
