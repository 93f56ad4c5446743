import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Station, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { storeManyBlocks } from '../kit/many-blocks.ts';
import { addClientNetwork, createNetnsPair, type NetnsPair, skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { createProbes, type Probes } from '../kit/probes.ts';

const attackersOf = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `203.0.113.${index + 10}`);
const CROWD = Array.from({ length: 40 }, (_, index) => `203.0.113.${index + 100}`);
const LIMIT = 10;
const why = whyNoNetns() ?? whyNoBuild();

const isLeftOut = skipsWithout(why, 'latency of a block');

describe.skipIf(isLeftOut).each([
  { others: 0, count: 61 },
  { others: 20_000, count: 21 },
])('a block beside $others others', ({ others, count }) => {
  const attackers = attackersOf(count);
  let pair: NetnsPair;
  let station: Station;
  let probes: Probes;
  let log: string;

  beforeAll(async () => {
    pair = createNetnsPair('e2l');
    addClientNetwork(pair, '203.0.113.0/24', [...attackers, ...CROWD]);
    station = createStation({ netns: pair.server.name });
    log = station.path('auth.log');
    writeFileSync(log, '');
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced', policies: { auth_fortress: { max_actions_per_min: 0 } } },
    });
    if (others > 0) await storeManyBlocks(station.path('data'), others);
    await station.start();
    probes = await createProbes(pair);
  });
  afterAll(async () => {
    await probes?.stop();
    await station?.remove();
    pair?.remove();
  });

  test('takes effect within milliseconds of the log line that earned it', async () => {
    const latencies: number[] = [];
    for (const attacker of attackers) {
      const sender = await probes.from([attacker], 0.3);
      appendFileSync(log, failedLogin(attacker, LIMIT - 1));
      await delay(60);
      const written = probes.now();
      appendFileSync(log, failedLogin(attacker, 1));
      latencies.push(Number((await probes.lastAccepted(attacker, 100)) - written) / 1e6);
      await sender.stop();
    }
    const [first = 0, ...rest] = latencies;
    console.info(
      `beside ${others} blocks, log line to last accepted packet, one attacker at a time: ${figures(rest)}; the first of all: ${first.toFixed(1)} ms`,
    );
    // Not blocked by anything earlier than the line that was meant.
    expect(Math.min(...latencies)).toBeGreaterThan(0);
    expect(medianOf(rest)).toBeLessThan(100);
  });

  test('does not wait long for the blocks of other attackers at the same time', async () => {
    const sender = await probes.from(CROWD, 0.3);
    for (const attacker of CROWD) appendFileSync(log, failedLogin(attacker, LIMIT - 1));
    await delay(200);
    const written: bigint[] = [];
    for (const attacker of CROWD) {
      written.push(probes.now());
      appendFileSync(log, failedLogin(attacker, 1));
      await delay(2);
    }
    const accepted = await Promise.all(CROWD.map((attacker) => probes.lastAccepted(attacker, 300)));
    await sender.stop();
    const latencies = accepted.map((at, index) => Number(at - (written[index] ?? 0n)) / 1e6);
    console.info(`beside ${others} blocks, log line to last accepted packet, ${CROWD.length} attackers within ${CROWD.length * 3} ms: ${figures(latencies)}`);
    expect(Math.min(...latencies)).toBeGreaterThan(0);
    expect(medianOf(latencies)).toBeLessThan(200);
  });
});

const sortedOf = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
const shareOf = (values: readonly number[], share: number): number =>
  sortedOf(values)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN;
const medianOf = (values: readonly number[]): number => shareOf(values, 0.5);
const figures = (values: readonly number[]): string =>
  `${values.length} blocks, median ${medianOf(values).toFixed(1)} ms, p95 ${shareOf(values, 0.95).toFixed(1)} ms, p99 ${shareOf(values, 0.99).toFixed(1)} ms`;
