import { describe, expect, test } from 'vitest';
import { createCapAlarm } from '../../../src/actors/response/cap-alarm.ts';
import { createResponder } from '../../../src/actors/response/responder.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { Decision } from '../../../src/domain/decision.ts';
import { SecError } from '../../../src/domain/errors.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import type { EnforcementPolicy } from '../../../src/domain/policy.ts';
import type { Store } from '../../../src/store/contract.ts';
import { sampleAlert, sampleProcess } from '../../kit/alerts.ts';
import { policyOfPreset } from '../../kit/policies.ts';
import { withStore } from '../../store/store-fixtures.ts';
import { createFakeEnforcer, createGate, createRoom, type FakeEnforcer, settle, VERIFIED } from './room.ts';

const from = (ip: string, more: Partial<Alert> = {}): Alert => sampleAlert({ entities: { ip }, ...more });
const shellAlert = (more: Partial<Alert> = {}): Alert =>
  sampleAlert({ module: 'runtime_watcher', type: 'reverse_shell', severity: 'CRITICAL', entities: { process: sampleProcess() }, ...more });

const createScene = async (
  store: Store,
  enforcers: readonly FakeEnforcer[],
  policy?: EnforcementPolicy,
  ask?: (alert: Alert, decision: Decision) => Promise<void>,
) => {
  const room = await createRoom(store, enforcers, policy);
  const asked: Decision[] = [];
  const responder = createResponder({
    ...room.dependencies,
    requestApproval: ask ?? (async (_alert, decision) => void asked.push(decision)),
  });
  const respond = async (alert: Alert, isRepeat = false): Promise<void> => {
    responder.respond(alert, isRepeat);
    await responder.idle();
    await settle(3);
  };
  return { ...room, responder, respond, asked };
};

describe('an answer', () => {
  test('is carried out and recorded, and the same target is then left alone for the cooldown', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('block_ip', { plan: () => ({ steps: [], undoNote: '' }) });
      const { respond, lines, clock } = await createScene(store, [enforcer]);
      await respond(from('203.0.113.7'));
      expect(lines()).toEqual(['intent block_ip 203.0.113.7 execute', 'outcome block_ip 203.0.113.7 success']);
      await respond(from('203.0.113.7'));
      expect(enforcer.calls).toHaveLength(1);
      expect(lines().at(-1)).toBe('decision block_ip 203.0.113.7 cooldown');
      clock.advance(299_000);
      await respond(from('203.0.113.7'), true);
      expect(enforcer.calls).toHaveLength(1);
      clock.advance(1000);
      await respond(from('203.0.113.7'), true);
      expect(enforcer.calls).toHaveLength(2);
    });
  });

  test('that fails is a failure in the history, and is tried again after the cooldown, not with every line of the attack', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('block_ip', { apply: () => Promise.reject(new SecError('SEC_HOST_REFUSED', 'nft says no')) });
      const { respond, lines, clock } = await createScene(store, [enforcer]);
      for (let line = 0; line < 50; line += 1) await respond(from('203.0.113.7'), line > 0);
      expect(enforcer.calls).toHaveLength(1);
      expect(lines()).toEqual(['intent block_ip 203.0.113.7 execute', 'outcome block_ip 203.0.113.7 failure']);
      clock.advance(300_000);
      await respond(from('203.0.113.7'), true);
      expect(enforcer.calls).toHaveLength(2);
    });
  });

  test('of one kind does not wait for another kind', async () => {
    await withStore(async (store) => {
      const gate = createGate();
      const slow = createFakeEnforcer('drop_connection', {
        apply: async () => {
          await gate.pass();
          return VERIFIED;
        },
      });
      const fast = createFakeEnforcer('block_ip');
      const { responder } = await createScene(store, [slow, fast]);
      responder.respond(from('203.0.113.7', { module: 'injection_shield', severity: 'CRITICAL' }), false);
      await expect.poll(() => [slow.calls.length, fast.calls.length]).toEqual([1, 1]);
      gate.open();
      await responder.idle();
    });
  });

  test('in dry run touches nothing and says what would be done, or why that would fail', async () => {
    await withStore(async (store) => {
      let problem: string | undefined;
      const enforcer = createFakeEnforcer('block_ip', { rehearse: async () => problem });
      const { respond, records } = await createScene(store, [enforcer], await policyOfPreset('balanced', { dry_run: true }));
      await respond(from('203.0.113.7'));
      problem = 'no nft here';
      await respond(from('203.0.113.8'));
      expect(enforcer.calls).toEqual([]);
      expect(records.map(({ kind, outcome, dryRun, reason }) => [kind, outcome, dryRun, reason])).toEqual([
        ['decision', 'dry-run', true, 'would do: one; two'],
        ['decision', 'dry-run', true, 'would fail: no nft here'],
      ]);
    });
  });

  test('that is only a record is recorded as done', async () => {
    await withStore(async (store) => {
      const { respond, lines } = await createScene(store, [], await policyOfPreset('lax'));
      const alert = from('203.0.113.7');
      await respond(alert);
      await respond(alert, true);
      expect(lines()).toEqual([`outcome log_only ${alert.id} success`]);
    });
  });
});

describe('a person is asked', () => {
  test('where the gate wants one, and not twice in a cooldown', async () => {
    await withStore(async (store) => {
      const { respond, asked } = await createScene(store, [createFakeEnforcer('kill_process')]);
      await respond(shellAlert());
      await respond(shellAlert(), true);
      expect(asked.map(({ action, outcome }) => [action, outcome])).toEqual([['kill_process', 'needs-approval']]);
    });
  });

  test('when that fails it is in the history, and nothing was done', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('kill_process');
      const { respond, records, problems } = await createScene(store, [enforcer], undefined, () => Promise.reject(new SecError('SEC_STORE_FULL')));
      await respond(shellAlert());
      expect(records.filter(({ action }) => action === 'kill_process')).toMatchObject([
        { kind: 'decision', outcome: 'failure', reason: expect.stringContaining('nobody could be asked') },
      ]);
      expect(problems).toHaveLength(1);
      expect(enforcer.calls).toEqual([]);
    });
  });
});

describe('what nothing is done about', () => {
  const vetoed = { outcome: 'refused', reason: 'the operator is connected from there over SSH' } as const;

  test('is one line in the history, however often the attack repeats and however many alerts it becomes', async () => {
    await withStore(async (store) => {
      const { respond, lines, mood, clock } = await createScene(store, [createFakeEnforcer('block_ip')]);
      mood.veto = () => vetoed;
      for (let line = 0; line < 100; line += 1) await respond(from('203.0.113.7', { id: sampleAlert().id }), line % 10 > 0);
      expect(lines()).toEqual(['decision block_ip 203.0.113.7 refused']);
      await respond(from('203.0.113.8'));
      expect(lines()).toHaveLength(2);
      clock.advance(300_000);
      await respond(from('203.0.113.7'), true);
      expect(lines()).toHaveLength(3);
    });
  });

  test('does not stand in the way of an answer once nothing speaks against it', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('block_ip');
      const { respond, mood, clock } = await createScene(store, [enforcer]);
      mood.unavailable = 'still starting';
      await respond(from('203.0.113.7'));
      mood.unavailable = undefined;
      mood.veto = () => vetoed;
      await respond(from('203.0.113.7'), true);
      mood.veto = () => undefined;
      clock.advance(1);
      await respond(from('203.0.113.7'), true);
      expect(enforcer.calls).toEqual(['apply 203.0.113.7']);
    });
  });

  test('over the budget is met as soon as there is budget again', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('block_ip');
      const { respond, lines, clock } = await createScene(store, [enforcer]);
      for (let number = 1; number <= 25; number += 1) await respond(from(`203.0.113.${number}`));
      expect(enforcer.calls).toHaveLength(20);
      expect(lines().filter((line) => line.endsWith('over-budget'))).toHaveLength(5);
      await respond(from('203.0.113.25'), true);
      expect(lines().filter((line) => line.endsWith('over-budget'))).toHaveLength(5);
      clock.advance(60_000);
      await respond(from('203.0.113.25'), true);
      expect(enforcer.calls.at(-1)).toBe('apply 203.0.113.25');
    });
  });

  test('for want of a target is recorded once an alert', async () => {
    await withStore(async (store) => {
      const { respond, lines } = await createScene(store, []);
      for (let repeat = 0; repeat < 5; repeat += 1) await respond(shellAlert({ entities: {} }), repeat > 0);
      expect(lines()).toEqual(['decision kill_process no process no-target', 'decision quarantine_file no file no-target']);
    });
  });
});

test('a flood of attackers is bounded by the caps, in what is done and in what waits', async () => {
  await withStore(async (store) => {
    const enforcer = createFakeEnforcer('block_ip', { applyBatch: async (requests) => requests.map(() => VERIFIED) });
    const policy = await policyOfPreset('balanced', { policies: { auth_fortress: { max_actions_per_min: 0 } }, caps: { max_new_actions_per_min: 300 } });
    const { responder, lines } = await createScene(store, [enforcer], policy);
    const began = performance.now();
    for (let number = 0; number < 20_000; number += 1) responder.respond(from(`198.51.${Math.floor(number / 250)}.${number % 250}`), false);
    const ms = performance.now() - began;
    await responder.idle();
    expect(lines().filter((line) => line.startsWith('outcome'))).toHaveLength(300);
    expect(store.leases.live()).toHaveLength(300);
    console.info(`20,000 alerts answered in ${Math.round(ms)} ms`);
    expect(ms).toBeLessThan(10_000);
  });
});

describe('a cap of the whole host', () => {
  test('leaves attacks recorded only, and is told of once in its window for each cap, not per attacker', async () => {
    await withStore(async (store) => {
      const policy = await policyOfPreset('balanced', { caps: { max_active_blocks: 1, max_new_actions_per_min: 3 } });
      const enforcer = createFakeEnforcer('block_ip');
      const room = await createRoom(store, [enforcer], policy);
      const raised: Finding[] = [];
      const onCap = createCapAlarm({ clock: room.clock, raise: (finding) => raised.push(finding) });
      const responder = createResponder({ ...room.dependencies, requestApproval: async () => undefined, onCap });
      const attack = async (ip: string): Promise<void> => {
        responder.respond(from(ip), false);
        await responder.idle();
        await settle(3);
      };
      for (const ip of ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4']) await attack(ip);
      expect(enforcer.calls).toHaveLength(1);
      expect(room.lines().slice(-3)).toEqual(['203.0.113.2', '203.0.113.3', '203.0.113.4'].map((ip) => `decision block_ip ${ip} over-budget`));
      expect(store.history.page({ limit: 1 })[0]?.reason).toContain('only recorded');
      expect(raised.map(({ module, severity, foldKey }) => ({ module, severity, foldKey }))).toEqual([
        { module: 'enforcement', severity: 'HIGH', foldKey: 'enforcement:active-blocks' },
      ]);
      room.clock.advance(15 * 60_000 - 1);
      await attack('203.0.113.5');
      expect(raised).toHaveLength(1);
      room.clock.advance(1);
      await attack('203.0.113.6');
      expect(raised).toHaveLength(2);
    });
  });
});
