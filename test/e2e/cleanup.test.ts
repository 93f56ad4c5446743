import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { kernelBlocks } from '../kit/kernel-blocks.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';

// Somebody else's rules; one table even has our name, in another family.
const FOREIGN = [
  'add table inet filter',
  'add set inet filter allowed { type ipv4_addr; elements = { 192.0.2.200 }; }',
  'add chain inet filter input { type filter hook input priority 0; policy accept; }',
  'add rule inet filter input ip saddr @allowed accept',
  'add rule inet filter input tcp dport 25 drop',
  'add table ip onesec',
  'add chain ip onesec output { type filter hook output priority 0; policy accept; }',
  'add rule ip onesec output meta l4proto icmp accept',
].join('; ');

const why = whyNoNetns() ?? whyNoBuild();
const settings = (log: string, isDryRun: boolean) => ({
  sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
  enforcement: { dry_run: isDryRun, preset: 'balanced' },
});

describe.skipIf(skipsWithout(why, '1sec enforce cleanup'))('1sec enforce cleanup', () => {
  let namespace: Netns;
  let station: Station;
  let daemon: Running;
  let log: string;
  let before: string;
  const ruleset = (): string => namespace.run('nft', 'list', 'ruleset');
  const attack = async (address: string): Promise<void> => {
    appendFileSync(log, failedLogin(address, 12));
    await until(`a block of ${address}`, () => kernelBlocks(namespace).has(address));
  };

  beforeAll(async () => {
    namespace = createNetns('e2c');
    station = createStation({ netns: namespace.name });
    log = station.path('auth.log');
    writeFileSync(log, '');
    namespace.run('nft', FOREIGN);
    before = ruleset();
    station.configure(settings(log, false));
    daemon = await station.start();
  });
  afterAll(async () => {
    await station?.remove();
    namespace?.remove();
  });

  test('leaves the ruleset byte for byte as before the first start, while the daemon runs', async () => {
    await attack('192.0.2.7');
    await attack('192.0.2.8');
    expect(ruleset()).not.toBe(before);
    const done = await station.cli('enforce', 'cleanup');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toContain('table inet onesec');
    expect(ruleset()).toBe(before);
    expect((await station.client.call('leases')).total).toBe(0);
  });

  test('a second time finds nothing to do', async () => {
    expect(await station.cli('enforce', 'cleanup')).toEqual({ code: 0, out: 'nothing to remove\n', err: '' });
    expect(ruleset()).toBe(before);
  });

  test('the table stays away until there is something to block again', async () => {
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline) {
      expect(ruleset()).toBe(before);
      await delay(500);
    }
    await attack('192.0.2.9');
    expect([...kernelBlocks(namespace).keys()]).toEqual(['192.0.2.9']);
  });

  test('with the daemon dead it does the same, twice, and a later start brings nothing back', async () => {
    await daemon.kill('SIGKILL');
    expect(kernelBlocks(namespace).size).toBe(1);
    const done = await station.cli('enforce', 'cleanup');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toContain('table inet onesec');
    expect(ruleset()).toBe(before);
    expect(await station.cli('enforce', 'cleanup')).toEqual({ code: 0, out: 'nothing to remove\n', err: '' });
    daemon = await station.start();
    await delay(1000);
    expect(ruleset()).toBe(before);
    expect((await station.client.call('leases')).total).toBe(0);
    const { records } = await station.client.call('history', { query: { limit: 100, kind: 'cleanup' } });
    expect(records.map((record) => record.outcome)).toEqual(['success', 'success']);
    expect(await station.client.call('verifyHistory')).toMatchObject({ intact: true });
  });

  test('an orderly stop leaves the blocks to the kernel, and cleanup takes them too', async () => {
    await attack('192.0.2.10');
    await daemon.kill('SIGTERM');
    expect([...kernelBlocks(namespace).keys()]).toEqual(['192.0.2.10']);
    expect((await station.cli('enforce', 'cleanup')).code).toBe(0);
    expect(ruleset()).toBe(before);
  });
});

describe.skipIf(skipsWithout(why, 'dry run'))('dry run', () => {
  test('leaves the ruleset untouched, without a table of ours, and the history says what would have been done', async () => {
    const namespace = createNetns('e2d');
    const station = createStation({ netns: namespace.name });
    try {
      const log = station.path('auth.log');
      writeFileSync(log, '');
      namespace.run('nft', FOREIGN);
      const before = namespace.run('nft', 'list', 'ruleset');
      station.configure(settings(log, true));
      const daemon = await station.start();
      appendFileSync(log, failedLogin('192.0.2.7', 12));
      const decisions = async () => (await station.client.call('history', { query: { limit: 10, kind: 'decision' } })).records;
      await until('the decision is recorded', async () => (await decisions()).length > 0);
      expect(await decisions()).toEqual([
        expect.objectContaining({
          action: 'block_ip',
          target: '192.0.2.7',
          outcome: 'dry-run',
          dry_run: true,
          reason: expect.stringMatching(/^would do: nft: add 192\.0\.2\.7 /),
        }),
      ]);
      // Longer than one comparison of kernel and store.
      await delay(500);
      expect(namespace.run('nft', 'list', 'ruleset')).toBe(before);
      expect((await station.client.call('leases')).total).toBe(0);
      await daemon.kill('SIGTERM');
      expect(namespace.run('nft', 'list', 'ruleset')).toBe(before);
    } finally {
      await station.remove();
      namespace.remove();
    }
  });
});
