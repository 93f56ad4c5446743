import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFirewall, type Firewall } from '../../../src/os/firewall/firewall.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../../kit/netns.ts';

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const nth = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;

describe.skipIf(skipsWithout(whyNoNetns(), 'firewall'))('the own table in a real kernel', () => {
  let namespace: Netns;
  let firewall: Firewall;

  beforeEach(() => {
    namespace = createNetns('osf');
    firewall = createFirewall({ netns: namespace.name });
  });
  afterEach(async () => {
    await firewall.close();
    namespace.remove();
  });

  const addressesNow = async () => (await firewall.list({})).blocked.map((entry) => entry.address).toSorted();

  test('is created once, and seen as right the second time', async () => {
    expect(await firewall.ensure({ protect: [] })).toEqual({ created: true });
    expect(await firewall.ensure({ protect: [] })).toEqual({ created: false });
    expect(namespace.run('nft', 'list', 'tables').trim()).toBe('table inet onesec');
  });

  test('accepts loopback and protected sessions before it drops, for input and forward', async () => {
    await firewall.ensure({ protect: ['192.0.2.1', '2001:db8::1'] });
    const text = namespace.run('nft', 'list', 'table', 'inet', 'onesec');
    for (const hook of ['input', 'forward']) {
      const chain = text.slice(text.indexOf(`chain ${hook}`));
      const order = ['hook', 'iif "lo" accept', '@protect4 ct state established,related accept', '@protect6 ct state', 'jump blocked'].map((part) =>
        chain.indexOf(part),
      );
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(order).not.toContain(-1);
      expect(chain).toMatch(/priority -200/);
    }
  });

  test('keeps its blocks when another process takes it over', async () => {
    await firewall.ensure({ protect: [] });
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
    const next = createFirewall({ netns: namespace.name });
    expect(await next.ensure({ protect: [] })).toEqual({ created: false });
    expect((await next.list({})).blocked.map((entry) => entry.address)).toEqual(['192.0.2.7']);
    await next.close();
  });

  test.each([
    ['a flushed ruleset', ['flush', 'ruleset']],
    ['rules flushed from the table', ['flush', 'table', 'inet', 'onesec']],
    ['a chain flushed', ['flush', 'chain', 'inet', 'onesec', 'blocked']],
    ['a rule added in front', ['insert', 'rule', 'inet', 'onesec', 'input', 'accept']],
  ])('repairs %s', async (_what, command) => {
    await firewall.ensure({ protect: [] });
    const before = namespace.run('nft', 'list', 'table', 'inet', 'onesec');
    namespace.run('nft', ...command);
    expect(await firewall.ensure({})).toEqual({ created: true });
    expect(namespace.run('nft', 'list', 'table', 'inet', 'onesec')).toBe(before);
  });

  test('replaces a table of its name that has other types in it', async () => {
    namespace.run('nft', 'add table inet onesec; add set inet onesec block4 { type ipv6_addr; }');
    expect(await firewall.ensure({ protect: [] })).toEqual({ created: true });
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
    expect(await addressesNow()).toEqual(['192.0.2.7']);
  });

  test('blocks addresses, /64 and any other network, and lists what it was given', async () => {
    await firewall.ensure({ protect: [] });
    const addresses = ['192.0.2.7', '192.0.2.0/24', '198.51.100.128/25', '2001:db8::9', '2001:db8:0:1::/64', '2001:db8:a::/48', '2001:db8:b::/52'];
    const reply = await firewall.apply({ add: addresses.map((address) => ({ address, timeoutSeconds: 90 })), remove: [] });
    expect(reply).toEqual({ added: 7, removed: 0 });
    expect(await addressesNow()).toEqual(addresses.toSorted());
    for (const entry of (await firewall.list({})).blocked) {
      expect(entry.expiresInMs).toBeGreaterThan(88_000);
      expect(entry.expiresInMs).toBeLessThanOrEqual(90_500);
    }
    expect(await firewall.ensure({})).toEqual({ created: false });
  });

  test('says whether an address is blocked, by itself or by its network, and for how long', async () => {
    await firewall.ensure({ protect: [] });
    await firewall.apply({ add: [{ address: '2001:db8:0:1::/64', timeoutSeconds: 90.5 }], remove: [] });
    const inside = await firewall.has({ address: '2001:db8:0:1::42' });
    expect(inside.present).toBe(true);
    expect(inside.expiresInMs).toBeGreaterThan(89_000);
    expect(await firewall.has({ address: '2001:db8:0:1::/64' })).toMatchObject({ present: true });
    expect(await firewall.has({ address: '2001:db8:0:2::42' })).toEqual({ present: false });
    expect(await firewall.has({ address: '192.0.2.1' })).toEqual({ present: false });
  });

  test('removes then adds in one transaction, absent ones included', async () => {
    await firewall.ensure({ protect: [] });
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
    await firewall.apply({
      add: [
        { address: '192.0.2.8', timeoutSeconds: 60 },
        { address: '192.0.2.8', timeoutSeconds: 600 },
      ],
      remove: ['192.0.2.7', '192.0.2.99', '192.0.2.99', '203.0.113.0/28'],
    });
    expect(await addressesNow()).toEqual(['192.0.2.8']);
    expect((await firewall.has({ address: '192.0.2.8' })).expiresInMs).toBeGreaterThan(590_000);
  });

  test('sets the timeout of a present element anew, longer or shorter', async () => {
    await firewall.ensure({ protect: [] });
    for (const timeoutSeconds of [60, 600, 30]) {
      await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds }], remove: [] });
      const left = (await firewall.has({ address: '192.0.2.7' })).expiresInMs ?? 0;
      expect(Math.abs(left - timeoutSeconds * 1000)).toBeLessThan(1000);
    }
  });

  test('never blocks what covers a protected address, and blocks the rest of the batch', async () => {
    await firewall.ensure({ protect: ['192.0.2.1', '2001:db8:0:1::5'] });
    const reply = await firewall.apply({
      add: ['192.0.2.0/24', '192.0.2.1', '2001:db8:0:1::/64', '198.51.100.1'].map((address) => ({ address, timeoutSeconds: 60 })),
      remove: [],
    });
    expect(reply).toEqual({ added: 1, removed: 0, refused: ['192.0.2.0/24', '192.0.2.1', '2001:db8:0:1::/64'] });
    expect(await addressesNow()).toEqual(['198.51.100.1']);
  });

  test.each([
    '192.0.2.1 }; flush ruleset; add element inet onesec block4 { 192.0.2.2',
    '192.0.2',
    '',
    '@block4',
    '192.0.2.1\nflush ruleset',
    '0.0.0.0/0',
    '::/0',
  ])('refuses %j without touching the kernel', async (address) => {
    await firewall.ensure({ protect: [] });
    await expect(firewall.apply({ add: [{ address, timeoutSeconds: 60 }], remove: [] })).rejects.toMatchObject({ name: 'SecError' });
    await expect(firewall.has({ address }))
      .resolves.toBeDefined()
      .catch(() => undefined);
    expect(await firewall.list({})).toEqual({ present: true, blocked: [] });
  });

  test.each([
    ['was never there', false],
    ['is gone', true],
  ])('makes a table that %s for the first thing to block, whole, and says so', async (_what, wasThere) => {
    await firewall.protect({ addresses: ['198.51.100.9'] });
    if (wasThere) {
      await firewall.ensure({});
      namespace.run('nft', 'flush', 'ruleset');
    }
    expect(await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: ['192.0.2.8'] })).toMatchObject({ added: 1, created: true });
    expect(await addressesNow()).toEqual(['192.0.2.7']);
    expect(await firewall.ensure({})).toEqual({ created: false });
    const table = namespace.run('nft', 'list', 'table', 'inet', 'onesec');
    namespace.run('nft', 'delete', 'table', 'inet', 'onesec');
    await firewall.ensure({});
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
    const withoutTimes = (text: string): string => text.replace(/expires \w+/g, '');
    expect(withoutTimes(table)).toBe(withoutTimes(namespace.run('nft', 'list', 'table', 'inet', 'onesec')));
  });

  test('makes no table when there is only something to unblock', async () => {
    await firewall.apply({ add: [], remove: ['192.0.2.8'] });
    expect(await firewall.list({})).toEqual({ present: false, blocked: [] });
  });

  test('blocks all the same when only a set of the table was taken away', async () => {
    await firewall.ensure({ protect: [] });
    namespace.run('nft', 'flush chain inet onesec blocked; delete set inet onesec block4');
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
    expect(await addressesNow()).toEqual(['192.0.2.7']);
    expect(namespace.run('nft', 'list', 'chain', 'inet', 'onesec', 'blocked')).toContain('ip saddr @block4');
  });

  test('replaces a table by its name with other types in it, when there is something to block', async () => {
    namespace.run('nft', 'add table inet onesec; add set inet onesec block4 { type ipv6_addr; }');
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
    expect(await addressesNow()).toEqual(['192.0.2.7']);
  });

  test('goes on when its nft process is killed, between commands or during one', async () => {
    await firewall.ensure({ protect: [] });
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 60 }], remove: [] });
      const pids = execFileSync('ip', ['netns', 'pids', namespace.name], { encoding: 'utf8' }).trim().split('\n').map(Number);
      expect(pids).toHaveLength(1);
      for (const pid of pids) process.kill(pid, signal);
      expect(await firewall.apply({ add: [{ address: '192.0.2.8', timeoutSeconds: 60 }], remove: ['192.0.2.7'] })).toEqual({ added: 1, removed: 1 });
      expect(await addressesNow()).toEqual(['192.0.2.8']);
    }
  });

  test('lets an element expire in the kernel by itself', async () => {
    await firewall.ensure({ protect: [] });
    await firewall.apply({ add: [{ address: '192.0.2.7', timeoutSeconds: 1 }], remove: [] });
    expect(await addressesNow()).toEqual(['192.0.2.7']);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(await addressesNow()).toEqual([]);
  });

  test('removes its table and nothing else, twice', async () => {
    namespace.run('nft', 'add', 'table', 'inet', 'other');
    await firewall.ensure({ protect: [] });
    expect(await firewall.remove({})).toEqual({ removed: true });
    expect(await firewall.remove({})).toEqual({ removed: false });
    expect(namespace.run('nft', 'list', 'tables').trim()).toBe('table inet other');
  });

  test('replaces the protected set', async () => {
    await firewall.ensure({ protect: ['192.0.2.1', '192.0.2.0/28'] });
    await firewall.protect({ addresses: ['198.51.100.5', '2001:db8::5'] });
    const text = namespace.run('nft', 'list', 'table', 'inet', 'onesec');
    expect(text).toContain('198.51.100.5');
    expect(text).toContain('2001:db8::5');
    expect(text).not.toContain('192.0.2');
  });

  test('keeps protected addresses in mind while there is no table', async () => {
    expect(await firewall.protect({ addresses: ['192.0.2.1'] })).toEqual({});
    expect(await firewall.list({})).toEqual({ present: false, blocked: [] });
    await firewall.ensure({});
    expect(namespace.run('nft', 'list', 'set', 'inet', 'onesec', 'protect4')).toContain('192.0.2.1');
    expect(await firewall.apply({ add: [{ address: '192.0.2.1', timeoutSeconds: 60 }], remove: [] })).toMatchObject({ refused: ['192.0.2.1'] });
  });

  test('one block takes a few milliseconds at most, also beside 20,000 others; 20,000 load and list in a moment', async () => {
    await firewall.ensure({ protect: [] });
    const one = async (index: number): Promise<number> => {
      const start = performance.now();
      await firewall.apply({ add: [{ address: nth(index), timeoutSeconds: 3600 }], remove: [] });
      return performance.now() - start;
    };
    const empty: number[] = [];
    for (let index = 0; index < 200; index += 1) empty.push(await one(index));
    const many = Array.from({ length: 20_000 }, (_, index) => ({ address: nth(100_000 + index), timeoutSeconds: 3600 }));
    const start = performance.now();
    await firewall.apply({ add: many, remove: [] });
    const loaded = performance.now() - start;
    const full: number[] = [];
    for (let index = 1000; index < 1200; index += 1) full.push(await one(index));
    const beforeList = performance.now();
    const listed = await firewall.list({});
    const listing = performance.now() - beforeList;
    console.info(
      `measured: one block ${medianOf(empty).toFixed(2)} ms (beside 20,000: ${medianOf(full).toFixed(2)} ms), 20,000 blocks ${loaded.toFixed(0)} ms, list ${listing.toFixed(0)} ms`,
    );
    expect(listed.blocked).toHaveLength(20_400);
    expect(medianOf(empty)).toBeLessThan(10);
    expect(medianOf(full)).toBeLessThan(10);
    // Far above what a quiet machine takes: this must fail for a slow way, not for a busy machine.
    expect(loaded).toBeLessThan(4000);
    expect(listing).toBeLessThan(2000);
  });
});
