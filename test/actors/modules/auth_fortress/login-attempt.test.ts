import { expect, test } from 'vitest';
import { authEvent, failed, judge, rulesOf, series } from '../../../kit/auth-events.ts';

const A = '203.0.113.7';
const attempt = (after: number, details: { readonly [key: string]: unknown } = {}, ip = A) => authEvent({ type: 'auth_attempt', after, ip, details });
const attack = series(10, 1_000, (at) => failed(at, A, 'root'));

test('an attempt of an attacking address is told until the time is over, once a minute', () => {
  const told = judge([...attack, ...series(30, 10_000, (at) => attempt(at + 10_000))]).filter((finding) => finding.type === 'lockout_violation');
  expect(told.map((finding) => finding.severity)).toEqual(Array.from({ length: told.length }, () => 'MEDIUM'));
  expect(told.length).toBe(5);
  expect(judge([...attack, attempt(310_000)]).map((finding) => finding.type)).not.toContain('lockout_violation');
  expect(judge([...attack, attempt(20_000, {}, '203.0.113.8')]).map((finding) => finding.type)).not.toContain('lockout_violation');
});

test('what sshd and PAM write beside a counted failure is no attempt of its own', () => {
  const reasons = ['refused', 'pam_authentication_failure', 'invalid_user', 'closed', 'timeout'];
  const events = [...attack, ...series(5, 1_000, (at, n) => attempt(at + 15_000, { reason: reasons[n] }))];
  expect(judge(events).map((finding) => finding.type)).not.toContain('lockout_violation');
});

test('the text claims no lock', () => {
  const [told] = judge([...attack, attempt(20_000)]).filter((finding) => finding.type === 'lockout_violation');
  expect(told?.draft.description).not.toMatch(/is locked|was locked/);
});

test('an address that only knocks, on a server that takes keys only, is seen after sixty times an hour', () => {
  const knock = (count: number) =>
    judge(series(count, 30_000, (at, n) => attempt(at, { reason: n % 2 === 0 ? 'invalid_user' : 'closed', username: `name${n}`, unknown_user: true })));
  expect(knock(59)).toEqual([]);
  const raised = knock(61);
  expect(rulesOf(raised)).toEqual(['probes-hour']);
  expect(raised[0]?.severity).toBe('MEDIUM');
});

test("attempts without an address are nobody's", () => {
  expect(judge(series(100, 100, (at) => authEvent({ type: 'auth_attempt', after: at, details: { username: '', reason: 'address_unclear' } })))).toEqual([]);
});
