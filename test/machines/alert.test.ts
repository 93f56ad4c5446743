import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AlertEvent, alertEventFor, alertMachine, MAX_EVENT_IDS, nextAlert } from '../../machines/alert.ts';
import { ALERT_STATUSES, type Alert, type AlertStatus } from '../../src/domain/alert.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { asId } from '../../src/domain/ids.ts';
import { SEVERITIES, severityRank } from '../../src/domain/severity.ts';
import { restingStates } from './table.ts';

const finding: Finding = {
  module: 'auth_fortress',
  type: 'brute_force',
  severity: 'MEDIUM',
  title: '12 failures',
  description: 'twelve',
  at: 5_000,
  entities: { ip: '203.0.113.7' },
  eventIds: ['e2', 'e3'],
  evidence: { rule: 'auth_fortress/failures', counters: { failures: 12 } },
  mitre: [],
  mitigations: [],
  foldKey: 'auth_fortress brute_force ip:203.0.113.7',
  count: 3,
  isClaim: false,
};
const alert: Alert = {
  ...finding,
  id: asId('01J0000000000000000000ALRT'),
  status: 'OPEN',
  title: '6 failures',
  description: 'six',
  evidence: { rule: 'auth_fortress/failures', counters: { failures: 6 } },
  eventIds: ['e1', 'e2'],
  count: 2,
  createdAt: 1_000,
  firstSeen: 1_000,
  lastSeen: 4_000,
  isClaim: true,
  version: 1,
};
const events = {
  repeat: { type: 'finding.repeated', finding },
  'worse repeat': { type: 'finding.repeated', finding: { ...finding, severity: 'CRITICAL' } },
  acknowledge: { type: 'alert.acknowledge' },
  resolve: { type: 'alert.resolve' },
  dismiss: { type: 'alert.dismiss' },
  reopen: { type: 'alert.reopen' },
} as const satisfies { readonly [name: string]: AlertEvent };
const leads: { readonly [status in AlertStatus]: { readonly [event in keyof typeof events]?: AlertStatus } } = {
  OPEN: { repeat: 'OPEN', 'worse repeat': 'OPEN', acknowledge: 'ACKNOWLEDGED', resolve: 'RESOLVED', dismiss: 'FALSE_POSITIVE' },
  ACKNOWLEDGED: { repeat: 'ACKNOWLEDGED', 'worse repeat': 'OPEN', resolve: 'RESOLVED', dismiss: 'FALSE_POSITIVE', reopen: 'OPEN' },
  RESOLVED: { dismiss: 'FALSE_POSITIVE', reopen: 'OPEN' },
  FALSE_POSITIVE: { reopen: 'OPEN' },
};
const names = ['repeat', 'worse repeat', 'acknowledge', 'resolve', 'dismiss', 'reopen'] as const;

describe('an alert', () => {
  test('has exactly the statuses of the record', () => {
    expect([...restingStates(alertMachine)].sort()).toEqual([...ALERT_STATUSES].sort());
  });

  const table = ALERT_STATUSES.flatMap((status) => names.map((event) => ({ status, event, to: leads[status][event] })));
  test.each(table)('$status + $event → $to', ({ status, event, to }) => {
    const before = { ...alert, status };
    const after = nextAlert(before, events[event]);
    if (to === undefined) expect(after).toBe(before);
    else expect([after.status, after.version]).toEqual([to, 2]);
  });

  test('folds a repeat: counts, times, events, and the words of the latest that is no milder', () => {
    expect(nextAlert(alert, events.repeat)).toEqual({
      ...alert,
      title: '12 failures',
      description: 'twelve',
      evidence: finding.evidence,
      count: 5,
      firstSeen: 1_000,
      lastSeen: 5_000,
      eventIds: ['e1', 'e2', 'e3'],
      isClaim: false,
      version: 2,
    });
    const milder = nextAlert(alert, { type: 'finding.repeated', finding: { ...finding, severity: 'LOW', at: 500, isClaim: true } });
    expect(milder).toMatchObject({ title: '6 failures', severity: 'MEDIUM', firstSeen: 500, lastSeen: 4_000, isClaim: true });
  });

  test.each(ALERT_STATUSES)('knows the event that asks for %s', (status) => {
    const from: AlertStatus = status === 'OPEN' ? 'RESOLVED' : 'OPEN';
    expect(nextAlert({ ...alert, status: from }, alertEventFor(status)).status).toBe(status);
  });

  test('keeps its bounds and survives JSON, whatever is folded into it', () => {
    const repeat = fc.record({
      severity: fc.constantFrom(...SEVERITIES),
      at: fc.nat(),
      count: fc.integer({ min: 1, max: 1_000 }),
      eventIds: fc.array(fc.string(), { maxLength: 16 }),
    });
    const event = fc.oneof(
      repeat.map((more): AlertEvent => ({ type: 'finding.repeated', finding: { ...finding, ...more } })),
      fc.constantFrom<AlertEvent>(events.acknowledge, events.resolve, events.dismiss, events.reopen),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (story) => {
        let current = alert;
        for (const one of story) {
          const next = nextAlert(JSON.parse(JSON.stringify(current)), one);
          expect(next.eventIds.length).toBeLessThanOrEqual(MAX_EVENT_IDS);
          expect(severityRank(next.severity)).toBeGreaterThanOrEqual(severityRank(current.severity));
          expect(next.lastSeen).toBeGreaterThanOrEqual(next.firstSeen);
          expect([0, 1]).toContain(next.version - current.version);
          if (next.version === current.version) expect(next).toEqual(current);
          current = next;
        }
      }),
    );
  });
});
