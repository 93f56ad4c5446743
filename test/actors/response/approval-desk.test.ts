import { describe, expect, test } from 'vitest';
import { createApprovalDesk } from '../../../src/actors/response/approval-desk.ts';
import { cooldownKey } from '../../../src/actors/response/decide.ts';
import type { ActionName } from '../../../src/domain/action.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { Approval } from '../../../src/domain/approval.ts';
import type { Decision } from '../../../src/domain/decision.ts';
import type { ProcessRef } from '../../../src/domain/entity.ts';
import { SecError } from '../../../src/domain/errors.ts';
import { approvalNoticeOf } from '../../../src/domain/notice.ts';
import type { PolicyRule } from '../../../src/domain/policy.ts';
import type { Store } from '../../../src/store/contract.ts';
import { sampleAlert, sampleProcess } from '../../kit/alerts.ts';
import { policyOfPreset } from '../../kit/policies.ts';
import { START, withStore } from '../../store/store-fixtures.ts';
import { createFakeEnforcer, createGate, createRoom, type FakeEnforcer, OPERATOR, settle, VERIFIED } from './room.ts';

const RULE: PolicyRule = {
  action: 'kill_process',
  minSeverity: 'HIGH',
  params: {},
  skipApproval: false,
  dryRun: false,
  description: '',
  hold: true,
  types: [],
};
const about = (process: ProcessRef): Alert =>
  sampleAlert({ module: 'runtime_watcher', type: 'reverse_shell', severity: 'CRITICAL', title: 'Reverse shell', entities: { process } });
const toKill = (process: ProcessRef, rule: Partial<PolicyRule> = {}, action: ActionName = 'kill_process'): Decision => ({
  action,
  target: { kind: 'process', process },
  outcome: 'needs-approval',
  reason: `${action} waits for a person`,
  rule: { ...RULE, ...rule, action },
});
const shell = sampleProcess({ pid: 500 });
const child = sampleProcess({ pid: 501 });
const familyOf = async (): Promise<readonly ProcessRef[]> => [shell, child];

const createScene = async (store: Store, enforcer: FakeEnforcer, commit: Store['commit'] = store.commit) => {
  const room = await createRoom(store, [enforcer]);
  const adopted: Approval[] = [];
  const shown: Approval[] = [];
  const settled: string[] = [];
  const joins: { readonly id: string; readonly alertId: string }[] = [];
  const told: string[] = [];
  const rung: string[] = [];
  const desk = createApprovalDesk({
    ...room.dependencies,
    store: { ...store, commit },
    adopt: (approval) => void adopted.push(approval),
    settle: (id, reason) => void settled.push(`${id} ${reason}`),
    onApproval: (approval) => void shown.push(approval),
    join: (approval, request) => void joins.push({ id: approval.id, ...request }),
    notices: (approval, kind) => {
      told.push(`${kind} ${approval.state}`);
      return [{ id: `${approval.id}${told.length}`, endpoint: 'pager', at: START, items: [{ notice: approvalNoticeOf(approval, kind, START) }] }];
    },
    onQueued: (endpoint) => void rung.push(endpoint),
  });
  const open = (process: ProcessRef, rule: Partial<PolicyRule> = {}) => desk.open(about(process), toKill(process, rule));
  const only = (): Approval => {
    const [approval, ...more] = store.approvals.page(10);
    if (approval === undefined || more.length > 0) throw new Error(`expected one approval, got ${more.length + (approval === undefined ? 0 : 1)}`);
    return approval;
  };
  return { ...room, desk, open, only, adopted, shown, settled, joins, told, rung };
};
const holding = (hooks: Parameters<typeof createFakeEnforcer>[1] = {}): FakeEnforcer => createFakeEnforcer('kill_process', { hold: familyOf, ...hooks });

describe('a new question', () => {
  test('is on disk before its target is touched, and is shown when the target is suspended', async () => {
    await withStore(async (store) => {
      const gate = createGate();
      const enforcer = holding();
      const scene = await createScene(store, enforcer, async (change) => {
        if (gate.waiting() === 0) await gate.pass();
        return store.commit(change);
      });
      const opening = scene.open(shell);
      await settle();
      expect(gate.waiting()).toBe(1);
      expect(enforcer.calls).toEqual([]);
      gate.open();
      await opening;
      expect(enforcer.calls).toEqual(['hold pid 500 (bash) @123456']);
      const approval = scene.only();
      expect(approval).toMatchObject({ state: 'pending', isHeld: true, version: 2, createdAt: START, expiresAt: START + 1_800_000, plan: ['one', 'two'] });
      expect(approval.held?.map(({ pid }) => pid)).toEqual([500, 501]);
      expect(scene.shown).toEqual([approval]);
      expect(scene.adopted).toEqual([approval]);
      expect(scene.records.map(({ kind, reason }) => [kind, reason])).toEqual([
        ['approval', 'waits for a person'],
        ['approval', 'suspended while it waits: 2 processes'],
      ]);
    });
  });

  test('is not asked, and nothing touched, when it cannot be written down', async () => {
    await withStore(async (store) => {
      const enforcer = holding();
      const scene = await createScene(store, enforcer, () => Promise.reject(new SecError('SEC_STORE_FULL')));
      await expect(scene.open(shell)).rejects.toMatchObject({ code: 'SEC_STORE_FULL' });
      expect(enforcer.calls).toEqual([]);
      expect([scene.adopted, scene.shown]).toEqual([[], []]);
    });
  });

  test('about the same target is asked once, however many alerts name it', async () => {
    await withStore(async (store) => {
      const enforcer = holding();
      const scene = await createScene(store, enforcer);
      await Promise.all(Array.from({ length: 10 }, () => scene.open(shell)));
      expect(scene.only().target).toEqual({ kind: 'process', process: shell });
      expect(enforcer.calls).toHaveLength(1);
    });
  });

  test('about the same target joins the first: each further request is handed to it', async () => {
    await withStore(async (store) => {
      const scene = await createScene(store, holding());
      await scene.open(shell);
      await scene.open(shell);
      const { id } = scene.only();
      expect(scene.joins).toEqual([{ id, severity: 'CRITICAL', alertId: expect.any(String), at: START }]);
    });
  });

  test('sends one notice that it waits, in the same transaction, and what comes of it another', async () => {
    await withStore(async (store) => {
      const scene = await createScene(store, holding());
      await scene.open(shell);
      expect([scene.told, scene.rung]).toEqual([['approval pending'], ['pager']]);
      expect(store.outbox.waiting('pager', 10)).toHaveLength(1);
      const asked = scene.only();
      const reminded: Approval = { ...asked, reminded: 0.5, count: 3, version: 3, basis: 2 };
      await scene.desk.persist(reminded);
      expect(scene.told.at(-1)).toBe('reminder pending');
      expect(scene.records.slice(-2).map(({ reason }) => reason)).toEqual(['asked for again: 3 times by now', 'reminder: 50 % of the time to answer is over']);
      await scene.desk.persist({ ...reminded, state: 'expired', result: 'nobody answered in time', version: 4, basis: undefined });
      expect(scene.told.at(-1)).toBe('resolved expired');
      expect(scene.rung).toHaveLength(3);
    });
  });

  test('to several persons says whose word came and who is still needed; alone with broken glass everybody is told', async () => {
    await withStore(async (store) => {
      const scene = await createScene(store, holding());
      scene.mood.policy = await policyOfPreset('balanced', {
        approval_gate: { two_person: { actions: ['kill_process'], groups: [['alice'], ['@ops']] }, ttl_by_severity: { critical: '10m' } },
      });
      await scene.open(shell);
      const asked = scene.only();
      expect([asked.seats, asked.expiresAt]).toEqual([[['alice'], ['@ops']], START + 600_000]);
      const vote = { by: OPERATOR, at: START, reason: 'seen it', seats: [1] };
      await scene.desk.persist({ ...asked, votes: [vote], version: 3 });
      expect(scene.records.at(-1)).toMatchObject({ reason: 'agreed: alice must still agree: seen it', actor: OPERATOR });
      const broke: Approval = { ...asked, votes: [vote], isBreakGlass: true, state: 'approved', decidedBy: OPERATOR, reason: 'now', version: 4 };
      expect(await scene.desk.recheck({ ...broke, isBreakGlass: undefined })).toMatchObject({ isAllowed: false, reason: expect.stringContaining('2 persons') });
      expect(await scene.desk.recheck(broke)).toEqual({ isAllowed: true });
      await scene.desk.persist(broke);
      expect([scene.told.at(-1), scene.records.at(-1)?.reason]).toEqual(['break_glass approved', 'approved by breaking the glass: now']);
    });
  });

  test('that is more severe takes the place of a less severe one when no more may wait, never of the oldest', async () => {
    await withStore(async (store) => {
      const scene = await createScene(store, holding({ hold: async () => [] }));
      scene.mood.policy = await policyOfPreset('balanced', { approval_gate: { max_pending: 2 } });
      const ask = (pid: number, severity: Alert['severity']) =>
        scene.desk.open({ ...about(sampleProcess({ pid })), severity }, toKill(sampleProcess({ pid }), { hold: false }));
      await ask(601, 'HIGH');
      scene.clock.advance(1);
      await ask(602, 'HIGH');
      scene.clock.advance(1);
      const second = store.approvals.waiting()[1];
      const asking = ask(603, 'CRITICAL');
      await settle();
      expect(scene.settled).toEqual([`${second?.id} refused: 2 were waiting and one that is more severe came`]);
      // The actor that was told settles it.
      if (second !== undefined) await scene.desk.persist({ ...second, state: 'void', version: 2 });
      await asking;
      expect(store.approvals.waiting().map(({ severity }) => severity)).toEqual(['HIGH', 'CRITICAL']);
    });
  });

  test('about a part of a tree that waits already is not asked again, and the history says of which', async () => {
    await withStore(async (store) => {
      const enforcer = holding();
      const scene = await createScene(store, enforcer);
      await Promise.all([scene.open(shell), scene.open(child), scene.open({ ...child, startTime: 1 })]);
      const asked = store.approvals.waiting().flatMap(({ target }) => (target.kind === 'process' ? [`${target.process.pid} ${target.process.startTime}`] : []));
      expect(asked.sort()).toEqual(['500 123456', '501 1']);
      expect(scene.records.filter(({ kind }) => kind === 'decision')).toMatchObject([
        { outcome: 'needs-approval', target: 'pid 501 (bash) @123456', reason: expect.stringContaining('as part of pid 500') },
      ]);
    });
  });

  test('beyond the most that may wait is refused; those that wait are left alone', async () => {
    await withStore(async (store) => {
      const scene = await createScene(store, holding({ hold: async () => [] }));
      scene.mood.policy = await policyOfPreset('balanced', { approval_gate: { max_pending: 3 } });
      await Promise.all([1, 2, 3, 4, 5].map((pid) => scene.open(sampleProcess({ pid: 600 + pid }))));
      expect(store.approvals.waiting()).toHaveLength(3);
      expect(scene.lines().filter((line) => line.endsWith('over-budget'))).toHaveLength(2);
    });
  });

  test('without a hold suspends nothing, but asks the guards whether it could ever be done', async () => {
    await withStore(async (store) => {
      let problem: string | undefined;
      const enforcer = holding({ rehearse: async () => problem });
      const scene = await createScene(store, enforcer);
      await scene.open(shell, { hold: false });
      expect(scene.only()).toMatchObject({ state: 'pending', isHeld: false, version: 1 });
      problem = 'process 501 belongs to an operator';
      await scene.open(child, { hold: false });
      expect(scene.only().target).toEqual({ kind: 'process', process: shell });
      expect(scene.records.at(-1)).toMatchObject({ kind: 'decision', outcome: 'refused', reason: problem });
      expect(enforcer.calls).toEqual([]);
    });
  });

  test('about what can never be done is refused with the words of the enforcer', async () => {
    await withStore(async (store) => {
      const plan = () => {
        throw new SecError('SEC_REFUSED', 'process 1 is never touched');
      };
      const scene = await createScene(store, holding({ plan }));
      await scene.open(shell);
      expect(store.approvals.page(5)).toEqual([]);
      expect(scene.records).toMatchObject([{ outcome: 'refused', reason: expect.stringContaining('process 1 is never touched') }]);
    });
  });
});

describe('a target that cannot be suspended', () => {
  test('for a fault of the host is asked about all the same, and it says so', async () => {
    await withStore(async (store) => {
      const scene = await createScene(store, holding({ hold: () => Promise.reject(new SecError('SEC_HOST_REFUSED', 'errno 1')) }));
      await scene.open(shell);
      expect(scene.only()).toMatchObject({ state: 'pending', isHeld: false, version: 2, reason: expect.stringContaining('could not be suspended') });
      expect(scene.adopted).toEqual([scene.only()]);
    });
  });

  test.each([
    ['SEC_REFUSED', "process 500 belongs to an operator's session"],
    ['SEC_CONFLICT', 'the process was already gone'],
  ] as const)('for %s is not asked about, and the history says why', async (code, why) => {
    await withStore(async (store) => {
      const scene = await createScene(store, holding({ hold: () => Promise.reject(new SecError(code, why)) }));
      await scene.open(shell);
      expect(scene.only()).toMatchObject({ state: 'void', isHeld: false, result: expect.stringContaining(why), decidedAt: START });
      expect(scene.adopted).toEqual([]);
      expect(scene.records.find(({ outcome }) => outcome === 'refused')).toMatchObject({ kind: 'decision', reason: expect.stringContaining(why) });
      expect(store.approvals.waiting()).toEqual([]);
    });
  });

  test('and whose suspension cannot be written down keeps its first version, and has an actor that lets it go one day', async () => {
    await withStore(async (store) => {
      let commits = 0;
      const scene = await createScene(store, holding(), (change) => {
        commits += 1;
        return commits === 2 ? Promise.reject(new SecError('SEC_STORE_FULL')) : store.commit(change);
      });
      await scene.open(shell);
      expect(scene.adopted).toMatchObject([{ state: 'pending', isHeld: true, version: 1 }]);
      expect(scene.problems).toHaveLength(1);
    });
  });

  test('a cleanup that came in between is not undone by the suspension that was under way', async () => {
    await withStore(async (store) => {
      const gate = createGate();
      const enforcer = holding({
        hold: async () => {
          await gate.pass();
          return familyOf();
        },
      });
      const scene = await createScene(store, enforcer);
      const opening = scene.open(shell);
      await expect.poll(() => gate.waiting()).toBe(1);
      await store.approvals.put({ ...scene.only(), state: 'void', isHeld: false, version: 2 });
      gate.open();
      await opening;
      expect(enforcer.calls).toContain('release pid 500 (bash) @123456');
      expect(scene.only()).toMatchObject({ state: 'void', isHeld: false, version: 2 });
      expect(scene.adopted).toEqual([]);
    });
  });
});

describe('a step of an approval', () => {
  test('is written once: asked again after a lost answer it is no conflict and no second record', async () => {
    await withStore(async (store) => {
      const scene = await createScene(store, holding());
      await scene.open(shell);
      const before = scene.only();
      const approved: Approval = { ...before, state: 'approved', version: 3, decidedAt: START, decidedBy: OPERATOR, reason: 'seen it' };
      await scene.desk.persist(approved);
      const records = scene.records.length;
      await scene.desk.persist(approved);
      expect(scene.records).toHaveLength(records);
      expect(scene.records.at(-1)).toMatchObject({
        kind: 'approval',
        reason: 'approved: seen it',
        actor: OPERATOR,
        details: { state: 'approved', held: true, version: 3 },
      });
      expect(scene.shown.at(-1)).toEqual(approved);
    });
  });

  test('from an older version is a conflict, and leaves no record', async () => {
    await withStore(async (store) => {
      const scene = await createScene(store, holding());
      await scene.open(shell);
      const before = scene.only();
      const records = store.history.count();
      for (const version of [before.version - 1, before.version, before.version + 2])
        await expect(scene.desk.persist({ ...before, state: 'rejected', version })).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
      expect(store.history.count()).toBe(records);
      expect(scene.only()).toEqual(before);
    });
  });

  test('a refusal leaves the target alone for ten minutes; letting it go is a record of its own', async () => {
    await withStore(async (store) => {
      const scene = await createScene(store, holding());
      await scene.open(shell);
      const rejected: Approval = { ...scene.only(), state: 'rejected', version: 3, decidedBy: OPERATOR, reason: 'a drill' };
      await scene.desk.persist(rejected);
      await scene.desk.persist({ ...rejected, isHeld: false, version: 4 });
      expect(scene.records.slice(-2).map(({ reason }) => reason)).toEqual(['rejected: a drill', 'goes on']);
      const key = cooldownKey('runtime_watcher', 'kill_process', rejected.target);
      expect(scene.dependencies.ledger.cooldownLeft(key, scene.clock.monotonic())).toBe(600_000);
    });
  });
});

describe('before an approved action', () => {
  const recheckWith = async (change: (scene: Awaited<ReturnType<typeof createScene>>) => void | Promise<void>, rehearse?: string) => {
    let answer: unknown;
    await withStore(async (store) => {
      const scene = await createScene(store, holding({ rehearse: async () => rehearse }));
      await scene.open(shell);
      await change(scene);
      answer = await scene.desk.recheck(scene.only());
    });
    return answer;
  };

  test('nothing speaks against it when nothing has changed', async () => {
    expect(await recheckWith(() => undefined)).toEqual({ isAllowed: true });
  });

  test.each([
    ['enforcement was switched off', { enabled: false }, /switched off/],
    ['dry run was switched on', { dry_run: true }, /dry run is on/],
    ['dry run was switched on for the module', { policies: { runtime_watcher: { dry_run: true } } }, /dry run is on/],
    ['the module is no longer answered', { policies: { runtime_watcher: { enabled: false } } }, /does not kill_process for this any more/],
    [
      'the module has no such rule any more',
      { policies: { runtime_watcher: { actions: [{ action: 'log_only' }] } } },
      /does not kill_process for this any more/,
    ],
  ])('it fails when %s', async (_what, enforcement, reason) => {
    const policy = await policyOfPreset('balanced', enforcement);
    expect(
      await recheckWith((scene) => {
        scene.mood.policy = policy;
      }),
    ).toEqual({ isAllowed: false, outcome: 'failed', reason: expect.stringMatching(reason) });
  });

  test('it fails when a milder preset came in between', async () => {
    const lax = await policyOfPreset('lax');
    expect(
      await recheckWith((scene) => {
        scene.mood.policy = lax;
      }),
    ).toMatchObject({ outcome: 'failed', reason: 'preset lax does not kill_process for this any more' });
  });

  test('it is void when a guard forbids it by now, or the target changed', async () => {
    expect(
      await recheckWith((scene) => {
        scene.mood.veto = () => ({ outcome: 'refused', reason: "part of the operator's own session" });
      }),
    ).toEqual({ isAllowed: false, outcome: 'void', reason: "part of the operator's own session" });
    expect(await recheckWith(() => undefined, 'the process runs another program now')).toMatchObject({
      outcome: 'void',
      reason: 'the process runs another program now',
    });
  });
});

describe('an approved action', () => {
  const approvedIn = async (store: Store, enforcer: FakeEnforcer) => {
    const scene = await createScene(store, enforcer);
    await scene.open(shell);
    return { scene, approval: { ...scene.only(), state: 'executing', decidedBy: OPERATOR } as const };
  };

  test('is carried out in the name of who approved it, on exactly what was suspended', async () => {
    await withStore(async (store) => {
      const given: (readonly ProcessRef[] | undefined)[] = [];
      const { scene, approval } = await approvedIn(
        store,
        holding({
          apply: async (request) => {
            given.push(request.held);
            return VERIFIED;
          },
        }),
      );
      expect(await scene.desk.execute(approval)).toEqual({ isDone: true, result: 'checked' });
      expect(given.map((held) => held?.map(({ pid }) => pid))).toEqual([[500, 501]]);
      expect(scene.records.slice(-2)).toMatchObject([
        { kind: 'intent', actor: OPERATOR, approvalId: approval.id, actionId: approval.actionId, reason: 'approved by ops' },
        { kind: 'outcome', actor: OPERATOR, approvalId: approval.id, outcome: 'success' },
      ]);
    });
  });

  test('that fails, or that a guard stops at the last moment, is not done', async () => {
    await withStore(async (store) => {
      const { scene, approval } = await approvedIn(store, holding({ apply: () => Promise.reject(new SecError('SEC_HOST_REFUSED', 'errno 1')) }));
      expect(await scene.desk.execute(approval)).toEqual({ isDone: false, result: expect.stringContaining('errno 1') });
      scene.mood.veto = () => ({ outcome: 'refused', reason: 'the SSH server is never killed' });
      expect(await scene.desk.execute(approval)).toMatchObject({ isDone: false });
      expect(scene.records.at(-1)).toMatchObject({ kind: 'decision', outcome: 'refused' });
    });
  });

  test('after a crash is asked whether it happened', async () => {
    await withStore(async (store) => {
      let isGone = false;
      const { scene, approval } = await approvedIn(store, holding({ verify: async () => ({ verification: isGone ? 'verified' : 'failed', detail: '' }) }));
      expect(await scene.desk.reconcile(approval)).toBe('not-done');
      isGone = true;
      expect(await scene.desk.reconcile(approval)).toBe('already-done');
    });
  });
});
