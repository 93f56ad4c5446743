import { expect, test } from 'vitest';
import { riskyScopes, scopesOf } from '../../../../src/actors/modules/auth_fortress/oauth-scopes.ts';
import { authEvent, HOUR, judge, MINUTE, series, typesOf } from '../../../kit/auth-events.ts';

const RISKY = 'mail.read mail.send files.readwrite.all';
const grant = (after: number, user: string, scopes: string, app = 'app') =>
  authEvent({ type: 'oauth_grant', after, ip: '198.51.100.1', details: { app_id: app, app_name: app, scopes, username: user } });

test('a new app with three grants for risky scopes is phishing for consent', () => {
  const raised = judge(series(3, 1_000, (at, n) => grant(at, `user${n}`, RISKY)));
  expect(raised.map(({ type, index, severity, draft }) => [type, index, severity, draft.subject])).toEqual([['consent_phishing', 2, 'CRITICAL', 'app:app']]);
});

test('whoever was talked into a grant is not an address to act against', () => {
  const [raised] = judge(series(3, 1_000, (at, n) => grant(at, `user${n}`, RISKY)));
  expect(raised?.draft.entities?.ip).toBeUndefined();
});

test('an app known for more than an hour is not new', () => {
  expect(judge([grant(0, 'a', RISKY), grant(HOUR + 1, 'b', RISKY), grant(HOUR + 2, 'c', RISKY), grant(HOUR + 3, 'd', RISKY)])).toEqual([]);
});

test('more than twenty grants from more than ten users in half an hour are abuse; one user alone is not', () => {
  expect(typesOf(judge(series(21, MINUTE, (at, n) => grant(at, `user${n}`, 'mail.read'))))).toEqual(['oauth_token_abuse']);
  expect(judge(series(30, 1_000, (at) => grant(at, 'bot', 'mail.read')))).toEqual([]);
});

test('four risky scopes or eight of any kind are too many for one grant', () => {
  expect(typesOf(judge([grant(0, 'a', `${RISKY} mail.readwrite`)]))).toEqual(['excessive_oauth_scopes']);
  expect(typesOf(judge([grant(0, 'a', 'a b c d e f g h')]))).toEqual(['excessive_oauth_scopes']);
  expect(judge([grant(0, 'a', 'a b c d e f g g g')])).toEqual([]);
});

test('scopes are read in any case, with commas, and by their full names', () => {
  const scopes = scopesOf('https://graph.microsoft.com/Mail.Read, openid\nMAIL.SEND https://mail.google.com/ mail.send');
  expect(scopes.length).toBe(4);
  expect(riskyScopes(scopes).length).toBe(3);
});
