import { expect, test } from 'vitest';
import { createRecentFailures } from '../../../../src/actors/modules/auth_fortress/recent-failures.ts';

test('gives the latest fifteen of one address, oldest first, without the current one', () => {
  const recent = createRecentFailures();
  for (let n = 0; n < 40; n++) recent.push(`e${n}`, n % 2, 7);
  expect(recent.of('unit', 0, 'e38')).toEqual(Array.from({ length: 15 }, (_, n) => `e${8 + n * 2}`));
  expect(recent.of('account', 7, 'none').length).toBe(15);
  expect(recent.of('account', 8, 'none')).toEqual([]);
});

test('what was pushed long ago is gone', () => {
  const recent = createRecentFailures();
  recent.push('first', 1, 1);
  for (let n = 0; n < 600; n++) recent.push(`e${n}`, 2, 2);
  expect(recent.of('unit', 1, '')).toEqual([]);
});
