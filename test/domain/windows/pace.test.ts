import { expect, test } from 'vitest';
import { createPace } from '../../../src/domain/windows/pace.ts';

const LIMITS = { burst: 3, everyMs: 10_000, quietMs: 600_000 };

test('speaks in a burst, then at most once in the interval', () => {
  const pace = createPace(1, LIMITS);
  const spoken = Array.from({ length: 60 }, (_, second) => pace.allow(0, second * 1_000));
  expect(spoken.slice(0, 4)).toEqual([true, true, true, false]);
  expect(spoken.filter(Boolean).length).toBe(3 + 5);
});

test('a quiet spell gives the burst back', () => {
  const pace = createPace(1, LIMITS);
  for (let n = 0; n < 5; n++) pace.allow(0, n);
  expect(pace.allow(0, 600_100)).toBe(true);
  expect(pace.allow(0, 600_101)).toBe(true);
});

test('keys do not share a pace, and a cleared key starts anew', () => {
  const pace = createPace(2, LIMITS);
  for (let n = 0; n < 4; n++) pace.allow(0, n);
  expect(pace.allow(0, 5)).toBe(false);
  expect(pace.allow(1, 5)).toBe(true);
  pace.clear(0);
  expect(pace.allow(0, 6)).toBe(true);
});
