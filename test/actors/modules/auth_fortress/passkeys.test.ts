import { expect, test } from 'vitest';
import { authEvent, HOUR, judge, typesOf } from '../../../kit/auth-events.ts';

const A = '203.0.113.7';
const ceremony = (type: string, details: { readonly [key: string]: unknown }, after = 0) =>
  authEvent({ type, after, ip: A, details: { username: 'alice', ...details } });
const register = (user: string, after: number) => ceremony('passkey_register', { username: user, action: 'register' }, after);

test('three users from one address within an hour are suspicious, within more they are not', () => {
  expect(typesOf(judge([register('a', 0), register('b', 1_000), register('c', HOUR - 1)]))).toEqual(['suspicious_passkey_registration']);
  expect(judge([register('a', 0), register('b', 1_000), register('c', HOUR + 1_000)])).toEqual([]);
  expect(judge([register('a', 0), register('a', 1), register('a', 2)])).toEqual([]);
});

test.each([
  ['attestation none', 'passkey_register', { attestation: 'none' }, ['passkey_no_attestation']],
  ['attestation direct', 'passkey_register', { attestation: 'direct' }, []],
  ['another origin', 'webauthn_ceremony', { origin: 'https://evil.example', expected_origin: 'https://good.example' }, ['webauthn_origin_mismatch']],
  ['the same origin, written differently', 'webauthn_ceremony', { origin: 'https://Good.example/', expected_origin: 'https://good.example' }, []],
  ['an origin without an expected one', 'webauthn_ceremony', { origin: 'https://evil.example' }, []],
  ['passkey, then a text message', 'passkey_auth', { previous_method: 'passkey', method: 'sms' }, ['passkey_downgrade']],
  ['passkey, then another key', 'passkey_auth', { previous_method: 'passkey', method: 'fido2' }, []],
  ['password, then a passkey', 'passkey_auth', { previous_method: 'password', method: 'passkey' }, []],
])('%s', (_what, type, details, want) => {
  expect(typesOf(judge([ceremony(type, details)]))).toEqual(want);
});

test.each([
  ['passkey', 'password', 'HIGH'],
  ['otp', 'sms', 'MEDIUM'],
  ['something', 'else', 'MEDIUM'],
  ['sms', 'passkey', undefined],
  ['password', 'password', undefined],
])('a change from %s to %s is %s', (from, to, severity) => {
  const raised = judge([ceremony('auth_downgrade', { from_method: from, to_method: to })]);
  expect(raised.map((finding) => finding.severity)).toEqual(severity === undefined ? [] : [severity]);
});
