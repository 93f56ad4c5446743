import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSlidingCounters } from '../../../src/domain/windows/sliding-counters.ts';

const MINUTE = { bucketMs: 5_000, buckets: 12 };
const HOUR = { bucketMs: 300_000, buckets: 12 };
const T = Date.UTC(2026, 0, 15, 12);

test('counts what happened in the last minute, and forgets it as it leaves', () => {
  const counters = createSlidingCounters(2, [MINUTE]);
  for (let n = 0; n < 9; n++) counters.add(1, 0, T + n, 1);
  expect(counters.count(1, 0, T + 10)).toBe(9);
  expect(counters.count(1, 0, T + 59_000)).toBe(9);
  expect(counters.count(1, 0, T + 62_500)).toBe(4);
  expect(counters.count(1, 0, T + 66_000)).toBe(0);
  expect(counters.count(0, 0, T + 10)).toBe(0);
});

test('has no seam: an attack over a full minute counts whole wherever the minute starts', () => {
  for (let offset = 0; offset < 60_000; offset += 700) {
    const counters = createSlidingCounters(1, [MINUTE]);
    for (let n = 0; n < 10; n++) counters.add(0, 0, T + offset + n * 6_000, 1);
    expect(counters.count(0, 0, T + offset + 54_000)).toBe(10);
  }
});

test('windows of one slot are apart from each other and from other slots', () => {
  const counters = createSlidingCounters(3, [MINUTE, HOUR]);
  counters.add(1, 0, T, 3);
  counters.add(1, 1, T, 5);
  counters.add(2, 0, T, 7);
  expect([0, 1, 2].map((slot) => [counters.count(slot, 0, T), counters.count(slot, 1, T)])).toEqual([
    [0, 0],
    [3, 5],
    [7, 0],
  ]);
  counters.clear(1);
  expect([counters.count(1, 0, T), counters.count(1, 1, T), counters.count(2, 0, T)]).toEqual([0, 0, 7]);
});

test('a late event counts in its own bucket, one older than the window does not', () => {
  const counters = createSlidingCounters(1, [MINUTE]);
  counters.add(0, 0, T + 30_000, 1);
  counters.add(0, 0, T, 1);
  expect(counters.count(0, 0, T + 31_000)).toBe(2);
  counters.add(0, 0, T - 120_000, 1);
  expect(counters.count(0, 0, T + 31_000)).toBe(2);
});

test('a clock that was days ahead does not blind it', () => {
  const counters = createSlidingCounters(1, [MINUTE]);
  counters.add(0, 0, T + 400 * 86_400_000, 4);
  for (let n = 0; n < 5; n++) counters.add(0, 0, T + n, 1);
  expect(counters.count(0, 0, T + 5)).toBe(5);
});

test('what another counter saw can be taken out again', () => {
  const address = createSlidingCounters(1, [MINUTE]);
  const pair = createSlidingCounters(1, [MINUTE]);
  for (const at of [T, T + 6_000, T + 12_000]) {
    address.add(0, 0, at, 2);
    pair.add(0, 0, at, 1);
  }
  address.subtract(0, 0, pair, 0, 0);
  expect(address.count(0, 0, T + 13_000)).toBe(3);
});

test('a flood saturates a bucket instead of overflowing it', () => {
  const counters = createSlidingCounters(1, [MINUTE]);
  for (let n = 0; n < 5; n++) counters.add(0, 0, T, 50_000);
  expect(counters.count(0, 0, T)).toBe(65_535);
  counters.add(0, 0, T, -70_000);
  expect(counters.count(0, 0, T)).toBe(0);
});

test('agrees with the exact sliding window to within one bucket', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(steps, (gaps) => {
      const counters = createSlidingCounters(1, [MINUTE]);
      const times: number[] = [];
      let at = T;
      for (const gap of gaps) {
        at += gap;
        times.push(at);
        counters.add(0, 0, at, 1);
        const counted = counters.count(0, 0, at);
        const inside = times.filter((time) => time > at - 55_000).length;
        const around = times.filter((time) => time > at - 65_000).length;
        expect(counted).toBeGreaterThanOrEqual(inside);
        expect(counted).toBeLessThanOrEqual(around);
      }
    }),
  );
});

test('any times, even absurd ones, leave counts between zero and what was added', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: false }), { maxLength: 60 }), (times) => {
      const counters = createSlidingCounters(1, [MINUTE, HOUR]);
      for (const [index, at] of times.entries()) {
        counters.add(0, 1, at, 1);
        const count = counters.count(0, 1, at);
        expect(count).toBeGreaterThanOrEqual(0);
        expect(count).toBeLessThanOrEqual(index + 1);
      }
    }),
  );
});
