import { expect, test } from 'vitest';
import { authEvent, judge, typesOf } from '../../../kit/auth-events.ts';

const login = (details: { readonly [key: string]: unknown }) =>
  judge([authEvent({ type: 'login_success', after: 0, ip: '203.0.113.7', details: { username: 'alice', ...details } })]);

test('a recognised toolkit with a slow or proxied login is an attacker in the middle', () => {
  expect(typesOf(login({ tls_fingerprint: 'Evilginx2', login_latency_ms: '3000' }))).toEqual(['aitm_proxy_detected']);
  expect(typesOf(login({ tls_fingerprint: 'evilginx', proxy_headers: 'Via: 1.1 x' }))).toEqual(['aitm_proxy_detected']);
});

test.each([
  ['proxy headers and a slow login', { proxy_headers: 'X-Forwarded-For, X-Real-IP, Via: 1.1 proxy', login_latency_ms: '9000' }],
  ['a fingerprint nobody knows', { tls_fingerprint: 'abc', login_latency_ms: 9000 }],
  ['a fingerprint alone', { tls_fingerprint: 'evilginx' }],
])('%s: nothing', (_what, details) => {
  expect(login(details)).toEqual([]);
});
