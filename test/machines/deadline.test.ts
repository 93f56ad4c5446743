import { describe, expect, test } from 'vitest';
import { deadlineOf, hasSlept } from '../../machines/deadline.ts';

describe('the end of a wait', () => {
  test.each([
    ['is set by the first tick', { at: undefined, before: 0, now: 5_000 }, 6_000],
    ['stays where it is', { at: 5_500, before: 4_900, now: 5_000 }, 5_500],
    ['stays when it has passed', { at: 5_500, before: 5_400, now: 6_000 }, 5_500],
    ['is set anew after a sleep', { at: 5_500, before: 5_400, now: 90_000 }, 91_000],
    ['is set anew when the clock was set back', { at: 90_500, before: 90_000, now: 5_000 }, 6_000],
  ])('%s', (_, wait, end) => {
    expect(deadlineOf({ ...wait, waitMs: 1_000 })).toBe(end);
  });

  test('there is no sleep before the first tick', () => {
    expect([hasSlept(0, 9_999_999, 10), hasSlept(10, 20, 10), hasSlept(10, 21, 10)]).toEqual([false, false, true]);
  });
});
