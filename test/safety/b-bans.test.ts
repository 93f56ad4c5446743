import { expect, test } from 'vitest';
import { createWebGrammar } from '../../src/actors/collectors/grammars/web.ts';
import { targetOf } from '../../src/actors/response/targets.ts';
import type { HostOperation } from '../../src/domain/host.ts';
import { toSafe } from '../../src/domain/safe-text.ts';
import { STANDING_SETS, structureScript } from '../../src/os/firewall/layout.ts';
import { parseLine } from '../actors/collectors/grammars/parse-lines.ts';
import { sampleAlert } from '../kit/alerts.ts';
import { addProcess, createWorld } from './fake-host.ts';
import { policyOf, rule, withScene } from './scene.ts';

const SHORT = rule('block_ip', { types: ['short'], params: { duration: '2m' } });
const LONG = rule('block_ip', { types: ['long'], params: { duration: '2h' } });
const POLICY = await policyOf([SHORT, LONG]);

test('safety 11: an address is blocked in its canonical form: v4-mapped as IPv4, IPv6 as its /64', async () => {
  await withScene(POLICY, async ({ world, raise }) => {
    await raise({ type: 'long', entities: { ip: '2001:db8:0:1::5' } });
    expect(world.everBlocked).toEqual(['2001:db8:0:1::/64']);
  });
  expect(targetOf('block_ip', sampleAlert({ entities: { ip: '203.0.113.7' } }))).toEqual({ kind: 'ip', address: '203.0.113.7' });
});

test('safety 12: the kernel and the store know the same end, and a daemon that died moves it by no more than a second', async () => {
  await withScene(POLICY, async ({ world, store, clock, life, raise, restart }) => {
    await raise({ type: 'long', entities: { ip: '203.0.113.7' } });
    const end = store.leases.live()[0]?.expiresAt ?? 0;
    life.kill();
    clock.advance(1_800_000);
    await restart();
    expect(Math.abs((world.table?.get('203.0.113.7') ?? 0) - end)).toBeLessThanOrEqual(1000);
    expect(store.leases.live()[0]?.expiresAt).toBe(end);
  });
});

test('safety 13: what others flushed comes back at the next look, counted and written down', async () => {
  await withScene(POLICY, async ({ world, clock, life, raise, records }) => {
    await raise({ type: 'long', entities: { ip: '203.0.113.7' } });
    world.table = undefined;
    clock.advance(10);
    expect(await life.reconcile('block_ip')).toMatchObject({ added: 1 });
    expect(world.table).toBeDefined();
    expect(records('repair')[0]?.reason).toContain('1 blocks were missing');
    expect(await life.reconcile('block_ip')).toMatchObject({ added: 0, removed: 0, detail: '' });
  });
});

test('safety 14: a longer block extends, a shorter one never shortens', async () => {
  await withScene(POLICY, async ({ world, life, clock }) => {
    const enforcer = life.enforcers.get('block_ip');
    const ask = (duration: string) =>
      enforcer?.apply({ actionId: duration, target: { kind: 'ip', address: '203.0.113.7' }, params: { duration }, now: clock.now() });
    const left = (): number => (world.table?.get('203.0.113.7') ?? 0) - clock.now();
    await ask('2m');
    await ask('2h');
    expect(left()).toBe(7_200_000);
    await ask('2m');
    expect(left()).toBe(7_200_000);
  });
});

test('safety 15: input and forward, before other tables, and connections are closed after the set was changed', async () => {
  const script = structureScript(STANDING_SETS, []);
  expect(script).toMatch(/hook input priority -\d+/);
  expect(script).toMatch(/hook forward priority -\d+/);
  await withScene(POLICY, async ({ world, raise }) => {
    await raise({ type: 'long', entities: { ip: '203.0.113.7' } });
    const at = (name: HostOperation): number => world.calls.indexOf(name);
    expect(at('firewall.apply')).toBeLessThan(at('connections.kill'));
    expect(at('connections.kill')).toBeLessThan(at('firewall.find'));
  });
});

test('safety 16: what the host does not show afterwards is a failure, whatever it answered', async () => {
  await withScene(POLICY, async ({ world, store, mood, raise, records }) => {
    mood.watch = (name, moment) => {
      if (name === 'firewall.apply' && moment === 'after') world.table?.clear();
    };
    await raise({ type: 'long', entities: { ip: '203.0.113.7' } });
    expect(records('outcome')[0]).toMatchObject({ outcome: 'failure', verification: 'failed', reason: expect.stringContaining('does not have') });
    expect(store.leases.live()).toEqual([]);
  });
});

test('safety 17: never the proxy, not even as part of a network or when only it is known; the client behind it is the source', async () => {
  const proxies = ['192.0.2.80/29'];
  const grammar = createWebGrammar({ trustedProxies: proxies });
  const first = (forwarded: string) =>
    parseLine(grammar, `192.0.2.81 - - [12/Jan/2026:03:04:05 +0000] "GET /a HTTP/1.1" 404 5 "-" "curl/8" "${forwarded}"`).events[0];
  await withScene(
    POLICY,
    async ({ world, raise, records }) => {
      const unknown = first('-');
      expect(unknown).toMatchObject({ sourceIp: '192.0.2.81', details: { only_proxy_known: true } });
      await raise({ type: 'long', entities: unknown?.entities ?? {} });
      await raise({ type: 'long', entities: { ip: '192.0.2.0/24' } });
      expect(world.table).toBeUndefined();
      for (const decision of records('decision')) expect(decision).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('a trusted proxy') });
      expect(records('decision')).toHaveLength(2);
      // What stands left of the first hop that is no proxy was said by the client.
      const known = first('198.51.100.1, 203.0.113.9, 192.0.2.82');
      expect(known?.details).not.toHaveProperty('only_proxy_known');
      await raise({ type: 'long', entities: known?.entities ?? {} });
      expect(world.everBlocked).toEqual(['203.0.113.9']);
    },
    undefined,
    { trustedProxies: proxies },
  );
});

test('safety 18: what only a sender claims never acts, however severe', async () => {
  await withScene(POLICY, async ({ world, raise, records }) => {
    await raise({ type: 'long', isClaim: true });
    expect(world.table).toBeUndefined();
    expect(records('decision')[0]).toMatchObject({ outcome: 'claim-only' });
  });
});

test('safety 19: text of an attacker reaches plan and history without control characters and never as a shell string', async () => {
  const evil = '/tmp/\u001b[2Jx;rm -rf $(id)\n';
  expect(toSafe(evil, 100)).not.toMatch(/[\u0000-\u001f]/);
  const policy = await policyOf([rule('kill_process', { skipApproval: false })]);
  const world = createWorld();
  const process = addProcess(world, 500, { exe: evil });
  await withScene(
    policy,
    async ({ store, raise }) => {
      await raise({ entities: { process } });
      expect(store.approvals.waiting()[0]?.plan.join('|')).not.toMatch(/[\u0000-\u001f]/);
    },
    world,
  );
});
