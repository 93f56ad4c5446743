import fc from 'fast-check';
import { expect, test } from 'vitest';
import { authFortress } from '../../../../src/actors/modules/auth_fortress/detect.ts';
import { manifest } from '../../../../src/actors/modules/auth_fortress/manifest.ts';
import { accepted, authEvent, DAY, failed, judge, series, typesOf } from '../../../kit/auth-events.ts';
import { TEST_START } from '../../../kit/run-detector.ts';

const A = '203.0.113.7';
const v4 = (n: number): string => `${(n >>> 24) % 223 || 1}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
const scattered = (n: number): string => v4(Math.imul(n, 2_654_435_761) >>> 0);

test('claims and spoofable lines bring no address nearer to its limit', () => {
  for (const trust of ['claim', 'spoofable'] as const) {
    const lies = series(9, 1_000, (at) => ({ ...failed(at, A, 'root'), trust }));
    expect(judge([...lies, failed(10_000, A, 'root')])).toEqual([]);
  }
});

test('claims from the future do not hide an attack', () => {
  const lie = { ...failed(400 * DAY, A, 'root'), trust: 'claim' as const };
  expect(typesOf(judge([lie, ...series(10, 1_000, (at) => failed(at, A, 'root'))]))).toEqual(['brute_force']);
});

test('claims raise alerts of their own', () => {
  const events = series(10, 1_000, (at) => ({ ...failed(at, A, 'root'), trust: 'claim' as const }));
  expect(judge(events).map((finding) => finding.draft.event.trust)).toEqual(['claim']);
});

test('100,000 failures from 100,000 addresses take less than two seconds and bounded room', () => {
  const detector = authFortress.createDetector({});
  const events = series(100_000, 10, (at, n) => failed(at, scattered(n), `user${n % 5_000}`));
  const started = process.cpuUsage().user;
  let found = 0;
  for (const event of events) detector.onEvent(event, () => found++);
  expect((process.cpuUsage().user - started) / 1000).toBeLessThan(2_000);
  expect(found).toBeGreaterThan(0);
  expect(detector.size()).toBeLessThanOrEqual(32_000 * 4);
});

test('a steady attacker is still seen in the middle of a flood of a million keys', () => {
  const detector = authFortress.createDetector({ max_tracked: 2_000 });
  const seen = new Set<string>();
  let at = 0;
  for (let n = 0; n < 200_000; n++) {
    at += 50;
    detector.onEvent(failed(at, scattered(n), `name${n}`), () => {});
    if (n % 400 === 0) detector.onEvent(failed(at, A, 'root'), (draft) => seen.add(draft.evidence.rule));
  }
  expect([...seen].some((rule) => rule === 'auth_fortress/pair-hour' || rule === 'auth_fortress/address-hour')).toBe(true);
});

test('sweeping forgets what has expired and nothing else', () => {
  const detector = authFortress.createDetector({});
  for (const event of series(100, 10, (at, n) => failed(at, scattered(n), `user${n}`))) detector.onEvent(event, () => {});
  detector.onEvent(accepted(2_000, A, 'alice'), () => {});
  const full = detector.size();
  detector.sweep?.(TEST_START + DAY);
  expect(detector.size()).toBe(full);
  detector.sweep?.(TEST_START + 2 * DAY);
  expect(detector.size()).toBe(1);
  detector.sweep?.(TEST_START + 40 * DAY);
  expect(detector.size()).toBe(0);
});

test('whatever comes in, it neither throws nor grows nor names what its manifest does not', () => {
  const anything = fc.dictionary(
    fc.constantFrom(
      'username',
      'session_id',
      'country',
      'method',
      'success',
      'scopes',
      'app_id',
      'token_id',
      'claims',
      'token',
      'jti',
      'action',
      'tty',
      'attempts',
      'reason',
    ),
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.boolean(),
      fc.double(),
      fc.constant(null),
      fc.constant({ deep: [1] }),
      fc.constantFrom('root', 'push', '__proto__', 'constructor'),
    ),
  );
  const event = fc.record({
    type: fc.constantFrom(...manifest.eventTypes),
    after: fc.integer({ min: -1e13, max: 1e13 }),
    ip: fc.option(fc.constantFrom(A, '::1', '2001:db8::1', '0.0.0.0'), { nil: undefined }),
    details: anything,
    userAgent: fc.option(fc.string(), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (steps) => {
      const detector = authFortress.createDetector({ max_tracked: 64, max_failures_per_minute: 2 });
      for (const step of steps) {
        detector.onEvent(authEvent(step), (draft) => {
          expect(Object.hasOwn(manifest.alertTypes, draft.type)).toBe(true);
          expect(draft.description).not.toMatch(/[\n\r\u001b]/);
          expect(draft.title ?? '').not.toMatch(/[\n\r\u001b]/);
        });
      }
      expect(detector.size()).toBeLessThanOrEqual(64 * 4 + 80 * 6);
    }),
    { numRuns: 200 },
  );
});

test('unknown settings are refused, whole numbers written as 5.0 are taken', () => {
  expect(() => authFortress.createDetector({ max_failures: 5 })).toThrow();
  expect(() => authFortress.createDetector({ max_failures_per_minute: 0 })).toThrow();
  expect(() => authFortress.createDetector({ max_failures_per_minute: 5.0 })).not.toThrow();
});
