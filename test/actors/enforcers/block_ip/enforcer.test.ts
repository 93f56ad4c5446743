import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActionRequest, Enforcer } from '../../../../src/actors/contract.ts';
import { createBlockIp } from '../../../../src/actors/enforcers/block_ip/enforcer.ts';
import { systemClock } from '../../../../src/domain/clock.ts';
import type { Host } from '../../../../src/domain/host.ts';
import { asId } from '../../../../src/domain/ids.ts';
import type { Lease } from '../../../../src/domain/lease.ts';
import { createHost } from '../../../../src/os/host.ts';
import { createNetns, createNetnsPair, type Inside, type NetnsPair, runInside, skipsWithout, whyNoNetns } from '../../../kit/netns.ts';

const request = (address: string, duration = '1h'): ActionRequest => ({
  actionId: address,
  target: { kind: 'ip', address },
  params: { duration },
  now: Date.now(),
});
const lease = (address: string, expiresAt: number): Lease => ({
  id: asId<'LeaseId'>(address),
  actionId: asId<'ActionId'>(address),
  alertId: undefined,
  module: 'network_guardian',
  action: 'block_ip',
  target: { kind: 'ip', address },
  state: 'active',
  createdAt: 0,
  expiresAt,
});
const nth = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const ECHO = `import net from 'node:net';
net.createServer((socket) => { socket.on('error', () => {}); socket.pipe(socket); }).listen(7000, '::', () => console.log('ready'));`;
/** Connects once from each address given; prints what came of it. */
const KNOCK = `import net from 'node:net';
const [host, from, stay] = process.argv.slice(1);
const socket = net.connect({ host, port: 7000, localAddress: from });
const timer = setTimeout(() => { console.log('no answer'); process.exit(); }, 700);
socket.on('connect', () => { clearTimeout(timer); console.log('connected'); if (!stay) process.exit(); });
socket.on('error', (error) => { console.log(error.code); process.exit(); });`;

describe.skipIf(skipsWithout(whyNoNetns(), 'block_ip'))('block_ip on a real firewall', () => {
  let pair: NetnsPair;
  let host: Host;
  let enforcer: Enforcer;
  let server: Inside;

  beforeEach(async () => {
    pair = createNetnsPair('osb');
    host = createHost({ netns: pair.server.name });
    enforcer = createBlockIp({ host, clock: systemClock });
    server = runInside(pair.server, ECHO);
    expect(await server.line()).toBe('ready');
  });
  afterEach(async () => {
    await server.stop();
    await host.close();
    pair.remove();
  });

  const knock = async (to: string, from: string): Promise<string> => {
    const client = runInside(pair.client, KNOCK, to, from);
    const line = await client.line();
    await client.stop();
    return line;
  };
  const leftMs = async (address: string): Promise<number> => (await host.call('firewall.has', { address })).expiresInMs ?? 0;

  test('stops one address and no other, cuts its open connection, and lets it back after undo', async () => {
    const open = runInside(pair.client, KNOCK, pair.serverV4, '198.51.100.2', 'stay');
    expect(await open.line()).toBe('connected');
    const outcome = await enforcer.apply(request('198.51.100.2', '30m'));
    expect(outcome).toEqual({ verification: 'verified', detail: expect.stringMatching(/^the kernel blocks 198\.51\.100\.2 for 30m; 1 connections closed$/) });
    // The cut reaches the peer as a reset, before or after its packets stop.
    expect(await open.line()).toBe('ECONNRESET');
    await open.stop();
    expect(await knock(pair.serverV4, '198.51.100.2')).toBe('no answer');
    expect(await knock(pair.serverV4, '198.51.100.3')).toBe('connected');
    expect(await enforcer.undo(request('198.51.100.2'))).toMatchObject({ verification: 'verified' });
    expect(await knock(pair.serverV4, '198.51.100.2')).toBe('connected');
  });

  test('stops the whole /64 of an IPv6 address, and not the next one', async () => {
    await host.call('firewall.ensure', { protect: [] });
    expect(await enforcer.apply(request('2001:db8:2::99'))).toMatchObject({ verification: 'verified', detail: expect.stringContaining('2001:db8:2::/64') });
    expect(await knock('2001:db8:2::1', '2001:db8:2::2')).toBe('no answer');
    expect(await knock(pair.serverV6, '2001:db8:1::3')).toBe('connected');
  });

  test('stops what is forwarded to a network behind this host too', async () => {
    const inner = createNetns('osbi');
    try {
      pair.server.run('ip', 'link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', inner.name);
      pair.server.run('ip', 'addr', 'add', '203.0.113.1/24', 'dev', 'eth1');
      pair.server.run('ip', 'link', 'set', 'eth1', 'up');
      inner.run('ip', 'addr', 'add', '203.0.113.2/24', 'dev', 'eth0');
      inner.run('ip', 'link', 'set', 'eth0', 'up');
      inner.run('ip', 'route', 'add', 'default', 'via', '203.0.113.1');
      pair.client.run('ip', 'route', 'add', '203.0.113.0/24', 'via', '198.51.100.1');
      pair.server.run('sysctl', '-qw', 'net.ipv4.ip_forward=1');
      const behind = runInside(inner, ECHO);
      expect(await behind.line()).toBe('ready');
      expect(await knock('203.0.113.2', '198.51.100.2')).toBe('connected');
      await enforcer.apply(request('198.51.100.2'));
      expect(await knock('203.0.113.2', '198.51.100.2')).toBe('no answer');
      expect(await knock('203.0.113.2', '198.51.100.3')).toBe('connected');
      await behind.stop();
    } finally {
      inner.remove();
    }
  });

  test('refuses what covers a protected address, which goes on connecting', async () => {
    await host.call('firewall.ensure', { protect: ['198.51.100.2'] });
    expect(await enforcer.apply(request('198.51.100.2'))).toMatchObject({ verification: 'failed', detail: expect.stringContaining('protected') });
    expect(await enforcer.apply(request('198.51.100.0/24'))).toMatchObject({ verification: 'failed' });
    expect(await knock(pair.serverV4, '198.51.100.2')).toBe('connected');
  });

  test('a longer block extends, a shorter one never shortens, twice the same changes nothing', async () => {
    await enforcer.apply(request('192.0.2.7', '1h'));
    await enforcer.apply(request('192.0.2.7', '10m'));
    expect(await leftMs('192.0.2.7')).toBeGreaterThan(3_590_000);
    await enforcer.apply(request('192.0.2.7', '2h'));
    expect(await leftMs('192.0.2.7')).toBeGreaterThan(7_190_000);
    // Also when a new process knows nothing yet.
    const next = createBlockIp({ host, clock: systemClock });
    await next.apply(request('192.0.2.7', '10m'));
    expect(await leftMs('192.0.2.7')).toBeGreaterThan(7_190_000);
  });

  test('blocks many in one transaction and answers for each', async () => {
    const addresses = Array.from({ length: 50 }, (_, index) => `192.0.2.${index + 1}`);
    await host.call('firewall.ensure', { protect: ['192.0.2.50'] });
    const outcomes = (await enforcer.applyBatch?.([...addresses, '192.0.2.1'].map((address) => request(address)))) ?? [];
    expect(outcomes.map((outcome) => outcome.verification)).toEqual([...Array<string>(49).fill('verified'), 'failed', 'verified']);
    expect((await host.call('firewall.list', {})).blocked).toHaveLength(49);
  });

  test('cuts the open connections of every address of a batch, IPv4 and IPv6', async () => {
    const open = [
      ['198.51.100.1', '198.51.100.2'],
      ['198.51.100.1', '198.51.100.3'],
      ['2001:db8:2::1', '2001:db8:2::2'],
    ].map(([to = '', from = '']) => runInside(pair.client, KNOCK, to, from, 'stay'));
    for (const client of open) expect(await client.line()).toBe('connected');
    const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '198.51.100.2', '198.51.100.3', '2001:db8:2::77'];
    const outcomes = (await enforcer.applyBatch?.(addresses.map((address) => request(address)))) ?? [];
    expect(outcomes.map((outcome) => outcome.detail.includes('1 connections closed'))).toEqual([false, false, false, true, true, true]);
    for (const client of open) expect(await client.line()).toBe('ECONNRESET');
    for (const client of open) await client.stop();
  });

  test('makes the table itself when it is missing, and again when it was flushed', async () => {
    expect(await enforcer.apply(request('192.0.2.7'))).toMatchObject({ verification: 'verified' });
    pair.server.run('nft', 'flush', 'ruleset');
    expect(await enforcer.apply(request('192.0.2.7', '10m'))).toMatchObject({ verification: 'verified' });
    expect(await enforcer.verify(request('192.0.2.7'))).toMatchObject({ verification: 'verified' });
  });

  test('undo of what is not there is a success; verify of it is not', async () => {
    expect(await enforcer.undo(request('192.0.2.7'))).toMatchObject({ verification: 'verified' });
    expect(await enforcer.verify(request('192.0.2.7'))).toMatchObject({ verification: 'failed' });
  });

  test('reconciles the kernel with the leases: adds, removes and sets times right', async () => {
    const now = Date.now();
    await host.call('firewall.ensure', { protect: ['203.0.113.1'] });
    const add = [
      { address: '192.0.2.1', timeoutSeconds: 600 },
      { address: '192.0.2.2', timeoutSeconds: 10_000 },
      { address: '192.0.2.9', timeoutSeconds: 600 },
    ];
    await host.call('firewall.apply', { add, remove: [] });
    const leases = [
      lease('192.0.2.1', now + 600_000),
      lease('192.0.2.2', now + 60_000),
      lease('2001:db8::5', now + 60_000),
      lease('203.0.113.1', now + 60_000),
    ];
    const repair = await enforcer.reconcile?.(leases, now);
    expect(repair).toMatchObject({ added: 2, removed: 1 });
    expect(repair?.detail).toContain('203.0.113.1');
    expect((await host.call('firewall.list', {})).blocked.map((block) => block.address).toSorted()).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::/64']);
    expect(Math.abs((await leftMs('192.0.2.2')) - 60_000)).toBeLessThan(1000);
    expect(await enforcer.reconcile?.(leases.slice(0, 3), Date.now())).toEqual({ added: 0, removed: 0, detail: '' });
  });

  test('a reconciliation with older leases does not undo what was just done, nor redo what was just undone', async () => {
    const now = Date.now();
    await enforcer.apply(request('192.0.2.7'));
    expect(await enforcer.reconcile?.([], now)).toMatchObject({ removed: 0 });
    await enforcer.undo(request('192.0.2.7'));
    expect(await enforcer.reconcile?.([lease('192.0.2.7', now + 60_000)], now)).toMatchObject({ added: 0 });
    expect(await leftMs('192.0.2.7')).toBe(0);
  });

  test('restores 20,000 blocks at once after a flush, and finds them right afterwards', async () => {
    const now = Date.now();
    const leases = Array.from({ length: 20_000 }, (_, index) =>
      lease(index % 2 === 0 ? nth(index + 70_000) : `2001:db8:${(index >> 4).toString(16)}:${(index & 15).toString(16)}::1`, now + 3_600_000),
    );
    await enforcer.reconcile?.([], now);
    const start = performance.now();
    const repair = await enforcer.reconcile?.(leases, now);
    const restored = performance.now() - start;
    expect(repair).toMatchObject({ added: 20_000, removed: 0 });
    const again = performance.now();
    expect(await enforcer.reconcile?.(leases, Date.now())).toMatchObject({ added: 0, removed: 0 });
    const checked = performance.now() - again;
    const single: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const before = performance.now();
      await enforcer.apply(request(nth(index)));
      single.push(performance.now() - before);
    }
    console.info(
      `measured: 20,000 blocks restored in ${restored.toFixed(0)} ms, checked in ${checked.toFixed(0)} ms, one whole action (set, connections, check) beside them ${medianOf(single).toFixed(1)} ms`,
    );
    // Far above what a quiet machine takes: this must fail for a slow way, not for a busy machine.
    expect(restored).toBeLessThan(4000);
  });

  test('a single whole action takes some milliseconds', async () => {
    await host.call('firewall.ensure', { protect: [] });
    await enforcer.reconcile?.([], Date.now());
    const times: number[] = [];
    for (let index = 0; index < 40; index += 1) {
      const before = performance.now();
      await enforcer.apply(request(nth(index)));
      times.push(performance.now() - before);
    }
    console.info(`measured: one whole action (set, connections, check) ${medianOf(times).toFixed(1)} ms`);
    expect(medianOf(times)).toBeLessThan(200);
  });

  test('fini takes the table away, and only that', async () => {
    pair.server.run('nft', 'add', 'table', 'inet', 'other');
    await enforcer.apply(request('192.0.2.7'));
    expect(await enforcer.fini()).toEqual(['table inet onesec with all its blocks']);
    expect(await enforcer.fini()).toEqual([]);
    expect(pair.server.run('nft', 'list', 'tables').trim()).toBe('table inet other');
  });

  test('is available here, and a rehearsal finds nothing to object', async () => {
    expect(await enforcer.availability()).toEqual({ isAvailable: true });
    expect(await enforcer.rehearse(request('192.0.2.7'))).toBeUndefined();
    expect(await host.call('firewall.list', {})).toMatchObject({ present: false });
  });
});
