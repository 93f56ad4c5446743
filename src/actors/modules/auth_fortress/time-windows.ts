import type { WindowShape } from '../../../domain/windows/sliding-counters.ts';

/** The spans of time that logins are counted over, ms. */
export const SPAN = { minute: 60_000, tenMinutes: 600_000, hour: 3_600_000, day: 86_400_000 } as const;

export const MINUTE: WindowShape = { bucketMs: 5_000, buckets: 12 };
export const TEN_MINUTES: WindowShape = { bucketMs: 60_000, buckets: 10 };
export const HOUR: WindowShape = { bucketMs: 300_000, buckets: 12 };
export const DAY: WindowShape = { bucketMs: 3_600_000, buckets: 24 };
