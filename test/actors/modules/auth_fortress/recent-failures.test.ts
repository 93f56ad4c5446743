import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRecentFailures } from '../../../../src/actors/modules/auth_fortress/recent-failures.ts';

test('gives the latest fifteen of one address, oldest first, without the current one', () => {
  const recent = createRecentFailures(8);
  for (let n = 0; n < 40; n++) recent.push(`e${n}`, n % 2, 7);
  expect(recent.of('unit', 0, 'e38')).toEqual(Array.from({ length: 15 }, (_, n) => `e${8 + n * 2}`));
  expect(recent.of('account', 7, 'none').length).toBe(15);
  expect(recent.of('account', 6, 'none')).toEqual([]);
});

test('what was pushed long ago is gone', () => {
  const recent = createRecentFailures(8);
  recent.push('first', 1, 1);
  for (let n = 0; n < 600; n++) recent.push(`e${n}`, 2, 2);
  expect(recent.of('unit', 1, '')).toEqual([]);
});

test('it finds what looking through the last 512 failures one by one finds', () => {
  const failure = fc.record({ unit: fc.integer({ min: 0, max: 5 }), account: fc.integer({ min: -1, max: 5 }) });
  fc.assert(
    fc.property(fc.array(failure, { minLength: 400, maxLength: 1_300, size: 'max' }), (failures) => {
      const recent = createRecentFailures(6);
      for (const [n, { unit, account }] of failures.entries()) recent.push(`e${n}`, unit, account);
      const latest = failures.map((one, n) => ({ ...one, id: `e${n}` })).slice(-512);
      const current = `e${failures.length - 1}`;
      for (const kind of ['unit', 'account'] as const) {
        for (let slot = 0; slot < 6; slot++) {
          const ids = latest.filter((one) => one[kind] === slot && one.id !== current).map((one) => one.id);
          expect(recent.of(kind, slot, current)).toEqual(ids.slice(-15));
        }
      }
    }),
    { numRuns: 30 },
  );
});
