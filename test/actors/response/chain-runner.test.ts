import { describe, expect, test, vi } from 'vitest';
import { createChainRunner } from '../../../src/actors/response/chain-runner.ts';
import type { Approval } from '../../../src/domain/approval.ts';
import type { Chain, ChainRun } from '../../../src/domain/chain.ts';
import { asId } from '../../../src/domain/ids.ts';
import type { Store } from '../../../src/store/contract.ts';
import { sampleAlert } from '../../kit/alerts.ts';
import { sampleChain, sampleStep } from '../../kit/chains.ts';
import { policyOfPreset } from '../../kit/policies.ts';
import { sampleApproval, withStore } from '../../store/store-fixtures.ts';
import { createFakeEnforcer, createGate, createRoom, type FakeEnforcer, OPERATOR, settle } from './room.ts';

const createWorld = async (store: Store, chains: readonly Chain[], enforcers: readonly FakeEnforcer[]) => {
  const room = await createRoom(store, enforcers, await policyOfPreset('balanced', { policies: { auth_fortress: { cooldown_seconds: 60 } } }));
  const asked: Approval[] = [];
  const settled: string[] = [];
  const make = () =>
    createChainRunner({
      ...room.dependencies,
      chains,
      settle: (id, reason) => settled.push(`${id} ${reason}`),
      openApproval: async (alert, decision, step) => {
        const approval: Approval = {
          ...sampleApproval(asked.length + 1),
          actionId: step.actionId,
          chain: step.chain,
          alertId: alert.id,
          action: decision.action,
          target: decision.target,
          state: 'pending',
          version: 1,
        };
        await store.commit({ approvals: [approval], records: [] });
        asked.push(approval);
        return approval;
      },
    });
  const runner = make();
  /** Lets time pass until nothing moves. */
  const rounds = async (which = runner, count = 8): Promise<void> => {
    for (let round = 0; round < count; round += 1) {
      await which.tick();
      await quiet(store);
      room.clock.advance(1100);
    }
  };
  const runs = (): readonly ChainRun[] => store.chainRuns.page(10);
  const words = (): readonly string[] => runs().map((run) => `${run.state}: ${run.steps.map(({ step, state }) => `${step} ${state}`).join(', ')}`);
  return { ...room, runner, again: make, rounds, runs, words, asked, settled };
};
/** Lets writes come to disk, and what waits for them go on. */
const quiet = async (store: Store): Promise<void> => {
  for (let turn = 0; turn < 6; turn += 1) {
    await store.flushed();
    await settle(5);
  }
};
const failing = { verification: 'failed', detail: 'no such table' } as const;

describe('action chains', () => {
  test('run step after step, each recorded, once for an alert however often it comes', () =>
    withStore(async (store) => {
      const block = createFakeEnforcer('block_ip');
      const world = await createWorld(store, [sampleChain()], [block]);
      const alert = sampleAlert();
      world.runner.react(alert);
      world.runner.react(alert);
      await world.rounds();
      world.runner.react(alert);
      world.runner.react(sampleAlert());
      await world.rounds(world.runner, 1);
      expect(world.words()).toEqual(['completed: block succeeded, note succeeded']);
      expect(block.calls).toEqual(['apply 203.0.113.7']);
      expect(world.lines()).toEqual([
        'chain lockdown',
        'intent block_ip 203.0.113.7 execute',
        'outcome block_ip 203.0.113.7 success',
        `outcome log_only ${alert.id} success`,
        'chain lockdown',
      ]);
      expect(world.runner.counts()).toEqual({ live: 0, started: 1, heldBack: 1, dropped: 0 });
    }));

  test.each([
    ['another module', { module: 'injection_shield' }],
    ['less severe', { severity: 'MEDIUM' }],
    ['another type', { type: 'session_hijack' }],
  ] as const)('do not begin for an alert of %s', (_what, more) =>
    withStore(async (store) => {
      const world = await createWorld(store, [sampleChain({ trigger: { module: 'auth_fortress', types: ['brute_force'], minSeverity: 'HIGH' } })], []);
      world.runner.react(sampleAlert(more));
      await world.rounds(world.runner, 1);
      expect(world.runs()).toEqual([]);
    }),
  );

  test('a failing step is tried again, then its way for failures is taken', () =>
    withStore(async (store) => {
      const block = createFakeEnforcer('block_ip', { apply: async () => failing });
      const world = await createWorld(store, [sampleChain()], [block]);
      world.runner.react(sampleAlert());
      await world.rounds();
      expect(world.words()).toEqual(['partial: block failed, tell succeeded']);
      expect(block.calls).toHaveLength(2);
    }));

  test('a guard refuses a step of a chain as it refuses any action, and is not asked again', () =>
    withStore(async (store) => {
      const block = createFakeEnforcer('block_ip');
      const world = await createWorld(store, [sampleChain()], [block]);
      world.mood.veto = () => ({ outcome: 'refused', reason: 'the operator is connected from there over SSH' });
      world.runner.react(sampleAlert());
      await world.rounds();
      expect([block.calls, world.runs()[0]?.steps[0]]).toMatchObject([
        [],
        { state: 'failed', attempts: 1, detail: 'the operator is connected from there over SSH' },
      ]);
    }));

  test('in dry run every step is rehearsed and nothing is done', () =>
    withStore(async (store) => {
      const block = createFakeEnforcer('block_ip');
      const world = await createWorld(store, [sampleChain()], [block]);
      world.mood.policy = { ...world.mood.policy, dryRun: true };
      world.runner.react(sampleAlert());
      await world.rounds();
      expect([block.calls, world.words()]).toEqual([[], ['completed: block succeeded, note succeeded']]);
      expect(world.runs()[0]?.steps[0]?.detail).toBe('would do: one; two');
    }));

  test('over the budget nothing is done', () =>
    withStore(async (store) => {
      const block = createFakeEnforcer('block_ip');
      const world = await createWorld(store, [sampleChain()], [block]);
      world.mood.policy = { ...world.mood.policy, caps: { ...world.mood.policy.caps, maxNewActionsPerMinute: 0 } };
      world.runner.react(sampleAlert());
      await world.rounds();
      expect([block.calls, world.words()]).toEqual([[], ['partial: block failed, tell succeeded']]);
    }));

  describe('a step of high risk', () => {
    const chain = sampleChain({
      entryPoint: 'lock',
      steps: [sampleStep('lock', { action: 'disable_user', onSuccess: 'note', onFailure: 'tell' }), sampleStep('note'), sampleStep('tell')],
    });
    const alert = () => sampleAlert({ type: 'session_hijack', entities: { ip: '203.0.113.7', user: 'mallory' } });

    test.each([
      ['done', 'completed: lock succeeded, note succeeded'],
      ['rejected', 'partial: lock failed, tell succeeded'],
      ['expired', 'partial: lock failed, tell succeeded'],
      ['void', 'partial: lock failed, tell succeeded'],
    ] as const)('waits for a person even where the gate is off; %s', (state, words) =>
      withStore(async (store) => {
        const lock = createFakeEnforcer('disable_user');
        const world = await createWorld(store, [chain], [lock]);
        world.mood.policy = { ...world.mood.policy, approvalGate: { ...world.mood.policy.approvalGate, enabled: false } };
        world.runner.react(alert());
        await world.rounds();
        expect([lock.calls, world.words()]).toEqual([[], ['asking: lock asking']]);
        for (const approval of world.asked) await store.commit({ approvals: [{ ...approval, state, version: 2 }], records: [] });
        await world.rounds();
        expect([world.words(), world.asked.length]).toEqual([[words], 1]);
      }),
    );

    test('asks once, also when the daemon dies between asking and remembering it', () =>
      withStore(async (store) => {
        const world = await createWorld(store, [chain], [createFakeEnforcer('disable_user')]);
        world.runner.react(alert());
        await world.rounds();
        const [run] = world.runs();
        if (run === undefined) throw new Error('no run');
        const steps = run.steps.map(({ approvalId: _, ...step }) => ({ ...step, state: 'acting' as const }));
        await store.commit({ chainRuns: [{ ...run, state: 'acting', steps }], records: [] });
        await world.rounds(world.again());
        expect([world.words(), world.asked.length]).toEqual([['asking: lock asking'], 1]);
      }));
  });

  describe('when the daemon dies while a step acts', () => {
    const dieWhileActing = async (store: Store, hooks: Parameters<typeof createFakeEnforcer>[1], dies: 'before' | 'after' = 'before') => {
      const gate = createGate();
      const first = createFakeEnforcer('block_ip', {
        apply: async () => {
          if (dies === 'before') await gate.pass();
          return { verification: 'verified', detail: 'in force' };
        },
      });
      const world = await createWorld(store, [sampleChain()], [first]);
      world.runner.react(sampleAlert());
      if (dies === 'before') {
        await vi.waitFor(() => expect(gate.waiting()).toBe(1));
      } else await world.rounds();
      const second = createFakeEnforcer('block_ip', hooks);
      return { world, second, restarted: await createWorld(store, [sampleChain()], [second]) };
    };

    test('and it had happened, it is not done again', () =>
      withStore(async (store) => {
        const { restarted, second } = await dieWhileActing(store, { verify: async () => ({ verification: 'verified', detail: 'in force' }) });
        await restarted.rounds();
        expect([second.calls, restarted.words()]).toEqual([[], ['completed: block succeeded, note succeeded']]);
        expect(restarted.runs()[0]?.steps[0]?.detail).toBe('in force; done before a restart');
      }));

    test('and it had not, it is done under the same id', () =>
      withStore(async (store) => {
        const ids: string[] = [];
        const { restarted } = await dieWhileActing(store, {
          apply: async (request) => {
            ids.push(request.actionId);
            return { verification: 'verified', detail: 'in force' };
          },
        });
        const before = restarted.runs()[0]?.steps[0]?.actionId;
        await restarted.rounds();
        expect([ids, restarted.words()]).toEqual([[before], ['completed: block succeeded, note succeeded']]);
      }));

    test('and nobody can know, it is not done again and has failed', () =>
      withStore(async (store) => {
        const { restarted, second } = await dieWhileActing(store, { verify: async () => Promise.reject(new Error('cannot be found out')) });
        await restarted.rounds();
        expect([second.calls, restarted.words()]).toEqual([[], ['partial: block failed, tell succeeded']]);
      }));

    test('and its outcome was recorded, that is what counts', () =>
      withStore(async (store) => {
        const { world, restarted, second } = await dieWhileActing(store, {}, 'after');
        const [run] = world.runs();
        if (run === undefined) throw new Error('no run');
        const steps = run.steps.slice(0, 1).map((step) => ({ ...step, state: 'acting' as const, endedAt: undefined }));
        await store.commit({ chainRuns: [{ ...run, state: 'acting', current: 'block', steps, endedAt: undefined }], records: [] });
        await restarted.rounds();
        expect([second.calls, restarted.words()]).toEqual([[], ['completed: block succeeded, note succeeded']]);
      }));

    test('and a cleanup took everything back meanwhile, it is not gone on with', () =>
      withStore(async (store) => {
        const { restarted, second } = await dieWhileActing(store, {});
        await store.history.append([{ at: restarted.clock.now() + 1, kind: 'cleanup', reason: 'by root' }]);
        await restarted.rounds();
        expect([second.calls, restarted.words()]).toEqual([[], ['failed: block failed']]);
      }));
  });

  test('a step without an outcome in its time has failed, and the run goes on without it', () =>
    withStore(async (store) => {
      const gate = createGate();
      const block = createFakeEnforcer('block_ip', {
        apply: async () => {
          await gate.pass();
          return { verification: 'verified', detail: 'late' };
        },
      });
      const world = await createWorld(store, [sampleChain()], [block]);
      world.runner.react(sampleAlert());
      await quiet(store);
      world.clock.advance(31_000);
      await world.rounds();
      gate.open();
      await world.rounds();
      expect(world.words()).toEqual(['partial: block failed, tell succeeded']);
      expect(world.runs()[0]?.steps[0]?.detail).toBe('no outcome in its time');
    }));

  test('an undo takes the steps back, the last first, and a second one is refused', () =>
    withStore(async (store) => {
      const order: string[] = [];
      const undo = (name: string) => async () => {
        order.push(name);
        return { verification: 'verified', detail: `${name} taken back` } as const;
      };
      const block = createFakeEnforcer('block_ip', { undo: undo('block_ip') });
      const drop = createFakeEnforcer('drop_connection', { undo: undo('drop_connection'), plan: () => ({ steps: ['x'], undoNote: '', leaseMs: 60_000 }) });
      const chain = sampleChain({
        steps: [
          sampleStep('block', { action: 'block_ip', onSuccess: 'drop' }),
          sampleStep('drop', { action: 'drop_connection', onSuccess: 'note' }),
          sampleStep('note'),
        ],
      });
      const world = await createWorld(store, [chain], [block, drop]);
      world.runner.react(sampleAlert());
      await world.rounds();
      const id = world.runs()[0]?.id ?? '';
      const run = await world.runner.undo(id, OPERATOR, 'a mistake');
      expect([order, run.state, run.steps.map(({ state }) => state)]).toEqual([['drop_connection', 'block_ip'], 'undone', ['undone', 'undone', 'kept']]);
      await expect(world.runner.undo(id, OPERATOR, '')).rejects.toThrow('was taken back already');
      expect(store.leases.live()).toEqual([]);
    }));

  test('an undo that the host refuses says so', () =>
    withStore(async (store) => {
      const block = createFakeEnforcer('block_ip', { undo: async () => failing });
      const world = await createWorld(store, [sampleChain()], [block]);
      world.runner.react(sampleAlert());
      await world.rounds();
      const run = await world.runner.undo(world.runs()[0]?.id ?? '', OPERATOR, '');
      expect(run.steps[0]).toMatchObject({ state: 'kept', detail: expect.stringContaining('no such table') });
    }));

  test('a run that waits for a person is ended by an undo, and so is its question', () =>
    withStore(async (store) => {
      const chain = sampleChain({ entryPoint: 'lock', steps: [sampleStep('lock', { action: 'disable_user' })] });
      const world = await createWorld(store, [chain], [createFakeEnforcer('disable_user')]);
      world.runner.react(sampleAlert({ type: 'session_hijack', entities: { user: 'mallory' } }));
      await world.rounds();
      expect((await world.runner.undo(world.runs()[0]?.id ?? '', OPERATOR, '')).state).toBe('undone');
      expect(world.settled).toEqual([`${world.asked[0]?.id} undone by ops`]);
    }));

  test('of many attackers at once only so many runs are under way, and the rest is counted', () =>
    withStore(async (store) => {
      const gate = createGate();
      const block = createFakeEnforcer('block_ip', { apply: async () => gate.pass().then(() => failing) });
      const world = await createWorld(store, [sampleChain()], [block]);
      world.mood.policy = { ...world.mood.policy, policies: { '*': { ...world.mood.policy.policies['auth_fortress'], maxActionsPerMinute: 0 } as never } };
      for (let at = 0; at < 150; at += 1) world.runner.react(sampleAlert({ entities: { ip: `198.51.100.${at}` } }));
      expect(world.runner.counts()).toEqual({ live: 100, started: 100, heldBack: 0, dropped: 50 });
      gate.open();
      await world.runner.stop();
    }));

  test('an id that nobody has is not found', () =>
    withStore(async (store) => {
      const world = await createWorld(store, [], []);
      await expect(world.runner.undo(asId('01J0000000000000000000NONE'), OPERATOR, '')).rejects.toThrow('no run of a chain');
    }));
});
