import { expect, test } from 'vitest';
import { authEvent, HOUR, judge, MINUTE, series, typesOf } from '../../../kit/auth-events.ts';

const A = '203.0.113.7';
const mfa = (after: number, success: unknown, more: { readonly method?: string; readonly ip?: string; readonly user?: string } = {}) =>
  authEvent({
    type: 'mfa_attempt',
    after,
    ip: more.ip ?? A,
    details: { success, method: more.method ?? 'totp', ...(more.user === undefined ? {} : { username: more.user }) },
  });

test('six refused codes in ten minutes are a bypass attempt, five are not', () => {
  expect(judge(series(5, 1_000, (at) => mfa(at, false)))).toEqual([]);
  const raised = judge(series(6, 1_000, (at) => mfa(at, 'false')));
  expect(raised.map(({ type, index, severity }) => [type, index, severity])).toEqual([['mfa_bypass', 5, 'HIGH']]);
});

test('the window slides: six in two hours are none', () => {
  expect(judge(series(6, 20 * MINUTE, (at) => mfa(at, false)))).toEqual([]);
});

test.each([[true], ['true'], ['yes'], [1], [undefined]])('success = %j is no failure', (success) => {
  expect(judge(series(20, 100, (at) => mfa(at, success)))).toEqual([]);
});

test('a success ends the series', () => {
  expect(judge([...series(5, 1_000, (at) => mfa(at, false)), mfa(6_000, true), ...series(5, 1_000, (at) => mfa(at + 7_000, false))])).toEqual([]);
});

test('eleven refused prompts in an hour are fatigue, from any address, and the yes after them is told', () => {
  const prompts = series(11, 5 * MINUTE, (at, n) => mfa(at, false, { method: 'push', user: 'alice', ip: `203.0.113.${n}` }));
  const raised = judge([...prompts, mfa(HOUR - 1, true, { method: 'push', user: 'alice' })]);
  expect(typesOf(raised)).toEqual(['mfa_fatigue']);
  expect(raised.map(({ index, severity, draft }) => [index, severity, draft.subject])).toEqual([
    [10, 'CRITICAL', 'user:alice'],
    [11, 'CRITICAL', 'user:alice'],
  ]);
});

test("an attempt that names neither user nor address is nobody's", () => {
  expect(judge(series(20, 100, (at) => authEvent({ type: 'mfa_attempt', after: at, details: { success: false, method: 'push' } })))).toEqual([]);
});
