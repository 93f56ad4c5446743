import { z } from 'zod';
import { parseDurationMs } from '../domain/duration.ts';
import { parseNetwork } from '../domain/ip.ts';
import { parseSeverity, type Severity } from '../domain/severity.ts';

/** Any case is read; anything but the five words is refused, so that a typo never becomes INFO. */
export const severity = z
  .string()
  .refine((text) => parseSeverity(text) !== undefined, 'expected INFO, LOW, MEDIUM, HIGH or CRITICAL')
  .transform((text): Severity => parseSeverity(text) ?? 'CRITICAL');

/** `30s`, `5m`, `1h`, or seconds; in ms afterwards. */
export const durationMs = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => parseDurationMs(text) !== undefined, 'expected a duration such as 30s, 5m or 1h')
  .transform((text) => parseDurationMs(text) ?? 0);

/** An address or a network in CIDR form, as it was written. */
export const network = z
  .string()
  .refine((text) => parseNetwork(text) !== undefined, 'expected an address or a network such as 203.0.113.0/24 or 2001:db8::/48');

/** The value of a rule's parameter; a list (`argv`) is kept as JSON. */
export const paramText = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .or(
    z
      .array(z.string())
      .max(64)
      .transform((list) => JSON.stringify(list)),
  );
