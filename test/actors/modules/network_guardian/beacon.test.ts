import { expect, test } from 'vitest';
import { beatOf } from '../../../../src/actors/modules/network_guardian/beacon.ts';

const times = (count: number, periodMs: number, jitter: (index: number) => number = () => 0): readonly number[] =>
  Array.from({ length: count }, (_none, index) => 1_000_000 + index * periodMs + jitter(index));

test('nine calls a minute apart are a beat', () => expect(beatOf(times(9, 60_000))).toEqual({ periodMs: 60_000, jitterPercent: 0, count: 9 }));

test('eight are not enough', () => expect(beatOf(times(8, 60_000))).toBeUndefined());

test('a jitter of some percent does not hide it', () => expect(beatOf(times(12, 60_000, (index) => ((index * 7) % 5) * 1500))?.count).toBe(12));

test('missed calls do not hide it', () => {
  const missed = times(24, 60_000).filter((_time, index) => index !== 7 && index !== 15 && index !== 16);
  expect(beatOf(missed)?.periodMs).toBe(60_000);
});

test('one a day has no beat in a day', () => expect(beatOf(times(12, 86_400_001))).toBeUndefined());

test('a person has none', () => {
  const at = [0, 4, 5, 60, 61, 300, 310, 900, 2000, 2010, 4000, 4003, 4100].map((second) => second * 1000);
  expect(beatOf(at)).toBeUndefined();
});
