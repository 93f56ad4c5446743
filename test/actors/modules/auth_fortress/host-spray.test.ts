import { expect, test } from 'vitest';
import { accepted, failed, judge, MINUTE, rulesOf, series } from '../../../kit/auth-events.ts';

const from = (n: number): string => `198.51.${100 + Math.floor(n / 250)}.${n % 250}`;

test('many accounts from many addresses, few tries each, are a spray', () => {
  const raised = judge(series(21, 1_000, (at, n) => failed(at, from(Math.floor(n / 3)), `user${n}`)));
  expect(rulesOf(raised)).toEqual(['host-ten-minutes']);
  expect(raised.map(({ index, severity, draft }) => [index, severity, draft.subject, draft.entities?.ip])).toEqual([
    [19, 'CRITICAL', 'host:logins', from(6)],
    [20, 'CRITICAL', 'host:logins', from(6)],
  ]);
});

test('a spray spread over an hour is seen too, at less severity', () => {
  const raised = judge(series(59, 33_000, (at, n) => failed(at, from(n), `user${n}`)));
  expect(rulesOf(raised)).toEqual(['host-hour']);
  expect(raised[0]?.severity).toBe('HIGH');
});

test('names that mostly do not exist are guesses: HIGH, not CRITICAL', () => {
  const raised = judge(series(30, 1_000, (at, n) => failed(at, from(n), `name${n}`, { unknown_user: true })));
  expect(raised[0]?.severity).toBe('HIGH');
  expect(raised[0]?.draft.entities?.ip).toBe(from(19));
});

test('an address that failed once on one account that may exist is counted but not named', () => {
  const raised = judge(series(40, 1_000, (at, n) => failed(at, from(n), `user${n}`)));
  expect(raised.length).toBeGreaterThan(0);
  expect(raised.every((finding) => finding.draft.entities?.ip === undefined)).toBe(true);
});

test('one loud address does not make the quiet failures of others a spray', () => {
  const loud = series(15, 1_000, (at, n) => failed(at, '203.0.113.9', `name${n}`));
  const others = series(12, 30_000, (at, n) => failed(at, from(n), `person${n}`));
  expect(rulesOf(judge([...loud, ...others])).filter((rule) => rule.startsWith('host'))).toEqual([]);
});

test('typing errors that end in a login are taken back, however many people make them', () => {
  const events = Array.from({ length: 80 }, (_, n) => [failed(n * 5_000, from(n), `person${n}`), accepted(n * 5_000 + 3_000, from(n), `person${n}`)]).flat();
  expect(judge(events)).toEqual([]);
});

test('what was taken back counts no more beside failures that stay', () => {
  const people = (count: number) =>
    Array.from({ length: count }, (_, n) => [failed(n * 5_000, from(n), `person${n}`), accepted(n * 5_000 + 3_000, from(n), `person${n}`)]).flat();
  const strangers = series(12, 5_000, (at, n) => failed(at + 1_000, from(n + 100), `user${n}`));
  expect(judge([...people(10), ...strangers].sort((a, b) => a.at - b.at))).toEqual([]);
});

test('where more people get in than fail, failures are daily life', () => {
  const logins = Array.from({ length: 30 }, (_, n) => accepted(n * 10_000, from(n + 300), `worker${n}`));
  const failures = Array.from({ length: 30 }, (_, n) => failed(n * 10_000 + 10, from(n), `user${n}`));
  expect(judge([...logins, ...failures].sort((a, b) => a.at - b.at))).toEqual([]);
  expect(judge(failures).length).toBeGreaterThan(0);
});

test('a spray over days, below every window, stays quiet: known limit', () => {
  expect(judge(series(40, 10 * MINUTE, (at, n) => failed(at, from(n), `user${n}`)))).toEqual([]);
});
