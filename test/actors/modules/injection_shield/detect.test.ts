import { expect, test } from 'vitest';
import { injectionShield } from '../../../../src/actors/modules/injection_shield/detect.ts';
import { decodeEvent, type Raised, runDetector } from '../../../kit/run-detector.ts';

const ATTACK = '/item?id=1%27%20or%20%271%27=%271';

const request = (details: { readonly [key: string]: unknown }, ip = '203.0.113.7', timestamp = '2026-01-15T12:00:00Z'): unknown => ({
  id: 'e',
  type: 'http_request',
  source_ip: ip,
  timestamp,
  details: { method: 'GET', ...details },
});
const run = (wires: readonly unknown[], settings: unknown = {}): readonly Raised[] =>
  runDetector(
    injectionShield,
    settings,
    wires.map((wire, index) => decodeEvent(wire, index)),
  );

test('one request gives one finding that names its field, its reading and its address', () => {
  const [only, ...more] = run([request({ path: ATTACK, status_code: 200 })]);
  expect(more).toEqual([]);
  expect(only).toMatchObject({
    type: 'injection_detected',
    severity: 'HIGH',
    draft: { subject: 'ip:203.0.113.7', evidence: { field: 'query.id', text: "1' or '1'='1" } },
  });
});

test('a finding about several fields names all its families', () => {
  const [only] = run([request({ path: '/', body: '<script>alert(1)</script>', cookies: 'a=..%2f..%2fetc%2fpasswd' })]);
  expect(Object.keys(only?.draft.evidence.counters ?? {}).sort()).toEqual(['path', 'probes', 'xss']);
});

test('a refused probe counts one step less, until its source keeps at it', () => {
  const severities = run(Array.from({ length: 4 }, () => request({ path: ATTACK, status_code: 404 }))).map((raised) => raised.severity);
  expect(severities).toEqual(['MEDIUM', 'MEDIUM', 'HIGH', 'HIGH']);
});

test('the status may be text, and an answer is not played down', () => {
  expect(run([request({ path: ATTACK, status_code: '403' })])[0]?.severity).toBe('MEDIUM');
  expect(run([request({ path: ATTACK, status_code: 500 })])[0]?.severity).toBe('HIGH');
});

test('probes of ten minutes ago are forgotten', () => {
  const late = run([
    ...Array.from({ length: 2 }, () => request({ path: ATTACK, status_code: 404 })),
    request({ path: ATTACK, status_code: 404 }, '203.0.113.7', '2026-01-15T12:11:00Z'),
  ]);
  expect(late.at(-1)?.severity).toBe('MEDIUM');
});

test.each([
  ['its path and parameter', { path: '/item', parameter: 'query.id' }, 0],
  ['its family', { rule: 'sqli' }, 0],
  ['another parameter', { parameter: 'query.name' }, 1],
  ['another path', { path: '/admin' }, 1],
])('an exclusion of %s', (_, exclusion, count) => {
  expect(run([request({ path: ATTACK })], { exclusions: [exclusion] })).toHaveLength(count);
});

test('unknown settings are refused', () => {
  expect(() => injectionShield.createDetector({ paranoja: 2 })).toThrow();
});

test('a path and its query are read once, not twice', () => {
  const [only] = run([request({ path: ATTACK, query: ATTACK.slice(6) })]);
  expect(only?.draft.evidence.counters).toEqual({ probes: 1, sqli: 1 });
});

test('a message stands for the request only when nothing else does', () => {
  const summary = "GET /?id=1' or '1'='1";
  expect(run([{ type: 'http_request', summary, details: {} }])).toHaveLength(1);
  expect(run([{ type: 'http_request', summary, details: { path: '/' } }])).toHaveLength(0);
});

test('memory stays bounded whoever asks', () => {
  const detector = injectionShield.createDetector({});
  for (let index = 0; index < 12_000; index++) {
    detector.onEvent(decodeEvent(request({ path: ATTACK }, `198.51.${100 + (index % 100)}.${Math.floor(index / 100) % 250}`), index), () => undefined);
  }
  expect(detector.size()).toBeLessThanOrEqual(10_000);
  detector.sweep?.(Date.UTC(2026, 0, 15, 13));
  expect(detector.size()).toBe(0);
});
