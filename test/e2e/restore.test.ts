import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { differences, kernelBlocks } from '../kit/kernel-blocks.ts';
import { storeManyBlocks } from '../kit/many-blocks.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const COUNT = 20_000;
const why = whyNoNetns() ?? whyNoBuild();

describe.skipIf(skipsWithout(why, 'restore after kill -9'))(`${COUNT} blocks after kill -9`, () => {
  let namespace: Netns;
  let station: Station;
  let daemon: Running;
  let wanted: ReadonlyMap<string, number>;

  beforeAll(async () => {
    namespace = createNetns('e2r');
    station = createStation({ netns: namespace.name });
    const log = station.path('auth.log');
    writeFileSync(log, '');
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced' },
    });
    wanted = await storeManyBlocks(join(station.directory, 'data'), COUNT);
    daemon = await station.start();
  });
  afterAll(async () => {
    await station?.remove();
    namespace?.remove();
  });

  // Right after a sudden end the database is used while it is still being looked at; a second end before that is done takes longer.
  const lookedAt = () => until('the database was found sound', () => !existsSync(station.path('data/doubted')), 20_000);
  const restart = async (meanwhile: () => void) => {
    const records = (await station.client.call('enforceStatus')).stats.total_records;
    await lookedAt();
    await daemon.kill('SIGKILL');
    meanwhile();
    const began = performance.now();
    const starting = station.start();
    await until('the kernel is like the store', () => differences(wanted, kernelBlocks(namespace)).length === 0, 15_000);
    const restoredInMs = performance.now() - began;
    daemon = await starting;
    return { restoredInMs, newRecords: (await station.client.call('enforceStatus')).stats.total_records - records };
  };

  test('the first start brings them into the kernel', () => {
    expect(differences(wanted, kernelBlocks(namespace))).toEqual([]);
  });

  test.each([
    ['with the table in place', () => undefined],
    ['with the table taken away while the daemon was dead', () => void namespace.run('nft', 'delete', 'table', 'inet', 'onesec')],
    ['with half of them taken away, one that is not ours put in and one prolonged', () => meddle()],
  ])('%s the kernel is like the store again soon after the start, each block once and ending when it should', async (how, meanwhile) => {
    const { restoredInMs, newRecords } = await restart(meanwhile);
    console.info(
      `${COUNT} blocks ${how}: kernel = store ${Math.round(restoredInMs)} ms after the spawn, daemon answering after ${Math.round(daemon.startedInMs)} ms`,
    );
    expect(restoredInMs).toBeLessThan(5000);
    await delay(300);
    expect(differences(wanted, kernelBlocks(namespace))).toEqual([]);
    const { leases, total } = await station.client.call('leases', { query: { limit: 1000 } });
    expect(total).toBe(COUNT);
    for (const lease of leases) expect(Math.abs(Date.parse(lease.expires_at ?? '') - (wanted.get(lease.target) ?? 0))).toBeLessThan(1000);
    expect(newRecords).toBeLessThanOrEqual(2);
    expect(daemon.log()).not.toMatch(/ERROR|FATAL/);
  });

  const meddle = (): void => {
    const v4 = [...wanted.keys()].filter((address) => !address.includes(':'));
    namespace.run(
      'nft',
      `flush set inet onesec block6_64; add element inet onesec block4 { 192.0.2.66 timeout 1h }; delete element inet onesec block4 { ${v4[3]} }; add element inet onesec block4 { ${v4[3]} timeout 9h }`,
    );
  };
});
