import { describe, expect, test } from 'vitest';
import type { ActionOutcome } from '../../../src/actors/contract.ts';
import { executeJobs, type Job } from '../../../src/actors/response/execute.ts';
import { SecError } from '../../../src/domain/errors.ts';
import { sampleAlert } from '../../kit/alerts.ts';
import { numberedId, START, withStore } from '../../store/store-fixtures.ts';
import { createFakeEnforcer, createGate, createRoom, OPERATOR, settle, VERIFIED } from './room.ts';

const job = (number: number, more: Partial<Job> = {}): Job => ({
  alert: sampleAlert(),
  request: { actionId: numberedId(number), target: { kind: 'ip', address: `203.0.113.${number}` }, params: {}, now: START },
  reason: 'balanced: block_ip from HIGH',
  ...more,
});
const FAILED: ActionOutcome = { verification: 'failed', detail: 'not in the kernel afterwards' };

describe('carrying out', () => {
  test.each(['block_ip', 'drop_connection', 'kill_process'] as const)('%s looks first who has logged in meanwhile, and refuses to hit them', async (action) => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer(action);
      const { dependencies, mood, lines } = await createRoom(store, [enforcer]);
      const freshen = async (): Promise<void> => {
        mood.veto = () => ({ outcome: 'refused', reason: 'connected' });
      };
      expect(await executeJobs({ ...dependencies, freshen }, action, [job(1)])).toEqual([undefined]);
      expect(enforcer.calls).toEqual([]);
      expect(lines()).toEqual([`decision ${action} 203.0.113.1 refused`]);
    });
  });

  test('the intent is on disk before anything is done, with plan and lease, and the outcome afterwards', async () => {
    await withStore(async (store) => {
      const gate = createGate();
      const enforcer = createFakeEnforcer('block_ip');
      const { dependencies, records } = await createRoom(store, [enforcer]);
      const commits: unknown[] = [];
      const commit: typeof store.commit = async (change) => {
        commits.push(change);
        if (commits.length === 1) await gate.pass();
        return store.commit(change);
      };
      const running = executeJobs({ ...dependencies, store: { ...store, commit } }, 'block_ip', [job(1, { approvalId: numberedId(9), actor: OPERATOR })]);
      await settle();
      expect(gate.waiting()).toBe(1);
      expect(enforcer.calls).toEqual([]);
      expect(dependencies.leases.live()).toEqual([]);
      gate.open();
      expect(await running).toEqual([VERIFIED]);
      expect(records).toMatchObject([
        {
          kind: 'intent',
          outcome: 'execute',
          actionId: numberedId(1),
          approvalId: numberedId(9),
          actor: OPERATOR,
          target: '203.0.113.1',
          details: { plan: ['one', 'two'], undo: 'undo it' },
        },
        { kind: 'outcome', outcome: 'success', verification: 'verified', reason: 'checked', actor: OPERATOR },
      ]);
      expect(store.leases.live()).toMatchObject([{ state: 'active', actionId: numberedId(1), expiresAt: START + 3_600_000 }]);
      expect(dependencies.leases.find('block_ip', job(1).request.target)?.state).toBe('active');
    });
  });

  test('nothing is done when the intent cannot be written down', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('block_ip');
      const { dependencies } = await createRoom(store, [enforcer]);
      const commit = () => Promise.reject(new SecError('SEC_STORE_FULL'));
      await expect(executeJobs({ ...dependencies, store: { ...store, commit } }, 'block_ip', [job(1)])).rejects.toMatchObject({ code: 'SEC_STORE_FULL' });
      expect(enforcer.calls).toEqual([]);
      expect(dependencies.leases.live()).toEqual([]);
    });
  });

  test('what was done stays known as in force when only its outcome cannot be written down', async () => {
    await withStore(async (store) => {
      const { dependencies } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      let count = 0;
      const commit: typeof store.commit = (change) => {
        count += 1;
        return count === 2 ? Promise.reject(new SecError('SEC_STORE_FULL')) : store.commit(change);
      };
      await expect(executeJobs({ ...dependencies, store: { ...store, commit } }, 'block_ip', [job(1)])).rejects.toMatchObject({ code: 'SEC_STORE_FULL' });
      expect(dependencies.leases.find('block_ip', job(1).request.target)?.state).toBe('active');
      expect(store.leases.live()).toMatchObject([{ state: 'intended' }]);
    });
  });

  test.each([
    ['throws', () => Promise.reject(new SecError('SEC_HOST_REFUSED', 'nft says no')), /nft says no/],
    ['is not found afterwards', async () => FAILED, /not in the kernel afterwards/],
  ] as const)('one that %s is a failure in the history, and no lease is left', async (_how, apply, words) => {
    await withStore(async (store) => {
      const { dependencies, records } = await createRoom(store, [createFakeEnforcer('block_ip', { apply })]);
      const [outcome] = await executeJobs(dependencies, 'block_ip', [job(1)]);
      expect(outcome).toMatchObject({ verification: 'failed', detail: expect.stringMatching(words) });
      expect(records.at(-1)).toMatchObject({ kind: 'outcome', outcome: 'failure', verification: 'failed', reason: expect.stringMatching(words) });
      expect(store.leases.page(5)).toMatchObject([{ state: 'failed', endedBecause: expect.stringMatching(words) }]);
      expect(dependencies.leases.live()).toEqual([]);
    });
  });

  test('what could not be checked is said to be unverified, and counts as in force', async () => {
    await withStore(async (store) => {
      const { dependencies, records } = await createRoom(store, [
        createFakeEnforcer('block_ip', { apply: async () => ({ verification: 'unverified', detail: 'no answer' }) }),
      ]);
      await executeJobs(dependencies, 'block_ip', [job(1)]);
      expect(records.at(-1)).toMatchObject({ outcome: 'success', verification: 'unverified' });
      expect(dependencies.leases.live()).toHaveLength(1);
    });
  });

  test('an action without an end has no lease; the cap of the policy shortens a long one', async () => {
    await withStore(async (store) => {
      const kill = createFakeEnforcer('kill_process');
      const block = createFakeEnforcer('block_ip', { plan: () => ({ steps: [], undoNote: '', leaseMs: 1e12 }) });
      const { dependencies } = await createRoom(store, [kill, block]);
      await executeJobs(dependencies, 'kill_process', [job(1)]);
      expect(store.leases.page(5)).toEqual([]);
      await executeJobs(dependencies, 'block_ip', [job(2)]);
      expect(store.leases.live()).toMatchObject([{ expiresAt: START + 7 * 86_400_000 }]);
    });
  });
});

describe('many at once', () => {
  test('go in one transaction where the enforcer can, and each has its own outcome', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('block_ip', { applyBatch: async (requests) => requests.map((_, index) => (index === 1 ? FAILED : VERIFIED)) });
      const { dependencies, lines } = await createRoom(store, [enforcer]);
      const outcomes = await executeJobs(dependencies, 'block_ip', [job(1), job(2), job(3)]);
      expect(enforcer.calls).toEqual(['batch of 3']);
      expect(outcomes.map((outcome) => outcome?.verification)).toEqual(['verified', 'failed', 'verified']);
      expect(lines()).toEqual([
        ...[1, 2, 3].map((number) => `intent block_ip 203.0.113.${number} execute`),
        'outcome block_ip 203.0.113.1 success',
        'outcome block_ip 203.0.113.2 failure',
        'outcome block_ip 203.0.113.3 success',
      ]);
      expect(store.leases.live()).toHaveLength(2);
    });
  });

  test('are tried one by one when the transaction fails as a whole: a bad one does not spare the others', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('block_ip', {
        applyBatch: () => Promise.reject(new SecError('SEC_HOST_REFUSED')),
        apply: async ({ target }) =>
          target.kind === 'ip' && target.address === '203.0.113.2' ? Promise.reject(new SecError('SEC_HOST_REFUSED', 'bad')) : VERIFIED,
      });
      const { dependencies } = await createRoom(store, [enforcer]);
      const outcomes = await executeJobs(dependencies, 'block_ip', [job(1), job(2), job(3)]);
      expect(enforcer.calls).toEqual(['batch of 3', 'apply 203.0.113.1', 'apply 203.0.113.2', 'apply 203.0.113.3']);
      expect(outcomes.map((outcome) => outcome?.verification)).toEqual(['verified', 'failed', 'verified']);
    });
  });

  test('that an enforcer forgets to answer for have failed', async () => {
    await withStore(async (store) => {
      const { dependencies } = await createRoom(store, [createFakeEnforcer('block_ip', { applyBatch: async () => [VERIFIED] })]);
      expect(await executeJobs(dependencies, 'block_ip', [job(1), job(2)])).toEqual([VERIFIED, { verification: 'failed', detail: 'no answer' }]);
    });
  });
});

describe('guards are asked once more, at the last moment', () => {
  test('what one forbids is not done, the rest is, and both are recorded', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('block_ip');
      const { dependencies, mood, lines, records } = await createRoom(store, [enforcer]);
      mood.veto = (_action, target) =>
        target.kind === 'ip' && target.address === '203.0.113.1' ? { outcome: 'allow-listed', reason: 'on the allow list (203.0.113.1)' } : undefined;
      expect(await executeJobs(dependencies, 'block_ip', [job(1), job(2)])).toEqual([undefined, VERIFIED]);
      expect(enforcer.calls).toEqual(['apply 203.0.113.2']);
      expect(lines()[0]).toBe('decision block_ip 203.0.113.1 allow-listed');
      expect(records[0]?.reason).toContain('on the allow list');
      expect(store.leases.page(5)).toHaveLength(1);
    });
  });

  test('a target that the enforcer can never act on is refused with its words', async () => {
    await withStore(async (store) => {
      const plan = () => {
        throw new SecError('SEC_REFUSED', 'process 1 is never touched');
      };
      const { dependencies, records } = await createRoom(store, [createFakeEnforcer('kill_process', { plan })]);
      expect(await executeJobs(dependencies, 'kill_process', [job(1)])).toEqual([undefined]);
      expect(records).toMatchObject([{ kind: 'decision', outcome: 'refused', reason: expect.stringContaining('process 1 is never touched') }]);
    });
  });

  test('they see the allow lists of this moment', async () => {
    await withStore(async (store) => {
      const { dependencies, mood } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      mood.policy = { ...mood.policy, globalAllowList: ['192.0.2.0/24'] };
      const seen: (readonly string[])[] = [];
      mood.veto = (_action, _target, allowList) => {
        seen.push(allowList);
        return undefined;
      };
      await executeJobs(dependencies, 'block_ip', [job(1)]);
      expect(seen).toEqual([['192.0.2.0/24']]);
    });
  });
});

test('an action that nobody can do here is not recorded as done', async () => {
  await withStore(async (store) => {
    const { dependencies, records } = await createRoom(store, []);
    expect(await executeJobs(dependencies, 'block_ip', [job(1)])).toEqual([undefined]);
    expect(records).toEqual([]);
  });
});
