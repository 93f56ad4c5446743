import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shortId } from '../../src/domain/ids.ts';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { addClientNetwork, createNetnsPair, type NetnsPair, skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { type SshServer, startSshServer, whyNoSsh } from '../kit/sshd.ts';

const why = whyNoNetns() ?? whyNoSsh() ?? whyNoBuild();

describe.skipIf(skipsWithout(why, 'SSH attacks end to end'))('an attacker who guesses SSH passwords at a real sshd', () => {
  let pair: NetnsPair;
  let station: Station;
  let sshd: SshServer;
  let daemon: Running;
  const failuresFrom = (address: string): number =>
    readFileSync(sshd.logPath, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`Failed password for root from ${address} `)).length;
  const leaseOn = async (target: string) => (await station.client.call('leases', { query: { limit: 100 } })).leases.find((lease) => lease.target === target);
  const recordsOf = async (target: string) =>
    (await station.client.call('history', { query: { limit: 100 } })).records.filter((record) => record.target === target && record.action === 'block_ip');

  beforeAll(async () => {
    pair = createNetnsPair('e2b');
    addClientNetwork(pair, '2001:db8:a::/64', ['2001:db8:a::2', '2001:db8:a::3']);
    addClientNetwork(pair, '2001:db8:b::/64', ['2001:db8:b::2']);
    station = createStation({ netns: pair.server.name });
    sshd = await startSshServer(pair, station.directory);
    station.configure({
      sources: { auto: false, files: [{ path: sshd.logPath, grammar: 'auth' }], processes: false },
      // Without the long cooldown of the preset: what keeps him unblocked after an undo is the undo itself.
      enforcement: { dry_run: false, preset: 'balanced', policies: { auth_fortress: { cooldown_seconds: 1 } } },
    });
    daemon = await station.start();
  });
  afterAll(async () => {
    await sshd?.stop();
    await station?.remove();
    pair?.remove();
  });

  test.each([
    { family: 'IPv4', from: '198.51.100.2', target: '198.51.100.2', alsoBlocked: [] as readonly string[], free: ['198.51.100.3'] },
    { family: 'IPv6', from: '2001:db8:a::2', target: '2001:db8:a::/64', alsoBlocked: ['2001:db8:a::3'], free: ['2001:db8:b::2'] },
  ])('is blocked over $family within 25 tries, his open connections are cut, and others still get in', async ({ from, target, alsoBlocked, free }) => {
    const to = from.includes(':') ? pair.serverV6 : pair.serverV4;
    for (const address of [from, ...alsoBlocked, ...free]) expect(await sshd.greeting({ from: address, to })).toMatch(/^SSH-2\.0-/);
    const waiting = await sshd.linger({ from, to });

    const began = performance.now();
    const said = await sshd.guess({ from, to }, 25);
    console.info(
      `${from}: ssh gave up after ${Math.round(performance.now() - began)} ms and ${failuresFrom(from)} refused passwords: ${said.trim().split('\n').at(-1)}`,
    );
    await until(`a block of ${target}`, async () => (await leaseOn(target))?.state === 'active');
    expect(failuresFrom(from)).toBeGreaterThanOrEqual(10);
    expect(failuresFrom(from)).toBeLessThan(25);

    expect(said).not.toContain('nothing came back');
    await until('the waiting connection is cut', () => !waiting.isOpen(), 2000);
    for (const address of [from, ...alsoBlocked]) expect(await sshd.greeting({ from: address, to })).toContain('TIMEOUT');
    for (const address of free) expect(await sshd.greeting({ from: address, to })).toMatch(/^SSH-2\.0-/);

    const { alerts } = await station.client.call('alerts', { query: { limit: 10, ip: from } });
    expect(alerts).toEqual([expect.objectContaining({ type: 'brute_force', severity: expect.stringMatching(/HIGH|CRITICAL/), claim: false })]);
    expect((await recordsOf(target)).map((record) => [record.kind, record.outcome, record.verification])).toEqual([
      ['outcome', 'success', 'verified'],
      ['intent', 'execute', undefined],
    ]);
  });

  test('gets in again after `enforce undo`, and more of the same attack does not block him at once', async () => {
    const [from, to] = ['198.51.100.2', pair.serverV4];
    const lease = await leaseOn(from);
    const undone = await station.cli('enforce', 'undo', shortId(lease?.id ?? 'none'));
    expect(undone).toMatchObject({ code: 0, err: '' });
    expect(undone.out).toContain(`block_ip ${from} (verified`);
    expect(await sshd.greeting({ from, to })).toMatch(/^SSH-2\.0-/);

    const before = failuresFrom(from);
    await sshd.guess({ from, to }, 8);
    expect(failuresFrom(from) - before).toBe(8);
    await delay(500);
    expect(await sshd.greeting({ from, to })).toMatch(/^SSH-2\.0-/);
    expect(await leaseOn(from)).toBeUndefined();
    expect((await recordsOf(from))[0]).toMatchObject({ kind: 'undo', outcome: 'success', verification: 'verified' });
  });

  test('left a history whose chain is intact, and no error in the log', async () => {
    expect(await station.client.call('verifyHistory')).toMatchObject({ intact: true });
    expect(daemon.log()).not.toMatch(/ERROR|FATAL/);
  });
});
