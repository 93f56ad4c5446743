import { z } from 'zod';

const exclusionSchema = z.strictObject({
  /** Start of the request path; every path when left out. */
  path: z.string().max(512).optional(),
  /** Name of the field as evidence shows it (`query.q`, `body.text`); every field when left out. */
  parameter: z.string().max(128).optional(),
  /** A category (`sqli`) or a rule (`sqli_union`); everything when left out. */
  rule: z.string().max(64).optional(),
});

/** Settings of the module. */
export const settingsSchema = z.strictObject({
  /** 1 = sure signs only; 2 and 3 add rules that are wrong now and then. */
  paranoia: z.number().int().min(1).max(3).default(1),
  /** What is known to be harmless in this application. */
  exclusions: z.array(exclusionSchema).max(256).default([]),
  /** Refused requests of one address after which its attempts are no longer played down. */
  campaign_probes: z.number().int().min(1).max(1000).default(3),
});

export type Settings = z.infer<typeof settingsSchema>;
