import { z } from 'zod';

/** Settings of cloud_posture. The compatible interface has none; all are ours. */
export const postureSettingsSchema = z.strictObject({
  /** Changes of one resource in an hour; reading does not count. */
  max_changes_per_hour: z.number().int().min(1).max(65_000).default(10),
  /** What resources must be set to: another value is drift. */
  expected: z.record(z.string().max(512), z.string().max(4096)).default({}),
  /** Resources, workloads and findings remembered, each. */
  max_tracked: z.number().int().min(64).max(1_000_000).default(10_000),
});

export type PostureSettings = z.infer<typeof postureSettingsSchema>;
