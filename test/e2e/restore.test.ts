import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { differences, kernelBlocks } from '../kit/kernel-blocks.ts';
import { attackerOf, storeManyBlocks } from '../kit/many-blocks.ts';
import { addClientNetwork, createNetnsPair, type NetnsPair, skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { createProbes, type Probes } from '../kit/probes.ts';

const COUNT = 20_000;
// The last ones: in no batch is anybody written later.
const WATCHED = [attackerOf(COUNT - 2), attackerOf(COUNT - 1)];
const why = whyNoNetns() ?? whyNoBuild();

describe.skipIf(skipsWithout(why, 'restore after kill -9'))(`${COUNT} blocks after kill -9`, () => {
  let pair: NetnsPair;
  let station: Station;
  let probes: Probes;
  let daemon: Running;
  let wanted: ReadonlyMap<string, number>;
  const nft = (...words: readonly string[]): string => pair.server.run('nft', ...words);

  beforeAll(async () => {
    pair = createNetnsPair('e2r');
    addClientNetwork(pair, '10.0.0.0/8', WATCHED.slice(0, 1));
    addClientNetwork(pair, '2001:db8:4e::/48', WATCHED.slice(1));
    station = createStation({ netns: pair.server.name });
    const log = station.path('auth.log');
    writeFileSync(log, '');
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced' },
    });
    wanted = await storeManyBlocks(join(station.directory, 'data'), COUNT);
    daemon = await station.start();
    probes = await createProbes(pair);
    for (const address of WATCHED) await probes.from([address], 2);
  });
  afterAll(async () => {
    await probes?.stop();
    await station?.remove();
    pair?.remove();
  });

  test('the first start brings them into the kernel', async () => {
    expect(differences(wanted, kernelBlocks(pair.server))).toEqual([]);
    for (const address of WATCHED) await probes.lastAccepted(address, 200);
  });

  const half = (): readonly string[] => [...wanted.keys()].filter((address) => !address.includes(':'));
  test.each([
    { how: 'with the table in place', meanwhile: () => '', gap: false },
    { how: 'with the table taken away meanwhile', meanwhile: () => nft('delete', 'table', 'inet', 'onesec'), gap: true },
    {
      how: 'with half of them taken away meanwhile, a stranger put in and one prolonged',
      meanwhile: () => {
        const [first = ''] = half();
        return nft(
          `flush set inet onesec block6_64; add element inet onesec block4 { 192.0.2.66 timeout 1h }; delete element inet onesec block4 { ${first} }; add element inet onesec block4 { ${first} timeout 9h }`,
        );
      },
      gap: true,
    },
  ])('$how: the kernel is like the store again soon after the start, each block once and with its own end', async ({ how, meanwhile, gap }) => {
    const records = (await station.client.call('enforceStatus')).stats.total_records;
    // A database that was not found sound since the last sudden end is looked at before the next start goes on.
    await until('the database was found sound', () => !existsSync(station.path('data/doubted')), 20_000);
    await daemon.kill('SIGKILL');
    meanwhile();
    await delay(50);
    const spawned = probes.now();
    daemon = await station.start();
    expect(differences(wanted, kernelBlocks(pair.server))).toEqual([]);
    const accepted = await Promise.all(WATCHED.map((address) => probes.lastAccepted(address, 200)));
    const restoredInMs = Math.max(...accepted.map((at) => Number(at - spawned) / 1e6));
    const words = restoredInMs < 0 ? 'no packet came through at any time' : `the last packet came through ${Math.round(restoredInMs)} ms after the spawn`;
    console.info(`${COUNT} blocks ${how}: ${words}; the daemon answers after ${Math.round(daemon.startedInMs)} ms`);
    if (gap) expect(restoredInMs).toBeGreaterThan(0);
    expect(restoredInMs).toBeLessThan(5000);

    const { leases, total } = await station.client.call('leases', { query: { limit: 1000 } });
    expect(total).toBe(COUNT);
    for (const lease of leases) expect(Math.abs(Date.parse(lease.expires_at ?? '') - (wanted.get(lease.target) ?? 0))).toBeLessThan(1000);
    // One record of the start and at most one of the repair: nothing was done again.
    expect((await station.client.call('enforceStatus')).stats.total_records - records).toBe(gap ? 2 : 1);
    expect(daemon.log()).not.toMatch(/ERROR|FATAL/);
  });
});
