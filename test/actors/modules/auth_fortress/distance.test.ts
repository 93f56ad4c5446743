import { expect, test } from 'vitest';
import { countryCenter } from '../../../../src/actors/modules/auth_fortress/country-centers.ts';
import { haversineKm } from '../../../../src/actors/modules/auth_fortress/distance.ts';

test.each([
  ['a quarter of the equator', { lat: 0, lon: 0 }, { lat: 0, lon: 90 }, 10_007.5],
  ['pole to pole', { lat: 90, lon: 0 }, { lat: -90, lon: 0 }, 20_015.1],
  ['across the date line', { lat: 0, lon: 179.5 }, { lat: 0, lon: -179.5 }, 111.2],
])('%s', (_what, from, to, km) => {
  expect(haversineKm(from, to)).toBeCloseTo(km, 0);
  expect(haversineKm(to, from)).toBeCloseTo(km, 0);
});

test('country codes are read in any case, others are unknown', () => {
  expect(countryCenter(' us ')).toEqual({ lat: 39.8, lon: -98.5 });
  for (const code of ['', 'XX', 'constructor', 'USA']) expect(countryCenter(code)).toBeUndefined();
});

test('every centre lies on the globe', () => {
  const letters = Array.from({ length: 26 }, (_, n) => String.fromCharCode(65 + n));
  const centers = letters.flatMap((a) => letters.map((b) => countryCenter(a + b))).filter((center) => center !== undefined);
  expect(centers.length).toBeGreaterThan(190);
  for (const { lat, lon } of centers) {
    expect(Math.abs(lat)).toBeLessThanOrEqual(90);
    expect(Math.abs(lon)).toBeLessThanOrEqual(180);
  }
});
