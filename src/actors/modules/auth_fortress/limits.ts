import type { SlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import { SPAN } from './time-windows.ts';

/** A limit that was reached: which window, how much, how much was allowed. */
export type LimitHit = { readonly span: 'minute' | 'hour' | 'day'; readonly count: number; readonly limit: number; readonly windowSeconds: number };

const SPANS = ['minute', 'hour', 'day'] as const;

/** The shortest of the three windows whose limit (times `factor`) is reached at `at`. Allocates only when there is one. */
export const reachedLimit = (
  counters: SlidingCounters,
  slot: number,
  limits: readonly [number, number, number],
  factor: number,
  at: number,
): LimitHit | undefined => {
  // The day holds the shorter windows, and its limit is the highest: one look is enough for almost every failure.
  if (counters.ceiling(slot, 2) < (limits[0] ?? 0) * factor) return undefined;
  for (let window = 0; window < 3; window++) {
    const limit = (limits[window] ?? 0) * factor;
    const count = counters.count(slot, window, at);
    if (count < limit) continue;
    const span = SPANS[window] ?? 'day';
    return { span, count, limit, windowSeconds: SPAN[span] / 1000 };
  }
  return undefined;
};

const WORDS = { minute: 'a minute', hour: 'an hour', day: 'a day' } as const;

/** `in a minute` */
export const inWords = (hit: LimitHit): string => `in ${WORDS[hit.span]}`;
