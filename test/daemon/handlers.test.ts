import { describe, expect, test } from 'vitest';
import { closingDrafts } from '../../src/actors/notify/drafts.ts';
import { createAlertBook } from '../../src/actors/response/alert-book.ts';
import { createAllowBook } from '../../src/actors/response/allow-book.ts';
import { createAllowDesk } from '../../src/actors/response/allow-desk.ts';
import { createLeaseBook } from '../../src/actors/response/lease-book.ts';
import { createLedger } from '../../src/actors/response/ledger.ts';
import { createShield } from '../../src/actors/response/shield.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Caller, Handlers } from '../../src/daemon/api.ts';
import { createHandlers } from '../../src/daemon/handlers.ts';
import { createPolicyKeeper } from '../../src/daemon/policy-keeper.ts';
import type { ActionName } from '../../src/domain/action.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import { SecError } from '../../src/domain/errors.ts';
import type { HistoryRecord } from '../../src/domain/history.ts';
import { ROUTES, type RouteName } from '../../src/protocol/routes.ts';
import type { Store } from '../../src/store/contract.ts';
import { sampleEndpoint } from '../actors/notify/samples.ts';
import { numberedId, START, sampleAlert, sampleApproval, sampleDraft, sampleLease, withStore } from '../store/store-fixtures.ts';
import { sampleStatus } from '../tui/samples.ts';
import { fakeEnforcer } from './fake-enforcer.ts';

const CALLER: Caller = { actor: { name: 'ops', uid: 1000, pid: 7, via: 'cli' }, roles: new Set(['viewer', 'operator', 'admin']) };

type World = {
  readonly store: Store;
  readonly records: readonly HistoryRecord[];
  readonly alerts: readonly Alert[];
  readonly stopped: readonly string[];
  readonly undone: readonly string[];
  readonly queued: readonly string[];
  /** Calls a handler as the server does: with checked input, and the answer checked against the route. */
  readonly call: <Name extends RouteName>(
    name: Name,
    input?: { readonly params?: object; readonly query?: object; readonly body?: object; readonly caller?: Caller },
  ) => Promise<unknown>;
};

const withWorld = (work: (world: World) => Promise<void>, prepare: (store: Store) => Promise<void> | void = () => undefined): Promise<void> =>
  withStore(async (store) => {
    await prepare(store);
    const clock = createManualClock(START);
    const records: HistoryRecord[] = [];
    const alerts: Alert[] = [];
    const stopped: string[] = [];
    const queued: string[] = [];
    const undone: string[] = [];
    const policies = await createPolicyKeeper({ config: configSchema.parse({}), store, clock, isObserveOnly: false, forceDryRun: false });
    const leases = createLeaseBook(store.leases.live());
    const enforcer = fakeEnforcer('block_ip', { onUndo: (request) => undone.push(request.actionId) });
    const onRecords = (more: readonly HistoryRecord[]): void => void records.push(...more);
    const looked: string[] = [];
    const shielded: string[] = [];
    const base = { store, clock, leases, enforcers: new Map<ActionName, typeof enforcer>([['block_ip', enforcer]]), ledger: createLedger(), onRecords };
    const handlers: Handlers = createHandlers({
      store,
      clock,
      policies,
      consider: async () => [],
      processOf: async () => null,
      correlator: { open: () => [], counts: () => ({ entities: 0, evicted: 0, completed: 0 }) },
      threats: async () => [],
      alerts: createAlertBook(store, clock),
      leases,
      protector: {
        refresh: async () => undefined,
        freshen: async () => undefined,
        told: async () => undefined,
        veto: () => undefined,
        isReady: () => true,
        list: () => ['192.0.2.1'],
      },
      undo: base,
      availability: (action) => ({ action, title: action, risk: 'none', privilege: '', reversible: true, available: true, reason: '' }),
      repairs: () => 3,
      events: {
        ingest: { take: () => Promise.reject(new Error('not asked here')) },
        recent: async () => ({ events: [], newest: 0, missed: 0 }),
        collected: () => [],
      },
      status: () => sampleStatus(),
      modules: () => [],
      look: (approval) => void looked.push(approval.id),
      onApproval: () => undefined,
      decide: async (approval, { decision, by, reason, version }) => ({
        ...approval,
        state: decision === 'approve' ? 'done' : 'rejected',
        decidedBy: by,
        reason,
        version: version + 1,
      }),
      notifications: {
        closing: (alert) => closingDrafts(alert, [sampleEndpoint({ name: 'pager', type: 'pagerduty' }), sampleEndpoint({ type: 'slack' })], START),
        list: () => [],
        test: async (name, by) => ({ name, delivered: true, detail: by.name }),
        deadLetters: () => [],
        retry: async (prefix) => Promise.reject(new SecError('SEC_NOT_FOUND', `no dead letter starts with ${prefix}`)),
      },
      chains: [],
      lists: async () => ({ lists: [] }),
      batching: () => ({
        enabled: true,
        window_seconds: 30,
        max_batch_size: 50,
        active_batches: 0,
        batches: [],
        immediate: 0,
        held_back: 0,
        folded: 0,
        stream_folded: 0,
      }),
      chainRunner: {
        undo: async (id) => Promise.reject(new SecError('SEC_NOT_FOUND', id)),
        counts: () => ({ live: 0, started: 0, heldBack: 0, dropped: 0 }),
      },
      allow: createAllowDesk({
        ...base,
        book: createAllowBook({ store, clock, configured: ['198.51.100.0/24'] }),
        shield: createShield(async (addresses) => void shielded.push(...addresses), []),
        voidApproval: () => undefined,
      }),
      escalator: { arm: (alert) => alert, list: () => [], counts: () => ({ followed: 0, raised: 0, dropped: 0 }) },
      onQueued: (endpoint) => queued.push(endpoint),
      cleanup: async (actor, reason) => ({ removed: [`${actor.name}: ${reason}`], left: [] }),
      onModeChange: async () => undefined,
      onRecords,
      onAlert: (alert) => alerts.push(alert),
      stop: (by, reason) => stopped.push(`${by.name}: ${reason}`),
    });
    const call: World['call'] = async (name, input = {}) => {
      const route = ROUTES[name];
      const checked = {
        params: route.params.parse(input.params ?? {}),
        query: route.query.parse(input.query ?? {}),
        body: route.body.parse(input.body ?? {}),
        caller: input.caller ?? CALLER,
      };
      // The table and the handlers are keyed alike; here the compiler cannot follow one name.
      const reply = await (handlers[name] as (input: unknown) => Promise<unknown>)(checked);
      return route.reply.parse(JSON.parse(JSON.stringify(reply)));
    };
    await work({ store, records, alerts, stopped, undone, queued, call });
  });

describe('alerts', () => {
  const three = (store: Store): void => {
    store.alerts.put(sampleAlert(1, { severity: 'LOW', module: 'a_module' }));
    store.alerts.put(sampleAlert(2, { severity: 'HIGH', entities: { ip: '198.51.100.9' } }));
    store.alerts.put(sampleAlert(3, { severity: 'CRITICAL', status: 'RESOLVED' }));
  };

  test.each([
    ['all, newest first', {}, [3, 2, 1]],
    ['some', { limit: '2' }, [3, 2]],
    ['older ones', { before: numberedId(3) }, [2, 1]],
    ['worse ones', { min_severity: 'HIGH' }, [3, 2]],
    ['of a module', { module: 'a_module' }, [1]],
    ['open ones', { status: 'OPEN' }, [2, 1]],
    ['of an address', { ip: '198.51.100.9' }, [2]],
    ['of nobody', { module: 'none' }, []],
  ])('%s', async (_what, query, numbers) => {
    await withWorld(async ({ call }) => {
      const reply = (await call('alerts', { query })) as { readonly alerts: readonly { readonly id: string }[]; readonly total: number };
      expect(reply.alerts.map(({ id }) => id)).toEqual(numbers.map(numberedId));
      expect(reply.total).toBe(numbers.length);
    }, three);
  });

  test('one is found by a prefix that only it has', async () => {
    await withWorld(async ({ call }) => {
      expect(await call('alert', { params: { id: numberedId(2) } })).toMatchObject({
        id: numberedId(2),
        entities: { ip: '198.51.100.9' },
        metadata: { source_ip: '198.51.100.9' },
      });
      await expect(call('alert', { params: { id: '01J00' } })).rejects.toMatchObject({ code: 'SEC_AMBIGUOUS' });
      await expect(call('alert', { params: { id: 'ZZZZ' } })).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
    }, three);
  });

  test('settling one is stored, told and recorded with who did it and why', async () => {
    await withWorld(async ({ call, store, alerts, records }) => {
      expect(await call('setAlertStatus', { params: { id: numberedId(2) }, body: { status: 'FALSE_POSITIVE', reason: 'a scanner of ours' } })).toMatchObject({
        status: 'FALSE_POSITIVE',
        version: 2,
      });
      expect(store.alerts.get(numberedId(2))?.status).toBe('FALSE_POSITIVE');
      expect(alerts.map(({ status }) => status)).toEqual(['FALSE_POSITIVE']);
      expect(records).toMatchObject([
        { kind: 'alert-status', alertId: numberedId(2), actor: CALLER.actor, reason: 'OPEN → FALSE_POSITIVE: a scanner of ours' },
      ]);
    }, three);
  });

  test('the end of one is queued for the endpoints that keep incidents, in the same transaction; settling it once more is no end', async () => {
    await withWorld(async ({ call, store, queued }) => {
      await call('setAlertStatus', { params: { id: numberedId(2) }, body: { status: 'RESOLVED' } });
      expect(queued).toEqual(['pager']);
      expect(store.outbox.waiting('pager', 9)).toMatchObject([{ items: [{ notice: { kind: 'resolved', type: 'brute_force' } }] }]);
      await call('setAlertStatus', { params: { id: numberedId(2) }, body: { status: 'RESOLVED' } });
      expect(store.outbox.counts().get('pager')).toBe(1);
    }, three);
  });
});

describe('approvals', () => {
  const waiting = async (store: Store): Promise<void> => {
    for (const number of [1, 2]) await store.approvals.put(sampleApproval(number));
    await store.approvals.put(sampleApproval(3));
    await store.approvals.put(sampleApproval(3, { state: 'rejected', version: 2 }));
  };

  test('what waits and what is decided are apart', async () => {
    await withWorld(async ({ call }) => {
      expect(await call('pendingApprovals')).toMatchObject({ total: 2, approvals: [{ state: 'pending' }, { state: 'pending' }] });
      expect(await call('approvalHistory')).toMatchObject({ total: 1, approvals: [{ state: 'rejected' }] });
    }, waiting);
  });

  test('a decision carries who, why and on which version it was made', async () => {
    await withWorld(async ({ call }) => {
      expect(await call('approve', { params: { id: numberedId(1) }, body: { reason: 'seen it', version: 1 } })).toMatchObject({
        state: 'done',
        reason: 'seen it',
        decided_by: { name: 'ops', via: 'cli' },
        version: 2,
      });
      expect(await call('reject', { params: { id: numberedId(2) } })).toMatchObject({ state: 'rejected', version: 2 });
      await expect(call('approve', { params: { id: '01J00' } })).rejects.toMatchObject({ code: 'SEC_AMBIGUOUS' });
      await expect(call('approve', { params: { id: 'ZZZZ' } })).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
    }, waiting);
  });

  test('breaking the glass takes a reason and the code of what was seen', async () => {
    await withWorld(async ({ call }) => {
      const params = { id: numberedId(1) };
      await expect(call('approve', { params, body: { break_glass: true } })).rejects.toMatchObject({ code: 'SEC_USAGE' });
      const first = call('approve', { params, body: { break_glass: true, reason: 'nobody else is here' } });
      await expect(first).rejects.toMatchObject({ code: 'SEC_CONFIRM', detail: expect.stringContaining('confirm with ') });
      const confirm =
        String(await first.catch((problem: Error) => problem.message))
          .split(' ')
          .at(-1) ?? '';
      await expect(call('approve', { params, body: { break_glass: true, reason: 'x', confirm: `${confirm}1` } })).rejects.toMatchObject({
        code: 'SEC_CONFIRM',
      });
      expect(await call('approve', { params, body: { break_glass: true, reason: 'nobody else is here', confirm } })).toMatchObject({ state: 'done' });
    }, waiting);
  });

  test('one is shown by a prefix of its id, and looking at it is passed on', async () => {
    await withWorld(async ({ call }) => {
      expect(await call('approval', { params: { id: numberedId(3) } })).toMatchObject({ state: 'rejected' });
      expect(await call('viewApproval', { params: { id: numberedId(1) } })).toMatchObject({ state: 'pending' });
      await expect(call('revoke', { params: { id: numberedId(1) } })).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
    }, waiting);
  });
});

describe('history', () => {
  const some = async (store: Store): Promise<void> => {
    await store.history.append([sampleDraft(1), sampleDraft(2, { module: 'b_module' }), sampleDraft(3, { kind: 'repair' })]);
  };

  test('newest first, filtered, and on from where a page ended', async () => {
    await withWorld(async ({ call }) => {
      expect(await call('history')).toMatchObject({ count: 3, records: [{ sequence: 3 }, { sequence: 2 }, { sequence: 1 }] });
      expect(await call('history', { query: { limit: 1, before: '3' } })).toMatchObject({ count: 1, records: [{ sequence: 2 }] });
      expect(await call('history', { query: { module: 'b_module' } })).toMatchObject({ count: 1 });
      expect(await call('history', { query: { kind: 'repair' } })).toMatchObject({ count: 1, records: [{ sequence: 3 }] });
    }, some);
  });

  test('the chain is walked', async () => {
    await withWorld(async ({ call }) => {
      expect(await call('verifyHistory')).toMatchObject({ intact: true, records: 3, head: expect.stringMatching(/^[0-9a-f]{64}$/) });
    }, some);
  });
});

describe('actions in force', () => {
  const two = (store: Store): Promise<void> => store.leases.put([sampleLease(1), sampleLease(2), sampleLease(3, { state: 'ended' })]);

  test('are listed, the ended ones not', async () => {
    await withWorld(async ({ call }) => {
      expect(await call('leases', { query: { limit: 1 } })).toMatchObject({ total: 2, leases: [{ state: 'active', target: '198.51.0.1' }] });
    }, two);
  });

  test('one is taken back once, with a record, and nothing but it', async () => {
    await withWorld(async ({ call, store, records, undone }) => {
      expect(await call('undo', { params: { id: numberedId(1) }, body: { reason: 'wrong one' } })).toMatchObject({
        kind: 'undo',
        outcome: 'success',
        verification: 'verified',
        reason: expect.stringContaining('wrong one'),
      });
      expect(undone).toEqual([numberedId(1)]);
      expect(records).toHaveLength(1);
      expect(store.leases.live().map(({ id }) => id)).toEqual([numberedId(2)]);
      await expect(call('undo', { params: { id: numberedId(1) } })).rejects.toMatchObject({ code: expect.stringMatching(/SEC_UNAVAILABLE|SEC_NOT_FOUND/) });
      await expect(call('undo', { params: { id: 'ZZZZ' } })).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
    }, two);
  });

  const several = (store: Store): Promise<void> =>
    store.leases.put([
      sampleLease(1, { createdAt: START - 3_600_000, preset: 'safe' }),
      sampleLease(2, { createdAt: START - 60_000, preset: 'strict' }),
      sampleLease(3, { createdAt: START - 30_000, preset: 'strict', module: 'ransomware' }),
      // The same block as 3, for another reason.
      sampleLease(4, { createdAt: START - 3_600_000, target: sampleLease(3).target }),
      sampleLease(5, { createdAt: START - 30_000, action: 'kill_process', module: 'ransomware' }),
    ]);
  const inForce = (store: Store): readonly string[] => store.leases.live().map(({ id }) => id);

  test.each([
    ['of the last minutes', { since_seconds: 600 }, [2, 3, 4, 5]],
    ['of a module, with what stands for the same block', { module: 'ransomware' }, [3, 4, 5]],
    ['under a preset', { preset: 'strict' }, [2, 3, 4]],
    ['all of it has to fit', { since_seconds: 600, module: 'auth_fortress', preset: 'strict' }, [2]],
    ['nothing', { module: 'nobody' }, []],
  ])('those that fit are listed and nothing is done: %s', async (_what, body, numbers) => {
    await withWorld(async ({ call, store, records, undone }) => {
      const reply = await call('undoMatching', { body: { ...body, dry_run: true } });
      expect(reply).toMatchObject({ dry_run: true, matching: numbers.map((number) => ({ id: numberedId(number) })), undone: [], failed: [] });
      expect([undone, records, inForce(store).length]).toEqual([[], [], 5]);
    }, several);
  });

  test('those that fit are taken back, one record for a block; what fails is named with the reason and does not keep the others', async () => {
    await withWorld(async ({ call, store, undone }) => {
      expect(await call('undoMatching', { body: { since_seconds: 600, reason: 'wrong preset' } })).toMatchObject({
        dry_run: false,
        undone: [
          { action_id: numberedId(2), reason: expect.stringContaining('wrong preset') },
          { action_id: numberedId(3), details: { modules: ['ransomware', 'auth_fortress'] } },
        ],
        failed: [{ lease_id: numberedId(5), action: 'kill_process', reason: expect.stringContaining('no enforcer') }],
      });
      expect(undone).toEqual([numberedId(2), numberedId(3)]);
      expect(inForce(store)).toEqual([numberedId(1), numberedId(5)]);
    }, several);
  });

  test('a hundred at a time, each page from where the one before ended', async () => {
    await withWorld(
      async ({ call, store }) => {
        const first = await call('undoMatching', { body: { module: 'auth_fortress' } });
        expect(first).toMatchObject({ next: numberedId(100) });
        expect(inForce(store)).toHaveLength(30);
        const second = await call('undoMatching', { body: { module: 'auth_fortress', after: numberedId(100) } });
        expect(second).not.toHaveProperty('next');
        expect(inForce(store)).toEqual([]);
      },
      (store) => store.leases.put(Array.from({ length: 130 }, (_, index) => sampleLease(index + 1))),
    );
  });

  test('without a filter nothing is taken back, and only an administrator may', async () => {
    await withWorld(async ({ call, undone }) => {
      await expect(call('undoMatching', { body: {} })).rejects.toMatchObject({ code: 'SEC_INPUT_INVALID' });
      expect(undone).toEqual([]);
    }, several);
    expect(ROUTES.undoMatching.role).toBe('admin');
  });

  test('two that start alike are not guessed between', async () => {
    await withWorld(async ({ call, undone }) => {
      await expect(call('undo', { params: { id: '01J0000' } })).rejects.toMatchObject({ code: 'SEC_AMBIGUOUS' });
      expect(undone).toEqual([]);
    }, two);
  });
});

describe('the mode', () => {
  test('dry run is switched, kept and recorded with what it was', async () => {
    await withWorld(async ({ call, records }) => {
      expect(await call('dryRun', { params: { mode: 'off' }, body: { reason: 'we are ready', no_rollback: true } })).toEqual({
        dry_run: false,
        previous: true,
      });
      expect(await call('enforceStatus')).toMatchObject({ dry_run: false, preset: 'safe', protected: ['192.0.2.1'], stats: { repairs: 3, total_records: 1 } });
      expect(records).toMatchObject([{ kind: 'dry-run', dryRun: false, actor: CALLER.actor, reason: 'dry run off (was on): we are ready' }]);
    });
  });

  test('a preview of a preset changes and records nothing; applying it does both', async () => {
    await withWorld(async ({ call, records }) => {
      expect(await call('preset', { params: { name: 'strict' }, body: { preview: true } })).toMatchObject({
        applied: false,
        preset: 'strict',
        previous: 'safe',
      });
      expect(await call('enforceStatus')).toMatchObject({ preset: 'safe' });
      expect(records).toEqual([]);
      expect(await call('preset', { params: { name: 'strict' }, body: { reason: 'attack' } })).toMatchObject({
        applied: true,
        previous: 'safe',
        diff: expect.arrayContaining(['preset: safe → strict']),
      });
      expect(await call('enforceStatus')).toMatchObject({ preset: 'strict' });
      expect(records).toMatchObject([{ kind: 'preset', preset: 'strict', reason: 'preset safe → strict (not stronger): attack' }]);
    });
  });

  test('a change to something stronger waits for a confirmation from a newer connection', async () => {
    await withWorld(async ({ call, records }) => {
      const over = (number: number) => ({ ...CALLER, connection: { number, newest: 5 } });
      expect(await call('dryRun', { params: { mode: 'off' }, caller: over(3) })).toMatchObject({ pending_rollback: { dry_run: true, seconds_left: 120 } });
      expect(await call('enforceStatus')).toMatchObject({ dry_run: false, pending_rollback: { what: 'dry run off' } });
      for (const old of [3, 5]) await expect(call('confirm', { caller: over(old) })).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
      expect(await call('confirm', { caller: over(6) })).toEqual({ confirmed: 'dry run off', preset: 'safe', dry_run: false });
      expect(records.at(-1)).toMatchObject({ kind: 'config', actor: CALLER.actor, reason: 'confirmed: dry run off' });
      await expect(call('confirm', { caller: over(7) })).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
    });
  });

  test('a confirmation over an old connection that overtakes the change is refused, not kept for it', async () => {
    await withWorld(async ({ call }) => {
      const over = (number: number) => ({ ...CALLER, connection: { number, newest: 5 } });
      const changed = call('dryRun', { params: { mode: 'off' }, caller: over(3) });
      await expect(call('confirm', { caller: over(4) })).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
      await changed;
      expect(await call('enforceStatus')).toMatchObject({ dry_run: false, pending_rollback: { what: 'dry run off' } });
    });
  });

  test('who may only read tries an address, and neither a process nor a file nor an account', async () => {
    await withWorld(async ({ call }) => {
      const reader: Caller = { ...CALLER, roles: new Set(['viewer']) };
      const params = { module: 'auth_fortress' };
      expect(await call('enforceTest', { params, query: { ip: '203.0.113.7' }, caller: reader })).toMatchObject({ decisions: [] });
      for (const query of [{ pid: 1 }, { file: '/etc/shadow' }, { user: 'deploy' }])
        await expect(call('enforceTest', { params, query, caller: reader })).rejects.toMatchObject({ code: 'SEC_FORBIDDEN' });
    });
  });

  test('the table in force shows no secret of a rule', async () => {
    await withWorld(async ({ call }) => {
      const reply = JSON.stringify(await call('policies'));
      expect(reply).toContain('"duration":"1h"');
      expect(reply).not.toMatch(/https?:/);
    });
  });
});

describe('the daemon', () => {
  test('says how it is', async () => {
    await withWorld(async ({ call }) => {
      expect(await call('health')).toMatchObject({ status: 'healthy' });
      expect(await call('status')).toEqual(sampleStatus());
      expect(await call('modules')).toEqual({ modules: [], total: 0 });
    });
  });

  test('stops and cleans up for whoever asked', async () => {
    await withWorld(async ({ call, stopped }) => {
      expect(await call('cleanup', { body: { reason: 'moving house' } })).toEqual({ removed: ['ops: moving house'], left: [] });
      expect(await call('shutdown', { body: { reason: 'holiday' } })).toEqual({ status: 'stopping' });
      expect(stopped).toEqual(['ops: holiday']);
    });
  });
});

test('every route has a handler and every handler a route', async () => {
  await withWorld(async ({ call }) => {
    for (const name of Object.keys(ROUTES) as RouteName[]) {
      const outcome = await call(name, { params: { id: 'ZZZZ', mode: 'on', name: 'safe' }, body: { status: 'OPEN' } }).catch((problem: unknown) => problem);
      expect(outcome, name).not.toBeInstanceOf(TypeError);
    }
  });
});
