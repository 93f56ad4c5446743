import { expect, test } from 'vitest';
import type { ChildView } from '../../src/actors/root.ts';
import { collectorSpec } from '../../src/actors/supervision.ts';
import { createSourceAlarms } from '../../src/daemon/source-alarms.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import type { Finding } from '../../src/domain/finding.ts';

test('a log that was written to for two hours and then is not raises one alert of severity MEDIUM that names it', () => {
  const clock = createManualClock(1_700_000_000_000);
  const raised: Finding[] = [];
  const counts = { lines: 0, parsed: 0 };
  const spec = collectorSpec({ id: 'file:/var/log/auth.log', collector: 'file', grammar: 'auth', path: '/var/log/auth.log' });
  // Only the spec and the counts are looked at.
  // Only these fields are read; a whole child needs an actor.
  const child = { record: { spec }, state: 'running', context: counts } as unknown as ChildView;
  const alarms = createSourceAlarms({ root: { children: () => [child] }, clock, raise: (finding) => raised.push(finding) });
  const pass = (minutes: number, lines: number): void => {
    for (let minute = 0; minute < minutes; minute += 1) {
      counts.lines += lines;
      counts.parsed += lines;
      clock.advance(60_000);
      alarms.look();
    }
  };
  pass(120, 5);
  expect(raised).toEqual([]);
  pass(60, 0);
  expect(raised).toMatchObject([{ module: 'collector', type: 'source_silent', severity: 'MEDIUM', title: 'file:/var/log/auth.log is silent', isClaim: false }]);
  expect(raised[0]?.description).toMatch(/No line came for 1[01]m/);
});
