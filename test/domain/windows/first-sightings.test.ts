import { expect, test } from 'vitest';
import { createFirstSightings } from '../../../src/domain/windows/first-sightings.ts';

const T = Date.UTC(2026, 0, 15, 12);

test('a slot is new once in each window, and new again after it', () => {
  const seen = createFirstSightings(2, [60_000, 600_000]);
  expect(seen.isFirst(0, 0, T)).toBe(true);
  expect(seen.isFirst(0, 0, T + 59_999)).toBe(false);
  expect(seen.isFirst(0, 0, T + 60_000)).toBe(true);
  expect(seen.isFirst(0, 1, T)).toBe(true);
  expect(seen.isFirst(0, 1, T + 60_000)).toBe(false);
  expect(seen.isFirst(1, 0, T)).toBe(true);
  expect(seen.countedAt(0, 0)).toBe(T + 60_000);
});

test('a cleared slot is new again', () => {
  const seen = createFirstSightings(1, [60_000]);
  seen.isFirst(0, 0, T);
  seen.clear(0);
  expect(seen.countedAt(0, 0)).toBe(0);
  expect(seen.isFirst(0, 0, T + 1)).toBe(true);
});

test('a clock that jumped back does not make it blind', () => {
  const seen = createFirstSightings(1, [60_000]);
  seen.isFirst(0, 0, T + 86_400_000);
  expect(seen.isFirst(0, 0, T)).toBe(true);
});
