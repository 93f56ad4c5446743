import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Station, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { addClientNetwork, createNetnsPair, type NetnsPair, skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { createProbes, type Probes } from '../kit/probes.ts';

const ATTACKERS = Array.from({ length: 61 }, (_, index) => `203.0.113.${index + 10}`);
const LIMIT = 10;
const why = whyNoNetns() ?? whyNoBuild();

describe.skipIf(skipsWithout(why, 'latency of a block'))('a block', () => {
  let pair: NetnsPair;
  let station: Station;
  let probes: Probes;
  let log: string;

  beforeAll(async () => {
    pair = createNetnsPair('e2l');
    addClientNetwork(pair, '203.0.113.0/24', ATTACKERS);
    station = createStation({ netns: pair.server.name });
    log = station.path('auth.log');
    writeFileSync(log, '');
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced', policies: { auth_fortress: { max_actions_per_min: 0 } } },
    });
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
    for (const attacker of ATTACKERS) {
      const sender = await probes.from(attacker, 0.3);
      appendFileSync(log, failedLogin(attacker, LIMIT - 1));
      await delay(60);
      const written = probes.now();
      appendFileSync(log, failedLogin(attacker, 1));
      latencies.push(Number((await probes.lastAccepted(attacker, 100)) - written) / 1e6);
      await sender.stop();
    }
    const [first = 0, ...rest] = latencies;
    const sorted = rest.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    console.info(
      `log line to last accepted packet, ${sorted.length} blocks: median ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms; the very first block, which makes the table: ${first.toFixed(1)} ms`,
    );
    // Not blocked by anything earlier than the line that was meant.
    expect(at(0)).toBeGreaterThan(0);
    expect(at(0.5)).toBeLessThan(100);
  });
});
