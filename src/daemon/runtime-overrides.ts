import { z } from 'zod';
import type { RuntimeOverrides } from '../config/enforcement.ts';
import { type FileMode, readOverrides, type StoredOverrides, settleOverrides } from '../config/settle-overrides.ts';
import { PRESETS } from '../domain/policy.ts';

/** A change to something stronger that nobody confirmed yet: what comes back, and when (wall-clock ms). */
export type Rollback = { readonly to: RuntimeOverrides; readonly madeAt: number; readonly deadline: number; readonly what: string };

/** What is kept of changes made at run time: one value, written whole. */
export type StoredMode = StoredOverrides & { readonly rollback?: Rollback | undefined };

const rollbackSchema = z.object({
  to: z.object({ dryRun: z.boolean().optional(), preset: z.enum(PRESETS).optional() }),
  madeAt: z.number(),
  deadline: z.number(),
  what: z.string().max(200),
});

/** What the store holds, as far as it can be understood. A way back that cannot be read takes the change it belongs to with it. */
export const readMode = (value: unknown): StoredMode => {
  if (typeof value !== 'object' || value === null || !('rollback' in value) || value.rollback === undefined) return readOverrides(value);
  const rollback = rollbackSchema.safeParse(value.rollback);
  return rollback.success ? { ...readOverrides(value), rollback: rollback.data } : {};
};

/** As `settleOverrides`, for the change and for what would come back. */
export const settleMode = (stored: StoredMode, file: FileMode): { readonly mode: StoredMode; readonly notices: readonly string[] } => {
  const { overrides, notices } = settleOverrides(stored, file);
  if (stored.rollback === undefined) return { mode: overrides, notices };
  const { file: _file, ...to } = settleOverrides({ ...stored.rollback.to, file: stored.file }, file).overrides;
  return { mode: { ...overrides, rollback: { ...stored.rollback, to } }, notices };
};

/** A step back of the clock this small is a correction; a larger one must not prolong the wait. */
const CLOCK_SLACK_MS = 5000;

/** True when nobody may confirm any more. A clock that was set back counts as run out: going back is the safe side. */
export const isDue = (pending: Rollback, now: number): boolean => now >= pending.deadline || now < pending.madeAt - CLOCK_SLACK_MS;
