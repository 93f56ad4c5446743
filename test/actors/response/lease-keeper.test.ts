import { describe, expect, test } from 'vitest';
import { createLeaseKeeper } from '../../../src/actors/response/lease-keeper.ts';
import type { Lease } from '../../../src/domain/lease.ts';
import { sampleLease, withStore } from '../../store/store-fixtures.ts';
import { createFakeEnforcer, createRoom } from './room.ts';

const HOUR = 3_600_000;
const INTENDED = { state: 'intended' } as const;

describe('leases that run out', () => {
  test('end at their stored end, on disk and in the history, and the others stay', async () => {
    await withStore(async (store) => {
      await store.leases.put([sampleLease(1), sampleLease(2, { expiresAt: undefined }), sampleLease(3, INTENDED)]);
      const { clock, dependencies, records } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      const keeper = createLeaseKeeper(dependencies);
      clock.advance(HOUR - 1);
      await keeper.expire();
      expect(records).toEqual([]);
      clock.advance(1);
      await keeper.expire();
      expect(records.map(({ kind, target, outcome, reason }) => [kind, target, outcome, reason])).toEqual([
        ['undo', '198.51.0.1', 'success', 'its time was over'],
        ['undo', '198.51.0.3', 'success', 'its time was over'],
      ]);
      expect(store.leases.live().map(({ id }) => id)).toEqual([sampleLease(2).id]);
      expect(dependencies.leases.count('block_ip')).toBe(1);
      await keeper.expire();
      expect(records).toHaveLength(2);
    });
  });

  test('stay in the book when their end cannot be written down, and end later', async () => {
    await withStore(async (store) => {
      await store.leases.put([sampleLease(1)]);
      const { clock, dependencies } = await createRoom(store, []);
      let isFull = true;
      const commit: typeof store.commit = (change) => (isFull ? Promise.reject(new Error('disk full')) : store.commit(change));
      const keeper = createLeaseKeeper({ ...dependencies, store: { ...store, commit } });
      clock.advance(HOUR);
      await expect(keeper.expire()).rejects.toThrow('disk full');
      expect(dependencies.leases.count('block_ip')).toBe(1);
      isFull = false;
      await keeper.expire();
      expect(dependencies.leases.count('block_ip')).toBe(0);
    });
  });
});

describe('reconciling', () => {
  test('hands over the leases of that action that have time left, and records a repair; the first one is a restore', async () => {
    await withStore(async (store) => {
      await store.leases.put([sampleLease(1), sampleLease(2, { expiresAt: 1 }), sampleLease(3, { action: 'disable_user' })]);
      const given: (readonly Lease[])[] = [];
      let repair = { added: 1, removed: 0, detail: '1 block was missing' };
      const enforcer = createFakeEnforcer('block_ip', {
        reconcile: async (leases) => {
          given.push(leases);
          return repair;
        },
      });
      const { dependencies, records } = await createRoom(store, [enforcer]);
      const keeper = createLeaseKeeper(dependencies);
      expect(await keeper.reconcile('block_ip')).toEqual(repair);
      await keeper.reconcile('block_ip');
      repair = { added: 0, removed: 0, detail: '' };
      await keeper.reconcile('block_ip');
      expect(given.map((leases) => leases.map(({ id }) => id))).toEqual(Array.from({ length: 3 }, () => [sampleLease(1).id]));
      expect(records.map(({ kind, reason }) => [kind, reason])).toEqual([
        ['repair', 'restored after a start: 1 block was missing'],
        ['repair', 'the kernel was not as it should be: 1 block was missing'],
      ]);
    });
  });

  test('settles what a crash left intended, once, and leaves alone what is only just under way', async () => {
    await withStore(async (store) => {
      await store.leases.put([sampleLease(1, INTENDED)]);
      const { dependencies, lines } = await createRoom(store, [
        createFakeEnforcer('block_ip', { reconcile: async () => ({ added: 0, removed: 0, detail: '' }) }),
      ]);
      const keeper = createLeaseKeeper(dependencies);
      dependencies.leases.set(sampleLease(2, INTENDED));
      await keeper.reconcile('block_ip');
      await keeper.reconcile('block_ip');
      expect(lines()).toEqual(['outcome block_ip 198.51.0.1 success']);
      expect(store.leases.get(sampleLease(1).id)?.state).toBe('active');
      expect(dependencies.leases.find('block_ip', sampleLease(2).target)?.state).toBe('intended');
    });
  });

  test('that fails settles nothing and is told', async () => {
    await withStore(async (store) => {
      await store.leases.put([sampleLease(1, INTENDED)]);
      const { dependencies, records } = await createRoom(store, [createFakeEnforcer('block_ip', { reconcile: () => Promise.reject(new Error('no nft')) })]);
      const keeper = createLeaseKeeper(dependencies);
      await expect(keeper.reconcile('block_ip')).rejects.toThrow('no nft');
      expect(records).toEqual([]);
      expect(store.leases.get(sampleLease(1).id)?.state).toBe('intended');
    });
  });

  test('of an action that cannot reconcile changes nothing', async () => {
    await withStore(async (store) => {
      const { dependencies } = await createRoom(store, []);
      expect(await createLeaseKeeper(dependencies).reconcile('kill_process')).toEqual({ added: 0, removed: 0, detail: '' });
    });
  });
});
