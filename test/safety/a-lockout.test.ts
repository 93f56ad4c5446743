import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { panic } from '../../src/daemon/panic.ts';
import { createPolicyKeeper } from '../../src/daemon/policy-keeper.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import { STANDING_SETS, structureScript } from '../../src/os/firewall/layout.ts';
import { createDirectory, START, withStore } from '../store/store-fixtures.ts';
import { addAccount, addProcess, createWorld, hostOf } from './fake-host.ts';
import { policyOf, rule, withScene } from './scene.ts';

const BLOCK = await policyOf([rule('block_ip')]);

test('safety 01: who operates the host is on the never-block list while connected and ten minutes after', async () => {
  await withScene(BLOCK, async ({ world, life, clock, raise, records }) => {
    world.operators = createWorld({ gateways: ['192.0.2.1'], resolvers: ['192.0.2.53'], ownAddresses: ['192.0.2.10'] }).operators;
    clock.advance(540_000);
    await life.protector.refresh([]);
    for (const ip of ['192.0.2.77', '192.0.2.1', '192.0.2.53', '192.0.2.10']) await raise({ entities: { ip } });
    expect(world.everBlocked).toEqual([]);
    expect(records('decision').map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused', 'refused']);
    clock.advance(120_000);
    await life.protector.refresh([]);
    await raise({ entities: { ip: '192.0.2.77' } });
    expect(world.everBlocked).toEqual(['192.0.2.77']);
  });
});

test('safety 02: the firewall itself refuses a network that holds a protected address, whoever asks', async () => {
  await withScene(BLOCK, async ({ world, clock, life, mood, raise, records }) => {
    mood.watch = (name) => {
      // Connected after all guards were asked.
      if (name === 'firewall.apply') world.protect = ['203.0.113.9'];
    };
    await raise({ entities: { ip: '203.0.113.0/24' } });
    expect(world.everBlocked).toEqual([]);
    expect(records('outcome')[0]).toMatchObject({ outcome: 'failure', reason: expect.stringContaining('protected address') });
    expect((await hostOf(world, clock).call('firewall.list', {})).blocked).toEqual([]);
    expect(life.leases.live()).toEqual([]);
  });
});

test('safety 03: loopback first, then established connections of the protected, then the blocks; all in one transaction', () => {
  const script = structureScript(STANDING_SETS, []);
  for (const chain of ['input', 'forward']) {
    const rules = script.split('\n').filter((line) => line.startsWith(`add rule inet onesec ${chain} `));
    expect(rules.map((line) => /iif lo|@protect4|@protect6|jump blocked/.exec(line)?.[0])).toEqual(['iif lo', '@protect4', '@protect6', 'jump blocked']);
  }
});

test('safety 04: the allow list lifts what it touches, ends approvals about it, and says so', async () => {
  const policy = await policyOf([rule('block_ip', { types: ['now'] }), rule('block_ip', { types: ['ask'], skipApproval: false })]);
  await withScene(policy, async ({ world, store, life, raise, records }) => {
    await raise({ type: 'now', entities: { ip: '203.0.113.7' } });
    await raise({ type: 'ask', entities: { ip: '203.0.113.8' } });
    const by = { name: 'ops', uid: 1000, via: 'cli' as const };
    const { lifted, approvalsEnded } = await life.allow.add({ network: '203.0.113.0/24', reason: 'ours', forMs: undefined }, by);
    expect([lifted, approvalsEnded, world.table?.size]).toEqual([['203.0.113.7'], 1, 0]);
    await life.round();
    expect(store.approvals.waiting()).toEqual([]);
    expect(records('allow-list')[0]?.reason).toContain('1 blocks lifted, 1 approvals ended');
  });
});

test('safety 05: out of the box nothing is done: the history says what would have been', async () => {
  await withStore(async (store) => {
    const keeper = await createPolicyKeeper({
      config: configSchema.parse({}),
      store,
      clock: createManualClock(START),
      isObserveOnly: false,
      forceDryRun: false,
    });
    expect(keeper.current()).toMatchObject({ dryRun: true, preset: 'safe' });
  });
  await withScene({ ...BLOCK, dryRun: true }, async ({ world, raise, records }) => {
    await raise({});
    expect(world.table).toBeUndefined();
    await expect.poll(() => records('decision')[0]).toMatchObject({ outcome: 'dry-run', reason: expect.stringContaining('would do') });
  });
});

test('safety 06: a stronger preset goes back after 120 s unless it is confirmed', async () => {
  await withStore(async (store) => {
    const clock = createManualClock(START);
    const config = configSchema.parse({ enforcement: { dry_run: false, preset: 'safe' } });
    const keeper = await createPolicyKeeper({ config, store, clock, isObserveOnly: false, forceDryRun: false });
    await keeper.setPreset('strict');
    clock.advance(119_999);
    await keeper.tick();
    expect(keeper.current().preset).toBe('strict');
    clock.advance(1);
    await keeper.tick();
    expect(keeper.current().preset).toBe('safe');
    await keeper.setPreset('strict');
    await keeper.confirm();
    clock.advance(600_000);
    await keeper.tick();
    expect(keeper.current().preset).toBe('strict');
  });
});

test('safety 07: panic needs no daemon and no store: table gone, accounts unlocked', async () => {
  const policy = await policyOf([rule('block_ip'), rule('disable_user')]);
  const place = createDirectory();
  await withScene(policy, async ({ world, clock, life, raise }) => {
    addAccount(world, 'mallory', 1001);
    addAccount(world, 'ann', 1002);
    await raise({ type: 'takeover', entities: { ip: '203.0.113.7', user: 'mallory' } });
    expect([world.table?.size, world.accounts.get('mallory')?.isLocked]).toEqual([1, true]);
    life.kill();
    const flag = `${place.directory}/observe-only`;
    const result = await panic({
      host: hostOf(world, clock),
      flags: [flag],
      dataDirectory: place.directory,
      words: 'test',
      pause: async () => undefined,
    });
    expect(result).toMatchObject({ flag, left: [] });
    expect([world.table, world.accounts.get('mallory')?.isLocked]).toEqual([undefined, false]);
  });
  place.remove();
});

test('safety 08: over a cap nothing more is done and the history says which', async () => {
  const caps = { ...BLOCK.caps, maxActiveBlocks: 2, maxNewActionsPerMinute: 3 };
  await withScene({ ...BLOCK, caps }, async ({ world, raise, records }) => {
    for (let host = 1; host <= 5; host += 1) await raise({ entities: { ip: `203.0.113.${host}` } });
    expect(world.everBlocked).toHaveLength(2);
    expect(records('decision')[0]).toMatchObject({ outcome: 'over-budget', reason: expect.stringContaining('cap of 2 active blocks') });
    await raise({ entities: { ip: '198.51.0.0/16' } });
    expect(records('decision')[0]).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('wider') });
  });
});

test('safety 09: without a table nothing is decided, and one that cannot be saved leaves the last one in force', async () => {
  await withScene({ ...BLOCK, policies: {} }, async ({ world, raise }) => {
    await raise({});
    expect(world.table).toBeUndefined();
  });
  await withStore(async (store) => {
    const broken = { ...store, meta: { ...store.meta, put: () => Promise.reject(new Error('disk full')) } };
    const clock = createManualClock(START);
    const keeper = await createPolicyKeeper({ config: configSchema.parse({}), store: broken, clock, isObserveOnly: false, forceDryRun: false });
    await expect(keeper.setPreset('strict')).rejects.toThrow('disk full');
    expect(keeper.current().preset).toBe('safe');
  });
});

test('safety 10: never root, services, the last administrator, the operator, an approver; never init, sshd, a session, kernel threads', async () => {
  const policy = await policyOf([rule('disable_user', { types: ['user'] }), rule('kill_process', { types: ['process'] })]);
  const world = createWorld({ sshPeers: ['192.0.2.77'], sessionPids: [60], sshdListeners: [40] });
  for (const [user, uid] of [
    ['root', 0],
    ['www-data', 33],
    ['last-admin', 1001],
    ['operator', 1002],
    ['approver', 1003],
  ] as const)
    addAccount(world, user, uid);
  const session = addProcess(world, 60, { uid: 1002 });
  const targets = [addProcess(world, 1), addProcess(world, 40), session, addProcess(world, 90, { exe: '' }), addProcess(world, process.pid)];
  await withScene(
    policy,
    async ({ raise }) => {
      for (const user of world.accounts.keys()) await raise({ type: 'user', entities: { user } });
      for (const process of targets) await raise({ type: 'process', entities: { process } });
      expect([...world.accounts.values()].filter(({ isLocked }) => isLocked)).toEqual([]);
      expect([...world.processes.values()].filter(({ state }) => state !== 'running')).toEqual([]);
    },
    world,
  );
});

test('safety 10: never a package manager at work, nor what has one under it; the history says why, and the same file of another user is ended', async () => {
  const policy = await policyOf([rule('kill_process')]);
  const world = createWorld();
  const dpkg = addProcess(world, 500, { exe: '/usr/bin/dpkg', name: 'dpkg', uid: 0 });
  const parent = addProcess(world, 600, { exe: '/usr/bin/bash', uid: 0 });
  addProcess(world, 601, { exe: '/usr/bin/apt-get', name: 'apt-get', uid: 0, parentPid: 600 });
  const user = addProcess(world, 700, { exe: '/usr/bin/dpkg', name: 'dpkg', uid: 33 });
  await withScene(
    policy,
    async ({ raise, records }) => {
      await raise({ entities: { process: dpkg } });
      expect(records('decision')[0]).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('a package manager at work (dpkg)') });
      await raise({ entities: { process: parent } });
      expect(records('outcome')[0]).toMatchObject({
        outcome: 'failure',
        reason: expect.stringContaining('process 601 is a package manager at work (apt-get)'),
      });
      expect([500, 600, 601].map((pid) => world.processes.get(pid)?.state)).toEqual(['running', 'running', 'running']);
      await raise({ entities: { process: user } });
      expect(world.processes.get(700)?.state).toBe('gone');
    },
    world,
  );
});
