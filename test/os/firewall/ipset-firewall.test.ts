import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBlockIp } from '../../../src/actors/enforcers/block_ip/enforcer.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import type { Firewall } from '../../../src/os/firewall/firewall.ts';
import { createIpsetFirewall, hasIpset } from '../../../src/os/firewall/ipset-firewall.ts';
import { createHost } from '../../../src/os/host.ts';
import { createNetns, createNetnsPair, type Netns, runInside, skipsWithout, whyNoNetns } from '../../kit/netns.ts';

const now = (): number => performance.now();
const nth = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
const why = whyNoNetns() ?? (hasIpset() ? undefined : 'iptables or ipset is not installed');

describe.skipIf(skipsWithout(why, 'iptables with ipset'))('blocking with iptables and ipset in a real kernel', () => {
  let namespace: Netns;
  let firewall: Firewall;

  beforeEach(() => {
    namespace = createNetns('osi');
    firewall = createIpsetFirewall({ netns: namespace.name, now });
  });
  afterEach(async () => {
    await firewall.close();
    namespace.remove();
  });

  const rules = (): string => namespace.run('iptables', '-S') + namespace.run('ip6tables', '-S');
  const addresses = async () => (await firewall.list({})).blocked.map(({ address }) => address).toSorted();

  test('makes chain, hooks and sets once, loopback and protected sessions first, and before the rules of others', async () => {
    namespace.run('iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'ACCEPT');
    expect(await firewall.ensure({ protect: ['192.0.2.1', '2001:db8::1'] })).toEqual({ created: true });
    expect(await firewall.ensure({})).toEqual({ created: false });
    const text = namespace.run('iptables', '-S');
    expect(text).toMatch(/-A INPUT -j ONESEC\n-A INPUT -p tcp/);
    expect(text).toContain('-A FORWARD -j ONESEC');
    expect(text).toMatch(/-A ONESEC -i lo -j RETURN\n-A ONESEC .*RELATED,ESTABLISHED.* onesec4p src -j RETURN\n-A ONESEC .* onesec4 src -j DROP/);
    expect(namespace.run('ipset', 'list', 'onesec6p')).toContain('2001:db8::1');
  });

  test('blocks addresses and networks of both families, lists them with the time they have left, and lets them go', async () => {
    const all = ['192.0.2.7', '198.51.100.0/24', '203.0.113.128/25', '2001:db8::9', '2001:db8:0:1::/64', '2001:db8:b::/48'];
    expect(await firewall.apply({ add: all.map((address) => ({ address, timeoutSeconds: 90 })), remove: [] })).toEqual({ added: 6, removed: 0, created: true });
    expect(await addresses()).toEqual(all.toSorted());
    for (const { expiresInMs } of (await firewall.list({})).blocked) expect(expiresInMs).toBeGreaterThan(85_000);
    expect(await firewall.has({ address: '198.51.100.9' })).toMatchObject({ present: true });
    expect(await firewall.has({ address: '198.51.101.9' })).toEqual({ present: false });
    expect((await firewall.find({ addresses: ['192.0.2.7', '192.0.2.8'] })).found).toMatchObject([{ address: '192.0.2.7' }]);
    await firewall.apply({ add: [], remove: [...all, '192.0.2.99'] });
    expect(await addresses()).toEqual([]);
  });

  test('a block again gets the new time, and one longer than ipset can time is not taken for wrong', async () => {
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 600 }], remove: [] });
    expect((await firewall.has({ address: '192.0.2.7' })).expiresInMs).toBeGreaterThan(590_000);
    await firewall.apply({ add: [{ address: '192.0.2.8', timeoutSeconds: 30 * 86_400 }], remove: [] });
    expect((await firewall.has({ address: '192.0.2.8' })).expiresInMs).toBeGreaterThan(29.9 * 86_400_000);
  });

  test('never blocks what covers a protected address', async () => {
    await firewall.ensure({ protect: ['192.0.2.1'] });
    const reply = await firewall.apply({
      add: [
        { address: '192.0.2.0/24', timeoutSeconds: 60 },
        { address: '192.0.3.1', timeoutSeconds: 60 },
      ],
      remove: [],
    });
    expect(reply).toEqual({ added: 1, removed: 0, refused: ['192.0.2.0/24'] });
    expect(await addresses()).toEqual(['192.0.3.1']);
  });

  test.each([
    ['a hook taken away', ['iptables', '-D', 'INPUT', '-j', 'ONESEC']],
    ['a rule of others in front', ['iptables', '-I', 'FORWARD', '1', '-j', 'ACCEPT']],
    ['our chain flushed', ['ip6tables', '-F', 'ONESEC']],
    ['everything flushed', ['iptables', '-F']],
  ])('repairs %s and keeps the blocks', async (_what, [program = '', ...words]) => {
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
    namespace.run(program, ...words);
    expect(await firewall.ensure({})).toEqual({ created: true });
    expect(await firewall.ensure({})).toEqual({ created: false });
    expect(namespace.run('iptables', '-S', 'FORWARD')).toMatch(/^-P FORWARD ACCEPT\n-A FORWARD -j ONESEC/);
    expect(await addresses()).toEqual(['192.0.2.7']);
  });

  test('leaves rules and sets byte for byte as they were', async () => {
    namespace.run('iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'ACCEPT');
    namespace.run('ip6tables', '-A', 'FORWARD', '-j', 'DROP');
    namespace.run('ipset', 'create', 'others', 'hash:ip');
    const before = rules() + namespace.run('ipset', 'list', '-n');
    await firewall.ensure({ protect: ['192.0.2.1'] });
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
    expect(await firewall.remove({})).toMatchObject({ removed: true });
    expect(rules() + namespace.run('ipset', 'list', '-n')).toBe(before);
    expect(await firewall.remove({})).toEqual({ removed: false });
    expect(await firewall.list({})).toEqual({ present: false, blocked: [] });
  });

  test.each(['192.0.2.7; flush', '0.0.0.0/0', '', '192.0.2.7 -exist'])('never lets "%s" become part of a command', async (address) => {
    await expect(firewall.apply({ add: [{ address, timeoutSeconds: 60 }], remove: [] })).rejects.toMatchObject({ name: 'SecError' });
  });

  test('20,000 blocks load and list in a moment', async () => {
    await firewall.ensure({ protect: [] });
    const started = performance.now();
    await firewall.apply({ add: Array.from({ length: 20_000 }, (_, index) => ({ address: nth(index), timeoutSeconds: 3600 })), remove: [] });
    const loaded = performance.now();
    expect((await firewall.list({})).blocked).toHaveLength(20_000);
    console.info(`measured with ipset: 20,000 blocks ${(loaded - started).toFixed(0)} ms, list ${(performance.now() - loaded).toFixed(0)} ms`);
  });
});

describe.skipIf(skipsWithout(why, 'block_ip with iptables'))('block_ip through iptables and ipset', () => {
  test('stops an attacker and no other, and lets him back after undo', async () => {
    const pair = createNetnsPair('osj');
    const host = createHost({ netns: pair.server.name, firewall: 'iptables' });
    const enforcer = createBlockIp({ host, clock: systemClock });
    const server = runInside(
      pair.server,
      "import net from 'node:net'; net.createServer((socket) => socket.on('error', () => {})).listen(7000, '::', () => console.log('ready'));",
    );
    const knock = async (from: string): Promise<string> => {
      const client = runInside(
        pair.client,
        `import net from 'node:net'; const [host, from] = process.argv.slice(1); const socket = net.connect({ host, port: 7000, localAddress: from });
const timer = setTimeout(() => { console.log('no answer'); process.exit(); }, 1000); socket.on('connect', () => { clearTimeout(timer); console.log('connected'); process.exit(); });`,
        pair.serverV4,
        from,
      );
      const line = await client.line();
      await client.stop();
      return line;
    };
    const request = { actionId: 'one', target: { kind: 'ip', address: '198.51.100.2' }, params: { duration: '30m' }, now: Date.now() } as const;
    try {
      expect(await server.line()).toBe('ready');
      expect(await enforcer.apply(request)).toMatchObject({ verification: 'verified' });
      expect(await knock('198.51.100.2')).toBe('no answer');
      expect(await knock('198.51.100.3')).toBe('connected');
      expect(await enforcer.undo(request)).toMatchObject({ verification: 'verified' });
      expect(await knock('198.51.100.2')).toBe('connected');
      expect(await enforcer.fini()).toEqual(['chain ONESEC and its sets with all their blocks']);
    } finally {
      await server.stop();
      await host.close();
      pair.remove();
    }
  });
});
