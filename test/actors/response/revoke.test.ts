import { describe, expect, test } from 'vitest';
import { revokeApproval } from '../../../src/actors/response/revoke.ts';
import type { Approval } from '../../../src/domain/approval.ts';
import { asId } from '../../../src/domain/ids.ts';
import type { Store } from '../../../src/store/contract.ts';
import { sampleApproval, sampleLease, withStore } from '../../store/store-fixtures.ts';
import { createFakeEnforcer, createRoom, OPERATOR } from './room.ts';

const actionId = asId<'ActionId'>('01JACTION00000000000000001');
const put = async (store: Store, more: Partial<Approval> = {}): Promise<Approval> => {
  await store.approvals.put(sampleApproval(1, { actionId }));
  const approval = sampleApproval(1, { actionId, state: 'done', version: 2, ...more });
  await store.approvals.put(approval);
  return approval;
};

describe('revoking an approval', () => {
  test('takes the action back, verified, and says so in one piece on disk', async () => {
    await withStore(async (store) => {
      await store.leases.put([sampleLease(1, { actionId })]);
      const approval = await put(store);
      const enforcer = createFakeEnforcer('block_ip');
      const { dependencies, records } = await createRoom(store, [enforcer]);
      const revoked = await revokeApproval(dependencies, approval, OPERATOR, 'a mistake');
      expect(enforcer.calls).toEqual(['undo 198.51.0.1']);
      expect(store.approvals.get(approval.id)).toEqual(JSON.parse(JSON.stringify(revoked)));
      expect(revoked).toMatchObject({ state: 'revoked', revokedBy: OPERATOR, version: 3 });
      expect(store.leases.live()).toEqual([]);
      expect(records.map(({ kind, reason, actor }) => [kind, reason, actor?.name])).toEqual([
        ['undo', 'checked; a mistake', 'ops'],
        ['approval', 'was approved and is taken back: a mistake', 'ops'],
      ]);
      await expect(revokeApproval(dependencies, revoked, OPERATOR, '')).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
    });
  });

  test('that does not take effect leaves it done, and says so', async () => {
    await withStore(async (store) => {
      await store.leases.put([sampleLease(1, { actionId })]);
      const approval = await put(store);
      const enforcer = createFakeEnforcer('block_ip', { undo: async () => ({ verification: 'failed', detail: 'still in the set' }) });
      const { dependencies } = await createRoom(store, [enforcer]);
      await expect(revokeApproval(dependencies, approval, OPERATOR, '')).rejects.toMatchObject({ code: 'SEC_VERIFY_FAILED' });
      expect(store.approvals.get(approval.id)?.state).toBe('done');
      expect(store.leases.live()).toHaveLength(1);
    });
  });

  test.each([
    ['is not in force any more', {}, 'SEC_UNAVAILABLE'],
    ['was rejected', { state: 'rejected' }, 'SEC_CONFLICT'],
    ['still waits', { state: 'pending' }, 'SEC_CONFLICT'],
  ] as const)('that %s is refused', async (_, more, code) => {
    await withStore(async (store) => {
      const approval = await put(store, more);
      const { dependencies } = await createRoom(store, [createFakeEnforcer('block_ip')]);
      await expect(revokeApproval(dependencies, approval, OPERATOR, '')).rejects.toMatchObject({ code });
    });
  });
});
