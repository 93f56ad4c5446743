import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fileCollector } from '../src/actors/collectors/file/collector.ts';
import type { Sink } from '../src/actors/contract.ts';
import { MODULES } from '../src/actors/registry.ts';
import { systemClock } from '../src/domain/clock.ts';
import { createSensor } from '../src/workers/sensor.ts';

/** From the write of a line to its finding, through the file collector and the sensor's worker thread; prints ms as JSON. */

const { values } = parseArgs({ options: { path: { type: 'string', default: '' }, rounds: { type: 'string', default: '500' } } });

const sensor = await createSensor({
  entry: new URL('../src/workers/sensor-worker.ts', import.meta.url),
  clock: systemClock,
  config: { modules: Object.fromEntries(MODULES.map((module) => [module.manifest.id, {}])) },
});

let found: (() => void) | undefined;
const sink: Sink = {
  chunk: async (chunk) => {
    const result = await sensor.chunk({ ...chunk, receivedAt: Date.now() });
    if (result.findings.length > 0) found?.();
    return { consumed: result.consumed, lines: result.counters.lines, parsed: result.counters.parsed, dropped: result.counters.dropped };
  },
  events: () => Promise.resolve(),
};

const stopper = new AbortController();
writeFileSync(values.path, '');
const ready = Promise.withResolvers<void>();
const running = fileCollector.run({
  spec: { id: 'file:latency', collector: 'file', grammar: 'web', path: values.path },
  sink,
  cursors: { get: () => undefined, put: () => undefined },
  clock: systemClock,
  feeds: { processes: () => Promise.resolve(), journal: () => Promise.resolve() },
  report: (report) => {
    if (report.type === 'state' && report.state === 'running') ready.resolve();
  },
  signal: stopper.signal,
});
await ready.promise;

const delays: number[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  await pause(5);
  const iso = new Date().toUTCString();
  const time = `${iso.slice(5, 7)}/${iso.slice(8, 11)}/${iso.slice(12, 16)}:${iso.slice(17, 25)} +0000`;
  const seen = new Promise<void>((resolve) => {
    found = resolve;
  });
  const started = performance.now();
  appendFileSync(values.path, `192.0.2.1 - - [${time}] "GET /?id=1%27%20OR%201=1--&n=${round} HTTP/1.1" 404 1 "-" "-"\n`);
  await seen;
  delays.push(performance.now() - started);
}
stopper.abort();
await running;
await sensor.close();
delays.sort((a, b) => a - b);
const at = (share: number): number => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0;
console.log(JSON.stringify({ rounds: delays.length, p50: at(0.5), p99: at(0.99) }));
