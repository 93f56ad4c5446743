import { expect, test } from 'vitest';
import { accepted, DAY, failed, HOUR, judge, MINUTE, rulesOf, series } from '../../../kit/auth-events.ts';

const from = (n: number): string => `198.51.${100 + Math.floor(n / 250)}.${n % 250}`;

test('one account attacked from many addresses is seen, and each address that joins is named', () => {
  const raised = judge(series(60, 1_000, (at, n) => failed(at, from(n), 'admin')));
  expect(rulesOf(raised)).toEqual(['account-ten-minutes']);
  expect(raised[0]?.index).toBe(19);
  expect(raised.map((finding) => finding.draft.entities?.ip)).toEqual(Array.from({ length: 41 }, (_, n) => from(n + 19)));
  expect(new Set(raised.map((finding) => finding.draft.subject))).toEqual(new Set(['user:admin']));
  expect(raised[0]?.draft.entities?.user).toBe('admin');
});

test.each([
  ['in an hour', 40, 90_000, 'account-hour'],
  ['in a day', 90, 15 * MINUTE, 'account-day'],
])('the same attack spread out is seen %s', (_what, count, every, rule) => {
  expect(rulesOf(judge(series(count, every, (at, n) => failed(at, from(n), 'admin'))))).toContain(rule);
});

test('one user with an old password on three devices is no attack by many', () => {
  const raised = judge(series(40, 15_000, (at, n) => failed(at, from(n % 3), 'alice')));
  expect(rulesOf(raised).filter((rule) => rule.startsWith('account'))).toEqual([]);
});

test('the owner at his usual place is neither counted nor named while others attack', () => {
  const home = '203.0.113.50';
  const attack = series(40, 1_000, (at, n) => failed(at + DAY, from(n), 'admin'));
  const raised = judge([accepted(0, home, 'admin'), ...attack, failed(DAY + 41_000, home, 'admin')]);
  expect(raised.some((finding) => finding.draft.entities?.ip === home)).toBe(false);
});

test('an attack of yesterday is not held against today', () => {
  const raised = judge([
    ...series(15, 1_000, (at, n) => failed(at, from(n), 'admin')),
    ...series(10, 1_000, (at, n) => failed(at + DAY + 2 * HOUR, from(n + 50), 'admin')),
  ]);
  expect(raised).toEqual([]);
});

test('an address that goes through many attacked names is named once in half a minute, not once for each name', () => {
  const names = 40;
  // Every name is under attack already, and its own burst of words is over.
  const attack = series(names * 60, 100, (at, n) => failed(at, from(Math.floor(n / names)), `name${n % names}`));
  const joins = series(names, 100, (at, n) => failed(at + names * 6_000, '203.0.113.99', `name${n}`));
  const raised = judge([...attack, ...joins]).filter((finding) => finding.draft.entities?.ip === '203.0.113.99');
  const forAccounts = raised.filter((finding) => finding.draft.evidence.rule.startsWith('auth_fortress/account-'));
  expect(forAccounts.map((finding) => finding.index)).toEqual([names * 60]);
});
