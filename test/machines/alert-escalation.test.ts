import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AlertEvent, nextAlert } from '../../machines/alert.ts';
import { type Alert, asFound, foundSeverity } from '../../src/domain/alert.ts';
import { DEFAULT_ESCALATION, type EscalationRule } from '../../src/domain/escalation.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { SEVERITIES, severityRank } from '../../src/domain/severity.ts';
import { sampleAlert } from '../kit/alerts.ts';

const rule: EscalationRule = { timeoutMs: 600_000, escalateTo: 'CRITICAL', reNotify: true, maxEscalations: 3 };
const NOW = 1_000_000;
const arm = (now = NOW): AlertEvent => ({ type: 'escalation.arm', rule, now });
const tick = (now: number, by: EscalationRule = rule): AlertEvent => ({ type: 'escalation.tick', rule: by, now });
const finding = (more: Partial<Finding> = {}): Finding => ({ ...sampleAlert(), at: NOW, ...more });
const driven = (events: readonly AlertEvent[], alert: Alert = sampleAlert()): Alert => events.reduce(nextAlert, alert);

describe('an alert that nobody acknowledges', () => {
  test('is raised when its time has come, not a millisecond before, and stays the same alert', () => {
    const armed = driven([arm()]);
    expect(armed.escalation).toEqual({ found: 'HIGH', count: 0, dueAt: NOW + 600_000 });
    expect(nextAlert(armed, tick(NOW + 599_999))).toBe(armed);
    const raised = nextAlert(armed, tick(NOW + 600_000));
    expect(raised).toMatchObject({ id: armed.id, severity: 'CRITICAL', status: 'OPEN', version: armed.version + 1 });
    expect(raised.escalation).toEqual({ found: 'HIGH', count: 1, dueAt: NOW + 1_200_000 });
  });

  test('escalates as often as its rule says and not once more', () => {
    const times = Array.from({ length: 14 }, (_, round) => tick(NOW + (round + 1) * 600_000));
    expect(driven([arm(), ...times]).escalation).toEqual({ found: 'HIGH', count: 3 });
    expect(driven([arm(), ...times.slice(0, 3)]).escalation?.dueAt).toBeUndefined();
  });

  test('is never lowered', () => {
    expect(driven([arm(), tick(NOW + 600_000, { ...rule, escalateTo: 'LOW' })]).severity).toBe('HIGH');
  });

  test.each([
    ['acknowledged', { type: 'alert.acknowledge' }],
    ['resolved', { type: 'alert.resolve' }],
    ['dismissed', { type: 'alert.dismiss' }],
  ] as const)('%s: its timer is gone', (_how, settled) => {
    const over = driven([arm(), settled]);
    expect(over.escalation).toEqual({ found: 'HIGH', count: 0 });
    expect(nextAlert(over, tick(NOW + 9_000_000))).toBe(over);
    expect(nextAlert(over, arm())).toBe(over);
  });

  test('opened again it is timed again, and its escalations so far count', () => {
    const again = driven([arm(), tick(NOW + 600_000), { type: 'alert.acknowledge' }, { type: 'alert.reopen' }, arm(NOW + 700_000)]);
    expect(again.escalation).toEqual({ found: 'HIGH', count: 1, dueAt: NOW + 1_300_000 });
  });

  test('a timer that ends earlier is not put off by a repeat', () => {
    const armed = driven([arm()]);
    expect(nextAlert(armed, arm(NOW + 1))).toBe(armed);
    expect(nextAlert(armed, { type: 'escalation.arm', rule: { ...rule, timeoutMs: 1000 }, now: NOW + 1 }).escalation?.dueAt).toBe(NOW + 1001);
  });

  test('a rule that allows fewer by now ends its timer', () => {
    const once = driven([arm(), tick(NOW + 600_000)]);
    const ended = nextAlert(once, tick(NOW + 1_200_000, { ...rule, maxEscalations: 1 }));
    expect([ended.severity, ended.escalation]).toEqual(['CRITICAL', { found: 'HIGH', count: 1 }]);
  });

  test('enforcement sees what was found, until a finding says more', () => {
    const raised = driven([arm(), tick(NOW + 600_000)], sampleAlert({ severity: 'MEDIUM' }));
    expect([raised.severity, asFound(raised).severity]).toEqual(['CRITICAL', 'MEDIUM']);
    expect(asFound(nextAlert(raised, { type: 'finding.repeated', finding: finding({ severity: 'HIGH' }) })).severity).toBe('HIGH');
    const plain = sampleAlert();
    expect(asFound(plain)).toBe(plain);
  });

  test('whatever happens in whatever order, over restarts: bounded, never lowered, timed only while it is open', () => {
    const event = fc.oneof(
      fc.integer({ min: 0, max: 5_000_000 }).map((now): AlertEvent => tick(NOW + now)),
      fc.integer({ min: 0, max: 5_000_000 }).map((now): AlertEvent => arm(NOW + now)),
      fc.constantFrom<AlertEvent>({ type: 'alert.acknowledge' }, { type: 'alert.resolve' }, { type: 'alert.dismiss' }, { type: 'alert.reopen' }),
      fc.constantFrom(...SEVERITIES).map((severity): AlertEvent => ({ type: 'finding.repeated', finding: finding({ severity }) })),
    );
    let raisedOnce = 0;
    fc.assert(
      fc.property(fc.constantFrom(...SEVERITIES), fc.array(event, { maxLength: 40 }), (severity, events) => {
        let alert: Alert = sampleAlert({ severity });
        for (const one of events) {
          const next: Alert = JSON.parse(JSON.stringify(nextAlert(alert, one)));
          expect(severityRank(next.severity)).toBeGreaterThanOrEqual(severityRank(alert.severity));
          expect(severityRank(foundSeverity(next))).toBeLessThanOrEqual(severityRank(next.severity));
          expect(next.escalation?.count ?? 0).toBeLessThanOrEqual(rule.maxEscalations);
          if (next.status !== 'OPEN') expect(next.escalation?.dueAt).toBeUndefined();
          if (one.type !== 'finding.repeated') expect(foundSeverity(next)).toBe(foundSeverity(alert));
          if (next.id !== alert.id) throw new Error('another alert');
          raisedOnce += Number((next.escalation?.count ?? 0) > (alert.escalation?.count ?? 0));
          alert = next;
        }
      }),
      { numRuns: 500 },
    );
    expect(raisedOnce).toBeGreaterThan(50);
  });

  test('nothing escalates by itself where nobody asked for it', () => {
    expect(DEFAULT_ESCALATION.enabled).toBe(false);
  });
});
