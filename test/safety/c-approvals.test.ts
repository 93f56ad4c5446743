import { expect, test } from 'vitest';
import type { Approval } from '../../src/domain/approval.ts';
import { addProcess, createWorld } from './fake-host.ts';
import { policyOf, rule, type Scene, withScene } from './scene.ts';

const KILL = await policyOf([rule('kill_process', { skipApproval: false, hold: true })]);
const BLOCK = await policyOf([rule('block_ip', { skipApproval: false })]);

const first = ({ store }: Scene): Approval => {
  const [approval] = store.approvals.waiting();
  if (approval === undefined) throw new Error('nothing waits');
  return approval;
};
const withProcess = (work: (scene: Scene) => Promise<void>, policy = KILL): Promise<void> => {
  const world = createWorld();
  const process = addProcess(world, 500);
  return withScene(
    policy,
    async (scene) => {
      await scene.raise({ entities: { process } });
      await work(scene);
    },
    world,
  );
};

test('safety 20: a question survives the death of the daemon and is carried out exactly once', async () => {
  await withProcess(async (scene) => {
    await scene.restart();
    await scene.life.round();
    expect(scene.world.processes.get(500)?.state).toBe('stopped');
    const done = await scene.life.decide(first(scene), 'approve');
    await expect(scene.life.decide(done, 'approve')).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
    await scene.restart();
    await scene.life.round();
    expect(scene.world.processes.get(500)?.state).toBe('gone');
    expect(scene.records('intent')).toHaveLength(1);
  });
});

test('safety 21: an approval means that very process: another one under the same number is left alone', async () => {
  await withProcess(async (scene) => {
    const approval = first(scene);
    addProcess(scene.world, 500, { startTime: 9_999_999 });
    const { state } = await scene.life.decide(approval, 'approve').catch(() => scene.store.approvals.get(approval.id) ?? approval);
    expect(state).not.toBe('pending');
    expect(scene.world.processes.get(500)?.state).toBe('running');
  });
});

test('safety 22: no answer means no action: expired, written down, the process goes on, nothing stays in force', async () => {
  await withProcess(async (scene) => {
    const approval = first(scene);
    scene.clock.advance(approval.expiresAt - scene.clock.now() + 1);
    await scene.life.round();
    expect(scene.store.approvals.get(approval.id)?.state).toBe('expired');
    expect(scene.world.processes.get(500)?.state).toBe('running');
    expect(scene.store.leases.live()).toEqual([]);
    expect(scene.life.policy()).toEqual(KILL);
  });
});

test('safety 23: when too many wait the least severe gives way, never the oldest, and the same target is one question', async () => {
  const policy = { ...BLOCK, approvalGate: { ...BLOCK.approvalGate, maxPending: 2 } };
  await withScene(policy, async (scene) => {
    await scene.raise({ severity: 'CRITICAL', entities: { ip: '203.0.113.1' } });
    // Which is the oldest cannot be told within one millisecond.
    scene.clock.advance(1000);
    await scene.raise({ severity: 'MEDIUM', entities: { ip: '203.0.113.2' } });
    await scene.raise({ severity: 'MEDIUM', entities: { ip: '203.0.113.3' } });
    await scene.raise({ severity: 'HIGH', entities: { ip: '203.0.113.4' } });
    await scene.raise({ severity: 'HIGH', entities: { ip: '203.0.113.4' } });
    const waiting = scene.store.approvals.waiting().map(({ target }) => (target.kind === 'ip' ? target.address : ''));
    expect(waiting.toSorted()).toEqual(['203.0.113.1', '203.0.113.4']);
  });
});

test('safety 24: a decision carries who, when and why; where two must agree one is not enough', async () => {
  const twoPerson = { actions: ['block_ip'], groups: [[], []], allowsBreakGlass: true } as const;
  await withScene({ ...BLOCK, approvalGate: { ...BLOCK.approvalGate, twoPerson } }, async (scene) => {
    await scene.raise({});
    const after = await scene.life.decide(first(scene), 'approve').catch(() => first(scene));
    expect(after.state).toBe('pending');
    expect(scene.world.table).toBeUndefined();
  });
  await withScene(BLOCK, async (scene) => {
    await scene.raise({});
    const done = await scene.life.decide(first(scene), 'approve');
    expect(done).toMatchObject({ state: 'done', decidedBy: { name: 'ops', uid: 1000 }, reason: 'seen', decidedAt: scene.clock.now() });
    expect(scene.records('intent')[0]?.actor).toMatchObject({ name: 'ops' });
  });
});

test('safety 25: the length of a grant counts from its execution, and what was approved can be taken back', async () => {
  await withScene(BLOCK, async (scene) => {
    await scene.raise({});
    scene.clock.advance(600_000);
    await scene.life.decide(first(scene), 'approve');
    const [lease] = scene.store.leases.live();
    expect((lease?.expiresAt ?? 0) - scene.clock.now()).toBe(3_600_000);
    await scene.life.undo('203.0.113.7');
    expect(scene.world.table?.size).toBe(0);
  });
});

test('safety 26: allow list and dry run of the moment of execution count, not those of the question', async () => {
  for (const change of [{ dryRun: true }, { globalAllowList: ['203.0.113.0/24'] }, { enabled: false }])
    await withScene(BLOCK, async (scene) => {
      await scene.raise({});
      scene.mood.policy = { ...BLOCK, ...change };
      const { state } = await scene.life.decide(first(scene), 'approve');
      expect(['failed', 'void']).toContain(state);
      expect(scene.world.table).toBeUndefined();
    });
});
