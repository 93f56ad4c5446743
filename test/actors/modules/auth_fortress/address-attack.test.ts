import { describe, expect, test } from 'vitest';
import { accepted, DAY, failed, HOUR, judge, MINUTE, rulesOf, series, typesOf } from '../../../kit/auth-events.ts';

const A = '203.0.113.7';

describe('one address', () => {
  test('ten failures in a minute are brute force, nine are not', () => {
    expect(typesOf(judge(series(9, 5_000, (at) => failed(at, A, 'root'))))).toEqual([]);
    const raised = judge(series(10, 5_000, (at) => failed(at, A, 'root')));
    expect(rulesOf(raised)).toEqual(['address-minute']);
    const [finding] = raised;
    expect(finding?.index).toBe(9);
    expect(finding?.severity).toBe('HIGH');
    expect(finding?.draft.entities).toEqual({ ip: A, user: undefined });
    expect(finding?.draft.subject).toBe(`ip:${A}`);
    expect(finding?.draft.evidence.counters).toMatchObject({ failures: 10, limit: 10, windowSeconds: 60 });
    expect(finding?.draft.earlierEventIds?.length).toBe(9);
  });

  test('the minute has no seam: an attack across two clock minutes is seen', () => {
    expect(typesOf(judge(series(10, 4_000, (at) => failed(at + 35_000, A, 'root'))))).toEqual(['brute_force']);
  });

  test.each([
    ['every 2 minutes', 40, 2 * MINUTE, 'pair-hour'],
    ['every 20 minutes', 60, 20 * MINUTE, 'pair-day'],
    ['every 40 minutes on many names that do not exist', 40, 40 * MINUTE, 'address-day'],
  ])('slow guessing %s is seen', (_what, count, every, rule) => {
    const events = series(count, every, (at, n) => (rule === 'address-day' ? failed(at, A, `name${n}`, { unknown_user: true }) : failed(at, A, 'root')));
    expect(rulesOf(judge(events))).toContain(rule);
  });

  test('a valid login of the attacker between the guesses does not reset the count', () => {
    const events = series(20, 5_000, (at, n) => (n % 4 === 3 ? accepted(at, A, 'mallory') : failed(at, A, 'root')));
    expect(typesOf(judge(events))).toContain('brute_force');
  });

  test('addresses of one /64 count together and are named one by one', () => {
    const raised = judge(series(10, 1_000, (at, n) => failed(at, `2001:db8:0:7::${n + 1}`, 'root')));
    expect(typesOf(raised)).toEqual(['brute_force']);
    expect(raised[0]?.draft.entities?.ip).toBe('2001:db8:0:7::10');
    expect(raised[0]?.draft.subject).toBe('ip:2001:db8:0:7::/64');
  });

  test('an attack that goes on is told in a burst, then at most once in half a minute', () => {
    const raised = judge(series(2_000, 500, (at) => failed(at, A, 'root')));
    const later = raised.filter((finding) => finding.index > 500);
    expect(later.length).toBeGreaterThan(20);
    expect(later.length).toBeLessThan(40);
  });

  test('a raised limit of the minute raises the slower ones with it', () => {
    expect(
      judge(
        series(100, 10, (at) => failed(at, A, 'root')),
        { max_failures_per_minute: 1000 },
      ),
    ).toEqual([]);
  });

  test('keys that are refused are no guesses', () => {
    expect(judge(series(30, 1_000, (at) => failed(at, A, 'alice', { method: 'publickey' })))).toEqual([]);
  });
});

describe('people', () => {
  test('a dozen people who mistype and then get in raise nothing, even behind one address', () => {
    const events = series(12, 40_000, (at, n) => failed(at, A, `person${n}`)).flatMap((event, n) => [
      event,
      failed(n * 40_000 + 5_000, A, `person${n}`),
      accepted(n * 40_000 + 10_000, A, `person${n}`),
    ]);
    expect(judge(events)).toEqual([]);
  });

  test('22 typing errors of a dozen people at their own places in ten minutes raise nothing', () => {
    expect(judge(series(22, 25_000, (at, n) => failed(at, `198.51.100.${n % 12}`, `person${n % 12}`)))).toEqual([]);
  });

  test('who logged in well from a place may fail three times as often there, and less is made of it', () => {
    const login = accepted(0, A, 'alice');
    const tries = (count: number) => series(count, 1_000, (at) => failed(at + HOUR, A, 'alice'));
    expect(judge([login, ...tries(29)])).toEqual([]);
    const raised = judge([login, ...tries(30)]);
    expect(raised.map((finding) => [finding.draft.evidence.rule, finding.severity])).toEqual([['auth_fortress/trusted-minute', 'MEDIUM']]);
  });

  test('trust is for that user at that place only, and ends', () => {
    const login = accepted(0, A, 'alice');
    const soon = (ip: string, user: string, later: number) => [login, ...series(10, 1_000, (at) => failed(at + later, ip, user))];
    expect(typesOf(judge(soon('203.0.113.8', 'alice', HOUR)))).toEqual(['brute_force']);
    expect(typesOf(judge(soon(A, 'root', HOUR)))).toEqual(['brute_force']);
    expect(typesOf(judge(soon(A, 'alice', 31 * DAY)))).toEqual(['brute_force']);
    expect(typesOf(judge(soon(A, 'alice', MINUTE)))).toEqual(['brute_force']);
  });
});

describe('without an address', () => {
  const local = (at: number, user: string, tty: string) => failed(at, undefined, user, { tty, service: 'su' });

  test('failures at one terminal on one account are brute force on this host', () => {
    const raised = judge(series(10, 2_000, (at) => local(at, 'root', 'pts/3')));
    expect(raised.map(({ draft, severity }) => [draft.subject, draft.entities?.ip, severity])).toEqual([['local:root@pts/3', undefined, 'HIGH']]);
  });

  test('terminals and users are not thrown together', () => {
    expect(judge(series(27, 1_000, (at, n) => local(at, `user${n % 3}`, `pts/${n % 9}`)))).toEqual([]);
  });

  test('sudo counts the tries that it reports at once', () => {
    expect(typesOf(judge(series(4, 10_000, (at) => failed(at, undefined, 'alice', { tty: 'pts/0', service: 'sudo', attempts: 3 }))))).toEqual(['brute_force']);
  });
});
