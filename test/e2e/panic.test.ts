import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHost } from '../../src/os/host.ts';
import { readProcess } from '../../src/os/process/read-process.ts';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { kernelBlocks } from '../kit/kernel-blocks.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const why = whyNoNetns() ?? whyNoBuild();

describe.skipIf(skipsWithout(why, '1sec panic'))('1sec panic', () => {
  let namespace: Netns;
  let station: Station;
  let daemon: Running;
  let before: string;
  const ruleset = (): string => namespace.run('nft', 'list', 'ruleset');
  const log = (): string => station.path('auth.log');
  const blocked = (address: string): Promise<void> => until(`${address} is blocked`, () => kernelBlocks(namespace).has(address), 20_000);
  const status = async (): Promise<string> => (await station.client.call('status')).status;
  const following = (): Promise<void> =>
    until('the log is followed', async () => (await station.client.call('status')).sources.some(({ state }) => state === 'running'), 20_000);

  beforeAll(async () => {
    namespace = createNetns('e2pn');
    station = createStation({ netns: namespace.name });
    writeFileSync(log(), '');
    namespace.run('nft', 'add table inet filter; add chain inet filter input { type filter hook input priority 0; policy accept; }');
    before = ruleset();
    station.configure({
      sources: { auto: false, files: [{ path: log(), grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced' },
    });
    daemon = await station.start();
    await following();
  });
  afterAll(async () => {
    await station?.remove();
    namespace?.remove();
  });

  test('lifts our table while the daemon hangs, says so, and a second time finds nothing', async () => {
    appendFileSync(log(), failedLogin('192.0.2.7', 12));
    await blocked('192.0.2.7');
    process.kill(daemon.pid, 'SIGSTOP');
    const ran = await station.cli('panic', '--reason', 'a drill');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('table inet onesec is gone');
    expect(ran.out).toContain('does not answer');
    expect(ruleset()).toBe(before);
    expect(readFileSync(station.path('observe-only'), 'utf8')).toContain('a drill');
    const again = await station.cli('panic');
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toContain('nothing was in force');
  });

  test('the daemon that comes to again does nothing more, ends what was in force, and says how to end this', async () => {
    process.kill(daemon.pid, 'SIGCONT');
    appendFileSync(log(), failedLogin('192.0.2.8', 12));
    await until('it says observe-only', async () => (await status()) === 'observe-only');
    await until('nothing is in force', async () => (await station.client.call('leases')).total === 0);
    await until('it has seen the attack', async () => (await station.client.call('alerts', { query: { limit: 20, ip: '192.0.2.8' } })).total > 0);
    await delay(1500);
    expect(ruleset()).toBe(before);
    expect((await station.cli('status')).out).toContain('1sec panic --end');
    const { records } = await station.client.call('history', { query: { limit: 20, kind: 'daemon' } });
    expect(records.some(({ reason }) => reason.includes('observe-only'))).toBe(true);
  });

  test('a daemon started with the flag there observes only, whatever is configured', async () => {
    await daemon.kill();
    daemon = await station.start();
    await following();
    expect(await station.client.call('status')).toMatchObject({ status: 'observe-only', enforcement: { enabled: false, dry_run: false } });
    appendFileSync(log(), failedLogin('192.0.2.9', 12));
    await until('it has seen the attack', async () => (await station.client.call('alerts', { query: { limit: 20, ip: '192.0.2.9' } })).total > 0);
    await delay(1000);
    expect(ruleset()).toBe(before);
  });

  test('it is as configured again once a person ends it', async () => {
    expect(await station.cli('panic', '--end')).toMatchObject({ code: 0, out: expect.stringContaining('as configured again') });
    await until('it runs as configured', async () => (await station.client.call('status')).enforcement.enabled);
    appendFileSync(log(), failedLogin('192.0.2.10', 12));
    await blocked('192.0.2.10');
  });

  test('resumes what the daemon had suspended and lifts the table although the daemon was killed and its database is damaged', async () => {
    const sleeper = spawn('sleep', ['600'], { stdio: 'ignore' });
    const host = createHost({ dataDirectory: station.path('data'), netns: namespace.name });
    try {
      await until('it runs', () => readProcess(sleeper.pid ?? 0)?.exe.includes('sleep') === true);
      const target = readProcess(sleeper.pid ?? 0);
      if (target === null) throw new Error('no sleeper');
      await host.call('process.signal', { process: target, signal: 'SIGSTOP' });
      await until('it is suspended', () => readProcess(target.pid)?.state === 'stopped');
      await daemon.kill('SIGKILL');
      writeFileSync(station.path('data/data.mdb'), 'this is no database'.repeat(5000));
      const ran = await station.cli('panic', '--json');
      expect(ran.code).toBe(0);
      const { removed, left } = JSON.parse(ran.out);
      expect(removed).toEqual(expect.arrayContaining([`process ${target.pid} goes on`, expect.stringContaining('inet onesec')]));
      expect(left).toEqual([]);
      expect(readProcess(target.pid)?.state).toBe('running');
      expect(ruleset()).toBe(before);
      expect(readdirSync(station.path('data/held-processes'))).toEqual([]);
      rmSync(station.path('data/data.mdb'));
      expect(await station.cli('panic')).toMatchObject({ code: 0, out: expect.stringContaining('nothing was in force') });
      expect(existsSync(station.path('observe-only'))).toBe(true);
    } finally {
      await host.close();
      sleeper.kill('SIGKILL');
    }
  });
});

describe.skipIf(why !== undefined)('without root', () => {
  test('panic is refused and touches nothing', async () => {
    const station = createStation({ uid: 65_534 });
    try {
      expect(await station.cli('panic')).toMatchObject({ code: 5, err: expect.stringContaining('only root') });
      expect(existsSync(station.path('observe-only'))).toBe(false);
    } finally {
      await station.remove();
    }
  });
});
