import { z } from 'zod';
import { ACTIONS } from '../domain/action.ts';
import { durationMs, paramText, severity } from './fields.ts';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected letters, digits, - and _, at most 64');
const MINUTE_MS = 60_000;

const stepSchema = z.strictObject({
  name,
  action: z.enum(ACTIONS),
  params: z.record(z.string(), paramText).default({}),
  on_success: name.optional(),
  on_failure: name.optional(),
  max_retries: z.number().int().min(0).max(10).default(0),
  timeout: durationMs.refine((ms) => ms >= 1000 && ms <= 60 * MINUTE_MS, 'expected 1s to 1h').default(30_000),
});

/** One chain of the configuration. */
export const chainSchema = z.strictObject({
  name,
  description: z.string().max(500).default(''),
  trigger: z
    .strictObject({ module: z.string().max(64).default('*'), types: z.array(z.string().max(64)).max(64).default([]), min_severity: severity.default('HIGH') })
    .prefault({}),
  /** The first step unless it is named. */
  entry_point: name.optional(),
  steps: z.array(stepSchema).min(1).max(32),
});

export type ChainConfig = z.output<typeof chainSchema>;
