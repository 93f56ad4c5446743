import { expect, test } from 'vitest';
import { accepted, failed, HOUR, judge, rulesOf, series } from '../../../kit/auth-events.ts';

const A = '203.0.113.7';
const RELAXED = { max_failures_per_minute: 1000 };

test('fifty names in a minute are stuffing, forty-nine are a spray only', () => {
  expect(
    rulesOf(
      judge(
        series(49, 100, (at, n) => failed(at, A, `user${n}`)),
        RELAXED,
      ),
    ),
  ).toEqual(['names-ten-minutes']);
  const raised = judge(
    series(50, 100, (at, n) => failed(at, A, `user${n}`)),
    RELAXED,
  );
  const stuffing = raised.filter((finding) => finding.type === 'credential_stuffing');
  expect(stuffing.map(({ index, severity, draft }) => [index, severity, draft.subject, draft.entities?.ip])).toEqual([[49, 'CRITICAL', `ip:${A}`, A]]);
});

test('the same few names again and again are not many names', () => {
  expect(
    rulesOf(
      judge(
        series(200, 100, (at, n) => failed(at, A, `user${n % 5}`)),
        RELAXED,
      ),
    ),
  ).toEqual([]);
});

test('forty names in an hour are a slow spray', () => {
  const raised = judge(
    series(45, 75_000, (at, n) => failed(at, A, `user${n}`)),
    RELAXED,
  );
  expect(rulesOf(raised)).toEqual(['names-hour']);
  expect(raised[0]?.severity).toBe('HIGH');
});

test('thirty people who log in from one office and mistype there later are no spray', () => {
  const logins = series(30, 1_000, (at, n) => accepted(at, A, `person${n}`));
  const typos = series(30, 10_000, (at, n) => failed(at + 2 * HOUR, A, `person${n}`));
  expect(judge([...logins, ...typos])).toEqual([]);
});

test('forty people of one office who mistype once and get in within ten minutes are no spray, on the first day either', () => {
  const events = Array.from({ length: 40 }, (_, n) => [failed(n * 10_000, A, `person${n}`), accepted(n * 10_000 + 4_000, A, `person${n}`)]).flat();
  expect(judge(events)).toEqual([]);
});
