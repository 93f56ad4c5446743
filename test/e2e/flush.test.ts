import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { differences, kernelBlocks } from '../kit/kernel-blocks.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const ATTACKERS = ['192.0.2.7', '192.0.2.8', '2001:db8:7::7'];
const why = whyNoNetns() ?? whyNoBuild();

describe.skipIf(skipsWithout(why, 'repair after a flush'))('blocks that somebody else removes', () => {
  let namespace: Netns;
  let station: Station;
  let daemon: Running;
  const wanted = async (): Promise<ReadonlyMap<string, number>> =>
    new Map((await station.client.call('leases', { query: { limit: 100 } })).leases.map((lease) => [lease.target, Date.parse(lease.expires_at ?? '')]));
  const repairs = async () => (await station.client.call('history', { query: { limit: 100, kind: 'repair' } })).records;

  beforeAll(async () => {
    namespace = createNetns('e2f');
    station = createStation({ netns: namespace.name });
    const log = station.path('auth.log');
    writeFileSync(log, '');
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced' },
    });
    daemon = await station.start();
    for (const attacker of ATTACKERS) appendFileSync(log, failedLogin(attacker, 12));
    await until('all are blocked', async () => kernelBlocks(namespace).size === ATTACKERS.length && (await wanted()).size === ATTACKERS.length);
  });
  afterAll(async () => {
    await station?.remove();
    namespace?.remove();
  });

  test.each([
    { how: 'nft flush ruleset', argv: ['nft', 'flush', 'ruleset'], goalMs: 2000, words: /table made anew; 3 blocks were missing/ },
    { how: 'nft delete table', argv: ['nft', 'delete', 'table', 'inet', 'onesec'], goalMs: 2000, words: /table made anew; 3 blocks were missing/ },
    { how: 'nft flush of our chains', argv: ['nft', 'flush chain inet onesec input; flush chain inet onesec forward'], goalMs: 2000, words: /table made anew/ },
    { how: 'nft flush of one set', argv: ['nft', 'flush', 'set', 'inet', 'onesec', 'block4'], goalMs: 6000, words: /2 blocks were missing/ },
    { how: 'nft delete of one block', argv: ['nft', 'delete element inet onesec block4 { 192.0.2.7 }'], goalMs: 6000, words: /1 blocks were missing/ },
  ])('come back after `$how`, and the history says so', async ({ how, argv, goalMs, words }) => {
    // What was changed by the daemon itself within the last second is not taken for somebody else's doing.
    await delay(1500);
    const rules = namespace.run('nft', '-t', 'list', 'table', 'inet', 'onesec');
    const before = (await repairs()).length;
    const expected = await wanted();
    namespace.run(...argv);
    const began = performance.now();
    const isWhole = (): boolean =>
      differences(expected, kernelBlocks(namespace)).length === 0 && namespace.run('nft', '-t', 'list', 'table', 'inet', 'onesec') === rules;
    expect(isWhole()).toBe(false);
    await until(`all is as before ${how}`, isWhole, goalMs);
    console.info(`${how}: repaired after ${Math.round(performance.now() - began)} ms`);
    await until('the repair is recorded', async () => (await repairs()).length > before, 3000);
    expect((await repairs())[0]).toMatchObject({ action: 'block_ip', outcome: 'success', reason: expect.stringMatching(words) });
    expect(await wanted()).toEqual(expected);
    expect((await station.client.call('enforceStatus')).stats.repairs).toBe((await repairs()).length);
  });

  test('and nothing of it is an error', () => {
    expect(daemon.log()).not.toMatch(/ERROR|FATAL/);
  });
});
