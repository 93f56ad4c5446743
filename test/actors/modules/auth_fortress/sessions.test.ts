import { expect, test } from 'vitest';
import { authEvent, HOUR, judge, typesOf } from '../../../kit/auth-events.ts';

type More = { readonly ip?: string; readonly country?: string; readonly agent?: string; readonly id?: string };
const make = (type: string, after: number, { ip = '198.51.100.1', country, agent, id }: More) =>
  authEvent({
    type,
    after,
    ip,
    userAgent: agent,
    details: { username: 'alice', ...(id === undefined ? {} : { session_id: id }), ...(country === undefined ? {} : { country }) },
  });
const login = (after: number, more: More) => make('login_success', after, more);
const activity = (after: number, more: More) => make('session_activity', after, more);

test('a session that goes on elsewhere is told once for each new place', () => {
  const raised = judge([
    login(0, { id: 's' }),
    activity(1, { id: 's' }),
    activity(2, { id: 's', ip: '203.0.113.5' }),
    activity(3, { id: 's', ip: '203.0.113.5' }),
    activity(4, { id: 's' }),
    activity(5, { id: 's', ip: '203.0.113.6' }),
  ]);
  expect(raised.map(({ type, index }) => [type, index])).toEqual([
    ['session_hijack', 2],
    ['session_hijack', 5],
  ]);
});

test('another address of the same /64 is the same place', () => {
  expect(judge([login(0, { id: 's', ip: '2001:db8::1' }), activity(1, { id: 's', ip: '2001:db8::2' })])).toEqual([]);
});

test('a session nobody opened is not followed', () => {
  expect(judge([activity(0, { id: 's' }), activity(1, { id: 's', ip: '203.0.113.5' })])).toEqual([]);
});

test('another user agent is told, a missing one is not', () => {
  const opened = login(0, { id: 's', agent: 'one' });
  expect(typesOf(judge([opened, activity(1, { id: 's', agent: 'two' })]))).toEqual(['session_ua_change']);
  expect(judge([opened, activity(1, { id: 's' })])).toEqual([]);
});

test('no finding carries the session id: it opens the session', () => {
  const raised = judge([
    login(0, { id: 'secret-session-id', country: 'US' }),
    activity(1, { id: 'secret-session-id', ip: '203.0.113.5', country: 'JP', agent: 'x' }),
  ]);
  expect(raised.length).toBe(2);
  for (const { draft } of raised) expect(JSON.stringify({ ...draft, event: undefined })).not.toContain('secret-session-id');
});

test('logins of one user far apart are impossible travel without any session id, less sure', () => {
  const raised = judge([login(0, { country: 'DE' }), login(HOUR, { ip: '203.0.113.5', country: 'au' })]);
  expect(raised.map(({ type, severity }) => [type, severity])).toEqual([['impossible_travel', 'HIGH']]);
});

test.each([
  ['neighbours', 'DE', 'FR', HOUR],
  ['one country', 'US', 'US', 1],
  ['time enough', 'DE', 'AU', 20 * HOUR],
  ['an end is unknown', 'DE', '', 1],
  ['a code nobody knows', 'DE', 'ZZ', 1],
])('%s: no impossible travel', (_what, from, to, after) => {
  expect(judge([login(0, { country: from }), login(after, { ip: '203.0.113.5', country: to })])).toEqual([]);
});
