import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { kernelBlocks } from '../kit/kernel-blocks.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { attackerOf, storeManyBlocks } from '../kit/many-blocks.ts';
import { createNetnsPair, type NetnsPair, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const OTHERS = 20_000;

describe.skipIf(skipsWithout(whyNoNetns() ?? whyNoBuild(), 'the allow list at work'))('the allow list of a running daemon', () => {
  let pair: NetnsPair;
  let station: Station;
  let log: string;

  beforeAll(async () => {
    pair = createNetnsPair('e2w');
    station = createStation({ netns: pair.server.name });
    log = station.path('auth.log');
    writeFileSync(log, '');
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced', global_allow_list: ['203.0.113.128/25'] },
    });
    await storeManyBlocks(station.path('data'), OTHERS);
    await station.start();
  });
  afterAll(async () => {
    await station?.remove();
    pair?.remove();
  });

  const isBlocked = (unit: string): boolean => kernelBlocks(pair.server).has(unit);
  const lifted = async (...words: readonly string[]): Promise<{ readonly lifted: number; readonly took_ms: number }> =>
    (await station.json('enforce', 'allow', 'add', ...words)) as { readonly lifted: number; readonly took_ms: number };

  test('lifts the block of an address beside 20,000 others, says so, and keeps it from being blocked again', async () => {
    const address = attackerOf(2);
    expect(isBlocked(address)).toBe(true);
    const one = await lifted(`::ffff:${address}`, '--reason', 'a customer');
    expect(one.lifted).toBe(1);
    expect(isBlocked(address)).toBe(false);
    appendFileSync(log, failedLogin(address, 20));
    await until('the refusal is recorded', async () => {
      const { records } = await station.client.call('history', { query: { limit: 50, kind: 'decision' } });
      return records.some((record) => record.target === address && record.outcome === 'allow-listed');
    });
    expect(isBlocked(address)).toBe(false);
    const many = await lifted('10.0.0.0/16');
    expect(many.lifted).toBe([...Array(OTHERS).keys()].filter((n) => n % 2 === 0).length - 1);
    expect([...kernelBlocks(pair.server).keys()].filter((unit) => unit.startsWith('10.0.'))).toEqual([]);
    console.info(`measured beside ${OTHERS} blocks: one lifted in ${one.took_ms} ms, ${many.lifted} lifted in ${many.took_ms} ms`);
  });

  test('shows what is on it, and from where', async () => {
    const { out } = await station.cli('enforce', 'allow');
    expect(out).toMatch(/203\.0\.113\.128\/25 +config +never/);
    expect(out).toMatch(/10\.0\.0\.2 +live +never +\S+ +a customer/);
    expect((await station.cli('enforce', 'status')).out).toContain('10.0.0.0/16');
  });

  test('is kept over a restart, holds for as long as it was told, and lets go when it is removed', async () => {
    expect((await station.cli('enforce', 'allow', 'add', '198.51.100.77', '--for', '2s')).out).toContain('198.51.100.77 is never blocked for 2s');
    expect((await station.cli('enforce', 'allow', 'add', '198.51.100.78', '--for', '7d')).code).toBe(0);
    await until('two seconds are over', async () => !(await station.client.call('allowList')).entries.some(({ network }) => network === '198.51.100.77'));
    expect((await station.client.call('allowList')).entries.map(({ network }) => network)).toContain('198.51.100.78');
    expect((await station.cli('enforce', 'allow', 'remove', '198.51.100.78')).out).toContain('no longer on the allow list');
    expect((await station.cli('enforce', 'allow', 'remove', '198.51.100.78')).code).toBe(6);
    appendFileSync(log, failedLogin('198.51.100.78', 20));
    await until('it is blocked now', () => isBlocked('198.51.100.78'));
  });

  test.each([
    [['enforce', 'allow', 'add', '0.0.0.0/0'], 8],
    [['enforce', 'allow', 'add', 'nobody'], 12],
    [['enforce', 'allow', 'add'], 2],
    [['enforce', 'allow', 'add', '192.0.2.1', '--for', 'ever'], 2],
    [['enforce', 'allow', 'remove', '203.0.113.128/25'], 8],
  ])('%j fails with code %i and changes nothing', async (words, code) => {
    const before = await station.client.call('allowList');
    expect((await station.cli(...words)).code).toBe(code);
    expect(await station.client.call('allowList')).toEqual(before);
  });
});
