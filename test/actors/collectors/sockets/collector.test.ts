import { expect, test } from 'vitest';
import { socketsCollector } from '../../../../src/actors/collectors/sockets/collector.ts';
import type { CollectorReport, SocketFact } from '../../../../src/actors/contract.ts';
import { systemClock } from '../../../../src/domain/clock.ts';
import type { SecurityEvent } from '../../../../src/domain/event.ts';

const run = async (facts: readonly SocketFact[]) => {
  const events: SecurityEvent[] = [];
  const reports: CollectorReport[] = [];
  await socketsCollector.run({
    spec: { id: 'sockets', collector: 'sockets' },
    sink: {
      chunk: () => Promise.reject(new Error('there are no lines')),
      events: async (batch) => {
        events.push(...batch);
      },
    },
    cursors: { get: () => undefined, put: () => undefined },
    clock: systemClock,
    feeds: { processes: async () => undefined, journal: async () => undefined, sockets: async (_signal, onBatch) => onBatch(facts) },
    report: (report) => reports.push(report),
    signal: new AbortController().signal,
  });
  return { events, reports };
};

const connection = (kind: 'inbound' | 'outbound' | 'forwarded', source: string, port: number): SocketFact => ({
  kind,
  at: 5,
  protocol: 'tcp',
  source,
  destination: '192.0.2.5',
  port,
  count: 1,
});

test('each fact becomes the event that the detectors know', async () => {
  const { events } = await run([
    { kind: 'listener', at: 5, address: '0.0.0.0', port: 4444, uid: 33 },
    connection('inbound', '198.51.100.7', 22),
    connection('outbound', '192.0.2.9', 443),
    connection('forwarded', '10.0.0.9', 443),
    connection('forwarded', '198.51.100.8', 25),
  ]);
  expect(events.map(({ type, entities }) => [type, entities.ip])).toEqual([
    ['listening_socket', undefined],
    ['connection_attempt', '198.51.100.7'],
    ['network_connection', '192.0.2.5'],
    ['network_connection', '192.0.2.5'],
    ['connection_attempt', '198.51.100.8'],
  ]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
});

test('data connections to the upper ports are nobody’s scan, and what was lost is told', async () => {
  const { events, reports } = await run([connection('inbound', '198.51.100.7', 40_000), { kind: 'overrun', at: 5, lost: 3 }]);
  expect(events).toEqual([]);
  expect(reports).toContainEqual({ type: 'progress', lines: 2, parsed: 0, dropped: 3, lagBytes: 0 });
});
