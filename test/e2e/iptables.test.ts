import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasIpset } from '../../src/os/firewall/ipset-firewall.ts';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const why = whyNoNetns() ?? whyNoBuild() ?? (hasIpset() ? undefined : 'iptables or ipset is not installed');

describe.skipIf(skipsWithout(why, 'a daemon with iptables'))('a daemon that blocks with iptables and ipset', () => {
  let namespace: Netns;
  let station: Station;
  let running: Running;
  let log: string;
  let before: string;
  const rules = (): string => namespace.run('iptables', '-S') + namespace.run('ip6tables', '-S') + namespace.run('ipset', 'list', '-n');

  beforeAll(async () => {
    namespace = createNetns('e2i');
    namespace.run('iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'ACCEPT');
    namespace.run('ip6tables', '-P', 'FORWARD', 'DROP');
    before = rules();
    station = createStation({ netns: namespace.name });
    log = station.path('auth.log');
    writeFileSync(log, '');
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: { dry_run: false, preset: 'balanced', firewall: 'iptables' },
    });
    running = await station.start();
  });
  afterAll(async () => {
    await station?.remove();
    namespace?.remove();
  });

  test('blocks, says what with, undoes, repairs, and leaves rules and sets as they were', async () => {
    expect((await station.cli('status')).out).toMatch(/firewall +iptables and ipset/);
    appendFileSync(log, failedLogin('198.51.100.9', 20));
    await until(
      'it is in the set',
      () => namespace.run('ipset', 'list', '-n').includes('onesec4') && namespace.run('ipset', 'save', 'onesec4').includes('198.51.100.9'),
    );
    await until('it is verified', async () => {
      const { records } = await station.client.call('history', { query: { limit: 50, kind: 'outcome' } });
      return records.some((record) => record.target === '198.51.100.9' && record.verification === 'verified');
    });
    expect(namespace.run('iptables', '-S', 'INPUT')).toMatch(/^-P INPUT ACCEPT\n-A INPUT -j ONESEC\n/);
    expect((await station.cli('enforce', 'allow', 'add', '198.51.100.0/28')).out).toContain('lifted');
    expect(namespace.run('ipset', 'save', 'onesec4')).not.toContain('198.51.100.9');
    const cleaned = await station.cli('enforce', 'cleanup');
    expect(cleaned.out).toContain('chain ONESEC and its sets');
    expect(rules()).toBe(before);
    appendFileSync(log, failedLogin('198.51.100.99', 20));
    await until('there is a block again', () => rules().includes('ONESEC'));
    await running.kill('SIGKILL');
    expect((await station.cli('enforce', 'cleanup')).code).toBe(0);
    expect(rules()).toBe(before);
  });
});
