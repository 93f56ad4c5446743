import { expect, test } from 'vitest';
import { numberedId, sampleDraft, sampleLease, withStore } from './store-fixtures.ts';

test('a lease is live while intended or active', () =>
  withStore(async (store) => {
    await store.leases.put([sampleLease(1, { state: 'intended' }), sampleLease(2), sampleLease(3, { state: 'ended' })]);
    expect(store.leases.live().map(({ id }) => id)).toEqual([numberedId(1), numberedId(2)]);
    await store.leases.put([sampleLease(1, { state: 'failed' }), sampleLease(3)]);
    expect(store.leases.live().map(({ id }) => id)).toEqual([numberedId(2), numberedId(3)]);
    expect(store.leases.get(numberedId(1))?.state).toBe('failed');
    expect(store.leases.page(2).map(({ id }) => id)).toEqual([numberedId(3), numberedId(2)]);
  }));

test('a commit with one lease that cannot be stored stores nothing at all', () =>
  withStore(async (store) => {
    const bad = { ...sampleLease(2), id: 'not a key' } as ReturnType<typeof sampleLease>;
    await expect(store.commit({ leases: [sampleLease(1), bad], records: [sampleDraft(1)] })).rejects.toMatchObject({ code: 'SEC_INPUT_INVALID' });
    expect(store.leases.live()).toEqual([]);
    expect(store.history.count()).toBe(0);
  }));

test('of ended leases only the newest are kept', () =>
  withStore(
    async (store) => {
      await store.leases.put(Array.from({ length: 30 }, (_, index) => sampleLease(index, { state: index === 0 ? 'active' : 'ended' })));
      expect(store.leases.page(100)).toHaveLength(11);
      expect(store.leases.live()).toHaveLength(1);
    },
    { limits: { maxEndedLeases: 10 } },
  ));

test('20,000 leases are stored in one transaction and listed far below a second', () =>
  withStore(async (store) => {
    const leases = Array.from({ length: 20_000 }, (_, index) => sampleLease(index));
    const start = performance.now();
    await store.leases.put(leases);
    const stored = performance.now();
    const live = store.leases.live();
    const listed = performance.now();
    console.log(`20,000 leases: stored in ${(stored - start).toFixed(0)} ms, listed in ${(listed - stored).toFixed(0)} ms`);
    expect(live).toHaveLength(20_000);
    expect(listed - stored).toBeLessThan(700);
  }));

test('a commit is on disk within a few flushes of the disk', () =>
  withStore(async (store) => {
    const times: number[] = [];
    for (let number = 1; number <= 1_000; number += 1) {
      const start = performance.now();
      await store.commit({
        leases: [sampleLease(number)],
        records: [sampleDraft(number, { kind: 'intent', actionId: numberedId(number), action: 'block_ip' })],
      });
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    console.log(`commit: p50 ${times[500]?.toFixed(2)} ms, p99 ${times[990]?.toFixed(2)} ms, max ${times[999]?.toFixed(2)} ms`);
    expect(store.history.verify()).toMatchObject({ isIntact: true, records: 1_000 });
    expect(times[500]).toBeLessThan(50);
  }));
