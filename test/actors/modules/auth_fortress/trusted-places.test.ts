import { expect, test } from 'vitest';
import { createTrustedPlaces } from '../../../../src/actors/modules/auth_fortress/trusted-places.ts';

const T = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;
const DAY = 86_400_000;

test('a place ripens for ten minutes and lasts its days from the latest login', () => {
  const places = createTrustedPlaces(100, 30);
  expect(places.record('alice@home', T)).toBe(0);
  expect(places.trusts('alice@home', T + 9 * MINUTE)).toBe(false);
  expect(places.trusts('alice@home', T + 10 * MINUTE)).toBe(true);
  expect(places.record('alice@home', T + 20 * DAY)).toBe(T);
  expect(places.trusts('alice@home', T + 49 * DAY)).toBe(true);
  expect(places.trusts('alice@home', T + 51 * DAY)).toBe(false);
  expect(places.trusts('bob@home', T + DAY)).toBe(false);
});

test('trust that has run out must ripen again', () => {
  const places = createTrustedPlaces(100, 30);
  places.record('alice@home', T);
  places.record('alice@home', T + 60 * DAY);
  expect(places.trusts('alice@home', T + 60 * DAY + MINUTE)).toBe(false);
});

test('zero days trust nobody', () => {
  const places = createTrustedPlaces(100, 0);
  places.record('alice@home', T);
  expect(places.trusts('alice@home', T + 20 * MINUTE)).toBe(false);
});

test('it is bounded and forgets what has run out', () => {
  const places = createTrustedPlaces(64, 30);
  for (let n = 0; n < 1_000; n++) places.record(`user${n}`, T + n);
  expect(places.size()).toBeLessThanOrEqual(64);
  places.sweep(T + 31 * DAY);
  expect(places.size()).toBe(0);
});
