import { describe, expect, test } from 'vitest';
import { cooldownKey } from '../../../src/actors/response/decide.ts';
import { createLedger } from '../../../src/actors/response/ledger.ts';
import { restoreSoftAllow } from '../../../src/actors/response/restore-soft-allow.ts';
import { undoAction, undoByName } from '../../../src/actors/response/undo.ts';
import { SecError } from '../../../src/domain/errors.ts';
import { asId } from '../../../src/domain/ids.ts';
import { START, sampleApproval, sampleDraft, sampleLease, withStore } from '../../store/store-fixtures.ts';
import { createFakeEnforcer, createRoom, OPERATOR } from './room.ts';

const lease = sampleLease(1, { actionId: asId('01JACTION00000000000000001') });
const target = lease.target;

describe('taking an action back', () => {
  test.each([
    ['the id of its lease', lease.id],
    ['the id of its action', lease.actionId],
    ['the beginning of it', '01JACT'],
  ])('by %s ends it, on disk, with who and why', async (_how, id) => {
    await withStore(async (store) => {
      await store.leases.put([lease]);
      const enforcer = createFakeEnforcer('block_ip');
      const { dependencies, records } = await createRoom(store, [enforcer]);
      const record = await undoAction(dependencies, id, OPERATOR, 'a colleague');
      expect(enforcer.calls).toEqual(['undo 198.51.0.1']);
      expect(record).toMatchObject({
        kind: 'undo',
        outcome: 'success',
        verification: 'verified',
        actor: OPERATOR,
        reason: 'checked; a colleague',
        actionId: lease.actionId,
      });
      expect(records).toEqual([record]);
      expect(store.leases.get(lease.id)).toMatchObject({ state: 'ended', endedBecause: 'undone by ops' });
      expect(dependencies.leases.live()).toEqual([]);
    });
  });

  test('the target is then left alone for ten minutes', async () => {
    await withStore(async (store) => {
      await store.leases.put([lease]);
      const { dependencies, clock } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      await undoAction(dependencies, lease.id, OPERATOR, '');
      expect(dependencies.ledger.cooldownLeft(cooldownKey('auth_fortress', 'block_ip', target), clock.monotonic())).toBe(600_000);
    });
  });

  test('and that survives a restart, for the rest of the ten minutes', async () => {
    await withStore(async (store) => {
      await store.leases.put([lease]);
      const { dependencies, clock } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      await undoAction(dependencies, lease.id, OPERATOR, '');
      clock.advance(240_000);
      const fresh = createLedger();
      restoreSoftAllow(store, fresh, clock);
      const key = cooldownKey('auth_fortress', 'block_ip', target);
      expect(fresh.cooldownLeft(key, clock.monotonic())).toBe(360_000);
      clock.advance(360_001);
      const later = createLedger();
      restoreSoftAllow(store, later, clock);
      expect(later.cooldownLeft(key, clock.monotonic())).toBe(0);
    });
  });

  test('and that for every module whose block ended with it', async () => {
    await withStore(async (store) => {
      await store.leases.put([lease, sampleLease(2, { target, module: 'injection_shield' })]);
      const { dependencies, clock } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      await undoAction(dependencies, lease.id, OPERATOR, '');
      const fresh = createLedger();
      restoreSoftAllow(store, fresh, clock);
      for (const module of ['auth_fortress', 'injection_shield'])
        expect(fresh.cooldownLeft(cooldownKey(module, 'block_ip', target), clock.monotonic())).toBe(600_000);
    });
  });

  test('what a person refused is left alone after a restart too, what he granted is not', async () => {
    await withStore(async (store) => {
      const { clock } = await createRoom(store, []);
      const refused = sampleApproval(1, { state: 'rejected', decidedAt: START - 60_000 });
      const granted = sampleApproval(2, { state: 'done', decidedAt: START, target: { kind: 'ip', address: '203.0.113.99' } });
      const old = sampleApproval(3, { state: 'rejected', decidedAt: START - 600_001, target: { kind: 'ip', address: '203.0.113.98' } });
      for (const approval of [refused, granted, old]) await store.approvals.put({ ...approval, version: 1 });
      const fresh = createLedger();
      restoreSoftAllow(store, fresh, clock);
      const left = [refused, granted, old].map((one) => fresh.cooldownLeft(cooldownKey(one.module, one.action, one.target), clock.monotonic()));
      expect(left).toEqual([540_000, 0, 0]);
    });
  });

  test('ends all the leases that stand for the same block, whichever module asked for them', async () => {
    await withStore(async (store) => {
      const other = sampleLease(2, { target, module: 'injection_shield' });
      await store.leases.put([lease, other, sampleLease(3)]);
      const { dependencies, clock } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      await undoAction(dependencies, lease.id, OPERATOR, '');
      expect(dependencies.leases.live().map(({ id }) => id)).toEqual([sampleLease(3).id]);
      expect(store.leases.live()).toHaveLength(1);
      expect(dependencies.ledger.cooldownLeft(cooldownKey('injection_shield', 'block_ip', target), clock.monotonic())).toBe(600_000);
    });
  });

  test('what cannot be taken back stays in force, and that is recorded', async () => {
    await withStore(async (store) => {
      await store.leases.put([lease]);
      const { dependencies, clock } = await createRoom(store, [
        createFakeEnforcer('block_ip', { undo: () => Promise.reject(new SecError('SEC_HOST_REFUSED', 'nft says no')) }),
      ]);
      expect(await undoAction(dependencies, lease.id, OPERATOR, '')).toMatchObject({
        outcome: 'failure',
        verification: 'failed',
        reason: expect.stringContaining('nft says no'),
      });
      expect(dependencies.leases.live()).toEqual([lease]);
      expect(store.leases.get(lease.id)).toEqual(lease);
      expect(dependencies.ledger.cooldownLeft(cooldownKey('auth_fortress', 'block_ip', target), clock.monotonic())).toBe(0);
    });
  });
});

describe('taking back by target', () => {
  const v6 = sampleLease(4, { target: { kind: 'ip', address: '2001:db8:1:2::/64' } });
  test.each([
    ['198.51.0.1', lease.id],
    ['::ffff:198.51.0.1', lease.id],
    ['198.51.0.1/32', lease.id],
    ['2001:DB8:1:2:0::/64', v6.id],
    [lease.id, lease.id],
  ])('%s is found', async (name, id) => {
    await withStore(async (store) => {
      await store.leases.put([lease, v6, sampleLease(3)]);
      const { dependencies } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      expect(await undoByName(dependencies, name, OPERATOR, '')).toHaveLength(1);
      expect(store.leases.get(id)).toMatchObject({ state: 'ended' });
      expect(dependencies.leases.live()).toHaveLength(2);
    });
  });

  test('ends every action on it, once each, also when one of them fails', async () => {
    await withStore(async (store) => {
      const same = sampleLease(2, { target, module: 'injection_shield' });
      const account = sampleLease(5, { target: { kind: 'user', user: 'bob' }, action: 'disable_user' });
      const connection = sampleLease(6, { target: { kind: 'connection', address: '198.51.0.1' }, action: 'drop_connection' });
      await store.leases.put([lease, same, account, connection]);
      const block = createFakeEnforcer('block_ip', { undo: async () => ({ verification: 'failed', detail: 'nft is gone' }) });
      const { dependencies } = await createRoom(store, [block, createFakeEnforcer('drop_connection'), createFakeEnforcer('disable_user')]);
      const records = await undoByName(dependencies, '198.51.0.1', OPERATOR, '');
      expect(records.map(({ action, outcome }) => [action, outcome])).toContainEqual(['drop_connection', 'success']);
      expect(records.map(({ action, outcome }) => [action, outcome])).toContainEqual(['block_ip', 'failure']);
      expect(await undoByName(dependencies, 'bob', OPERATOR, '')).toMatchObject([{ action: 'disable_user', outcome: 'success' }]);
    });
  });

  test('an address inside a blocked network is told which one to name', async () => {
    await withStore(async (store) => {
      await store.leases.put([v6]);
      const { dependencies } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      await expect(undoByName(dependencies, '2001:db8:1:2::9', OPERATOR, '')).rejects.toMatchObject({
        code: 'SEC_NOT_FOUND',
        detail: expect.stringContaining('block_ip 2001:db8:1:2::/64 covers it'),
      });
    });
  });

  test('a name that is also the beginning of an id is not guessed at, and three characters are no id', async () => {
    await withStore(async (store) => {
      await store.leases.put([lease, sampleLease(5, { target: { kind: 'user', user: '01JA' } })]);
      const { dependencies } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      await expect(undoByName(dependencies, '01JA', OPERATOR, '')).rejects.toMatchObject({ code: 'SEC_AMBIGUOUS' });
      await expect(undoByName(dependencies, '01J', OPERATOR, '')).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
    });
  });
});

describe('nothing is taken back', () => {
  test('when nothing is called like that', async () => {
    await withStore(async (store) => {
      await store.leases.put([lease]);
      const { dependencies } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      await expect(undoAction(dependencies, '01JNOSUCH', OPERATOR, '')).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
    });
  });

  test('when the beginning of an id fits several', async () => {
    await withStore(async (store) => {
      await store.leases.put([sampleLease(1), sampleLease(2)]);
      const enforcer = createFakeEnforcer('block_ip');
      const { dependencies } = await createRoom(store, [enforcer]);
      await expect(undoAction(dependencies, '01J000', OPERATOR, '')).rejects.toMatchObject({
        code: 'SEC_AMBIGUOUS',
        detail: expect.stringContaining('2 actions'),
      });
      expect(enforcer.calls).toEqual([]);
    });
  });

  test('when it is known from the history but not in force', async () => {
    await withStore(async (store) => {
      const [record] = await store.history.append([sampleDraft(1, { action: 'block_ip', target: '203.0.113.7', actionId: lease.actionId })]);
      const { dependencies } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      await expect(undoAction(dependencies, record?.id ?? '', OPERATOR, '')).rejects.toMatchObject({
        code: 'SEC_UNAVAILABLE',
        detail: expect.stringContaining('block_ip 203.0.113.7 is not in force'),
      });
      await expect(undoAction(dependencies, lease.actionId, OPERATOR, '')).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
    });
  });

  test('when nobody here can do it', async () => {
    await withStore(async (store) => {
      await store.leases.put([lease]);
      const { dependencies } = await createRoom(store, []);
      await expect(undoAction(dependencies, lease.id, OPERATOR, '')).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
      expect(dependencies.leases.live()).toHaveLength(1);
    });
  });
});
