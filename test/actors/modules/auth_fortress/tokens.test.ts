import { expect, test } from 'vitest';
import { tokenIds } from '../../../../src/actors/modules/auth_fortress/token-ids.ts';
import { authEvent, judge, MINUTE, series, typesOf } from '../../../kit/auth-events.ts';

const use = (after: number, ip: string, action = 'read') =>
  authEvent({ type: 'token_usage', after, ip, details: { token_id: 't', username: 'alice', action } });
const jwt = (payload: unknown): string => ['e30', Buffer.from(JSON.stringify(payload)).toString('base64url'), 'c2ln'].join('.');

test('three addresses within ten minutes are one too many; slower ones are a laptop that roams', () => {
  expect(typesOf(judge(series(3, MINUTE, (at, n) => use(at, `203.0.113.${n}`))))).toEqual(['stolen_token']);
  expect(judge(series(6, 6 * MINUTE, (at, n) => use(at, `203.0.113.${n}`)))).toEqual([]);
  expect(judge(series(6, MINUTE, (at, n) => use(at, `2001:db8::${n + 1}`)))).toEqual([]);
});

test('the seventh kind of action is new, the sixth is not, a known one never', () => {
  const actions = ['a', 'b', 'c', 'd', 'e', 'f'];
  expect(judge(actions.map((action, n) => use(n, '203.0.113.1', action)))).toEqual([]);
  const raised = judge([...actions, 'delete_all', 'delete_all', 'a'].map((action, n) => use(n, '203.0.113.1', action)));
  expect(raised.map(({ type, index }) => [type, index])).toEqual([['anomalous_token_activity', 6]]);
});

const again = (details: { readonly [key: string]: unknown }) => authEvent({ type: 'jwt_validation', after: 1_000, ip: '203.0.113.1', details });
const logout = (details: { readonly [key: string]: unknown }) => authEvent({ type: 'logout', after: 0, details });

test.each([
  ['jti', { jti: 'x' }, { jti: 'x' }],
  ['token_id', { token_id: 'x' }, { token_id: 'x' }],
  ['claims as text', { jti: 'x' }, { claims: '{"jti":"x"}' }],
  ['claims as an object', { claims: { jti: 'x' } }, { jti: 'x' }],
  ['the token itself', { token: 'opaque-token' }, { token: 'opaque-token' }],
  ['the id inside the token', { jti: 'x' }, { token: jwt({ jti: 'x' }) }],
])('a token used after its logout is found by %s', (_what, revoked, used) => {
  expect(typesOf(judge([logout(revoked), again(used)]))).toEqual(['token_reuse_post_logout']);
});

test('another token, or one used before its logout, is fine', () => {
  expect(judge([logout({ jti: 'x' }), again({ jti: 'y' })])).toEqual([]);
  expect(judge([authEvent({ type: 'logout', after: 5_000, details: { jti: 'x' } }), again({ jti: 'x' })])).toEqual([]);
});

test('a failed login that says so revokes; an ordinary one does not', () => {
  const failure = (reason: string) => authEvent({ type: 'auth_failure', after: 0, details: { reason, jti: 'x' } });
  expect(typesOf(judge([failure('session revoked after logout'), again({ jti: 'x' })]))).toEqual(['token_reuse_post_logout']);
  expect(judge([failure('wrong password'), again({ jti: 'x' })])).toEqual([]);
});

test('no token is written out', () => {
  expect(JSON.stringify(tokenIds({ token: 'opaque-token-text' }))).not.toContain('opaque');
  const [raised] = judge([logout({ token: 'opaque-token-text' }), again({ token: 'opaque-token-text' })]);
  expect(JSON.stringify({ ...raised?.draft, event: undefined })).not.toContain('opaque');
});
