import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { kernelBlocks } from '../kit/kernel-blocks.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const ATTACKERS = ['192.0.2.7', '192.0.2.8', '203.0.113.9'];
const why = whyNoNetns() ?? whyNoBuild();

describe.skipIf(skipsWithout(why, 'undo of many blocks'))('what the last minutes did', () => {
  let namespace: Netns;
  let station: Station;
  let daemon: Running;

  beforeAll(async () => {
    namespace = createNetns('e2u');
    station = createStation({ netns: namespace.name });
    const log = station.path('auth.log');
    writeFileSync(log, '');
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced' },
    });
    daemon = await station.start();
    for (const attacker of ATTACKERS) appendFileSync(log, failedLogin(attacker, 12));
    await until('all are blocked', () => kernelBlocks(namespace).size === ATTACKERS.length);
  });
  afterAll(async () => {
    await station?.remove();
    namespace?.remove();
  });

  test('is listed first and nothing changes; what does not fit stays', async () => {
    const listed = await station.cli('enforce', 'undo', '--since', '10m', '--module', 'auth_fortress', '--preset', 'balanced', '--dry-run');
    expect(listed).toMatchObject({ code: 0, err: '' });
    for (const attacker of ATTACKERS) expect(listed.out).toContain(`would be undone: block_ip ${attacker} (auth_fortress`);
    expect(await station.cli('enforce', 'undo', '--preset', 'strict')).toMatchObject({ code: 0, out: expect.stringContaining('nothing in force fits') });
    expect(await station.cli('enforce', 'undo', '--module', 'ransomware')).toMatchObject({ code: 0 });
    expect([...kernelBlocks(namespace).keys()].toSorted()).toEqual(ATTACKERS);
  });

  test('is out of the kernel after one command, each block with a record', async () => {
    const undone = await station.cli('enforce', 'undo', '--since', '10m', '--preset', 'balanced', '--reason', 'a wrong list', '--json');
    expect({ code: undone.code, err: undone.err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(undone.out)).toMatchObject({ dry_run: false, undone: ATTACKERS.map(() => ({ kind: 'undo', verification: 'verified' })), failed: [] });
    expect(kernelBlocks(namespace).size).toBe(0);
    const { records } = await station.client.call('history', { query: { limit: 100, kind: 'undo' } });
    expect(records.map(({ target }) => target).toSorted()).toEqual(ATTACKERS);
    for (const { reason } of records) expect(reason).toContain('a wrong list');
    expect(daemon.log()).not.toMatch(/ERROR|FATAL/);
  });
});
