import { expect, test } from 'vitest';
import { numberedId, sampleApproval, sampleDraft, sampleLease, withStore } from './store-fixtures.ts';

const conflict = expect.objectContaining({ code: 'SEC_CONFLICT' });

test('an approval is changed only by someone who saw its latest version', () =>
  withStore(async (store) => {
    await store.approvals.put(sampleApproval(1));
    await expect(store.approvals.put(sampleApproval(1))).rejects.toEqual(conflict);
    await expect(store.approvals.put(sampleApproval(1, { version: 3 }))).rejects.toEqual(conflict);
    await expect(store.approvals.put(sampleApproval(2, { version: 2 }))).rejects.toEqual(conflict);
    await store.approvals.put(sampleApproval(1, { version: 2, state: 'approved' }));
    expect(store.approvals.get(numberedId(1))).toMatchObject({ version: 2, state: 'approved' });
    expect(store.approvals.get(numberedId(2))).toBeUndefined();
  }));

test('of many decisions made at the same time on the same version exactly one wins', () =>
  withStore(async (store) => {
    await store.approvals.put(sampleApproval(1));
    const tries = Array.from({ length: 20 }, (_, index) => store.approvals.put(sampleApproval(1, { version: 2, state: 'approved', reason: `try ${index}` })));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(store.approvals.get(numberedId(1))?.reason).toBe('try 0');
  }));

test('waiting approvals come oldest first and leave the list when they are decided', () =>
  withStore(async (store) => {
    for (const number of [3, 1, 2]) await store.approvals.put(sampleApproval(number));
    await store.approvals.put(sampleApproval(2, { version: 2, state: 'rejected' }));
    await store.approvals.put(sampleApproval(3, { version: 2, state: 'executing' }));
    expect(store.approvals.waiting().map(({ id }) => id)).toEqual([numberedId(1), numberedId(3)]);
    expect(store.approvals.page(2).map(({ id }) => id)).toEqual([numberedId(3), numberedId(2)]);
    expect(store.approvals.byPrefix('01J')).toHaveLength(2);
  }));

test('of decided approvals only the newest are kept, a waiting one is never removed', () =>
  withStore(
    async (store) => {
      await store.approvals.put(sampleApproval(1));
      for (let number = 2; number <= 14; number += 1) await store.approvals.put(sampleApproval(number, { state: 'expired' }));
      expect(store.approvals.get(numberedId(1))).toBeDefined();
      expect(store.approvals.get(numberedId(4))).toBeUndefined();
      expect(store.approvals.page(100).map(({ id }) => id)).toEqual([...Array.from({ length: 10 }, (_, index) => numberedId(14 - index)), numberedId(1)]);
    },
    { limits: { maxDecidedApprovals: 10 } },
  ));

test('an approval and its record are written together or not at all', () =>
  withStore(async (store) => {
    await store.commit({ approvals: [sampleApproval(1)], records: [sampleDraft(1)] });
    expect([store.approvals.get(numberedId(1))?.version, store.history.count()]).toEqual([1, 1]);
    const stale = store.commit({ approvals: [sampleApproval(2), sampleApproval(1)], leases: [sampleLease(1)], records: [sampleDraft(2)] });
    await expect(stale).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
    expect([store.approvals.get(numberedId(2)), store.leases.get(numberedId(1)), store.history.count()]).toEqual([undefined, undefined, 1]);
  }));
