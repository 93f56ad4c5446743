import { describe, expect, test } from 'vitest';
import { type LoginContext, suspicionOf } from '../../../../src/actors/modules/auth_fortress/suspect-login.ts';
import { accepted, authEvent, DAY, failed, HOUR, judge, MINUTE, series } from '../../../kit/auth-events.ts';

const A = '203.0.113.7';
const B = '198.51.100.9';
const logins = (events: Parameters<typeof judge>[0]) => judge(events).filter((finding) => finding.type === 'post_bruteforce_login');

describe('how bad a login is', () => {
  const quiet: LoginContext = {
    isAddressAttacking: false,
    isAccountAttacked: false,
    isAccountAttackedByMany: false,
    hasFailedHere: false,
    isTrusted: false,
    isKey: false,
    isRoot: false,
  };
  test.each<[string, Partial<LoginContext>, string | undefined]>([
    ['nothing happened before', {}, undefined],
    ['typing errors before', { hasFailedHere: true }, undefined],
    ['the address was attacking', { isAddressAttacking: true }, 'HIGH'],
    ['the address was attacking, root', { isAddressAttacking: true, isRoot: true }, 'CRITICAL'],
    ['the address was attacking, by key', { isAddressAttacking: true, isKey: true, isRoot: true }, 'MEDIUM'],
    ['the address was attacking, usual place', { isAddressAttacking: true, isTrusted: true }, 'MEDIUM'],
    ['others attack the account', { isAccountAttacked: true }, 'MEDIUM'],
    ['many attack the account', { isAccountAttacked: true, isAccountAttackedByMany: true }, 'HIGH'],
    ['others attack the account, and it failed here too', { isAccountAttacked: true, hasFailedHere: true }, 'HIGH'],
    ['many attack the account, usual place', { isAccountAttacked: true, isAccountAttackedByMany: true, isTrusted: true, isRoot: true }, undefined],
    ['many attack the account, by key', { isAccountAttacked: true, isAccountAttackedByMany: true, isKey: true, isRoot: true }, undefined],
  ])('%s', (_what, context, severity) => {
    expect(suspicionOf({ ...quiet, ...context })).toBe(severity);
  });
});

test('a login from an attacking address names the address, the user and the failures before', () => {
  const [finding, ...rest] = logins([...series(12, 1_000, (at) => failed(at, A, 'alice')), accepted(20_000, A, 'alice')]);
  expect(rest).toEqual([]);
  expect(finding?.severity).toBe('HIGH');
  expect(finding?.draft.subject).toBe(`ip:${A}`);
  expect(finding?.draft.entities).toEqual({ ip: A, user: 'alice' });
  expect(finding?.draft.earlierEventIds?.length).toBe(12);
});

test('a login of another account from the attacking address counts as well', () => {
  expect(logins([...series(12, 1_000, (at) => failed(at, A, 'root')), accepted(20_000, A, 'alice')]).length).toBe(1);
});

test('the success of an attack from many addresses is joined by its account', () => {
  const attack = series(30, 1_000, (at, n) => failed(at, `198.51.100.${n}`, 'admin'));
  const [finding] = logins([...attack, accepted(60_000, A, 'admin')]);
  expect([finding?.severity, finding?.draft.subject, finding?.draft.entities?.ip]).toEqual(['HIGH', 'user:admin', A]);
});

test('the success of a slow attack is seen hours later', () => {
  const attack = series(30, 20 * MINUTE, (at) => failed(at, A, 'alice'));
  expect(logins([...attack, accepted(30 * 20 * MINUTE + HOUR, A, 'alice')]).length).toBe(1);
});

test('ten minutes after a fast attack a login is an ordinary one', () => {
  expect(logins([...series(10, 1, (at) => failed(at, A, 'admin')), accepted(10 * MINUTE + 1_000, A, 'admin')])).toEqual([]);
});

test('the owner at the usual place or with a key is left alone while others attack', () => {
  const attack = series(40, 1_000, (at, n) => failed(at + DAY, `198.51.100.${n}`, 'root'));
  expect(logins([accepted(0, B, 'root'), ...attack, accepted(DAY + 50_000, B, 'root')])).toEqual([]);
  expect(logins([...attack, accepted(DAY + 50_000, B, 'root', { method: 'publickey' })])).toEqual([]);
});

test('an owner at a new place is asked about once, not for as long as the attack lasts', () => {
  const attack = series(200, 60_000, (at, n) => failed(at, `198.51.${n % 200}.1`, 'admin'));
  const events = [...attack, ...series(6, 20 * MINUTE, (at) => accepted(at + 40 * MINUTE, B, 'admin'))].sort((a, b) => a.at - b.at);
  expect(logins(events).length).toBe(1);
});

test('su after failed su at the same terminal is seen, at another it is not', () => {
  const tries = series(10, 2_000, (at) => failed(at, undefined, 'root', { tty: 'pts/3', service: 'su', actor: 'bob' }));
  const su = (tty: string) =>
    authEvent({ type: 'privilege_change', after: 30_000, details: { username: 'bob', action: 'su', target: 'root', tty, success: true } });
  expect(logins([...tries, su('pts/3')]).map((finding) => finding.draft.subject)).toEqual(['local:root@pts/3']);
  expect(logins([...tries, su('pts/4')])).toEqual([]);
});

test('a cron session is no login after brute force', () => {
  const tries = series(10, 2_000, (at) => failed(at, undefined, 'root', { tty: '', service: 'su' }));
  expect(
    logins([...tries, authEvent({ type: 'session_activity', after: 30_000, details: { session_id: 'cron:77', action: 'opened', username: 'root' } })]),
  ).toEqual([]);
});
