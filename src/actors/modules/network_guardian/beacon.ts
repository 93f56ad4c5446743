import { deviationOf, meanOf, medianOf } from './statistics.ts';

/** A regular beat in a list of times. */
export type Beat = { readonly periodMs: number; readonly jitterPercent: number; readonly count: number };

/**
 * Finds a beat in at least nine times, ms, in order: intervals of five seconds to a day, all within a quarter of their mean, or, where
 * some calls were missed or were late, most within a tenth of their median.
 */
export const beatOf = (times: readonly number[]): Beat | undefined => {
  const intervals = times.slice(1).map((time, index) => time - (times[index] ?? time));
  if (intervals.length < MIN_INTERVALS) return undefined;
  const mean = meanOf(intervals);
  const spread = mean === 0 ? 1 : deviationOf(intervals) / mean;
  if (isPeriod(mean) && spread < MAX_SPREAD) return { periodMs: mean, jitterPercent: Math.round(spread * 100), count: times.length };
  const median = medianOf(intervals);
  if (!isPeriod(median) || intervals.length < MIN_ROBUST_INTERVALS) return undefined;
  const near = intervals.filter((interval) => Math.abs(interval - median) <= median * NEAR);
  if (near.length < intervals.length * MOST) return undefined;
  return { periodMs: median, jitterPercent: Math.round((deviationOf(near) / median) * 100), count: times.length };
};

const MIN_INTERVALS = 8;
const MIN_ROBUST_INTERVALS = 12;
const MAX_SPREAD = 0.25;
const NEAR = 0.1;
const MOST = 0.75;

const isPeriod = (ms: number): boolean => ms > 5000 && ms < 86_400_000;
