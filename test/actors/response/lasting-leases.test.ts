import { describe, expect, test } from 'vitest';
import type { ActionRequest } from '../../../src/actors/contract.ts';
import { executeJobs, type Job } from '../../../src/actors/response/execute.ts';
import { createLeaseBook } from '../../../src/actors/response/lease-book.ts';
import { createLeaseKeeper } from '../../../src/actors/response/lease-keeper.ts';
import { undoAction } from '../../../src/actors/response/undo.ts';
import { SecError } from '../../../src/domain/errors.ts';
import type { AccountRecord, QuarantineRecord } from '../../../src/domain/undo-record.ts';
import { sampleAlert } from '../../kit/alerts.ts';
import { numberedId, START, sampleLease, withStore } from '../../store/store-fixtures.ts';
import { createFakeEnforcer, createRoom, OPERATOR, VERIFIED } from './room.ts';

const ACCOUNT: AccountRecord = { kind: 'account', user: 'mallory', uid: 1001, wasLocked: false, fields: ['1'], lineSha256: 'ab', keyFiles: [] };
const FILE: QuarantineRecord = {
  kind: 'file',
  path: '/srv/x',
  dev: 1,
  ino: 2,
  size: 3,
  uid: 0,
  gid: 0,
  mode: 0o755,
  mtimeNs: '1',
  atimeNs: '1',
  xattrs: {},
  links: 1,
};
const plan = () => ({ steps: ['one'], undoNote: 'undo it', isLasting: true });
const disable = (number: number): Job => ({
  alert: sampleAlert(),
  request: { actionId: numberedId(number), target: { kind: 'user', user: 'mallory' }, params: {}, now: START },
  reason: 'approved',
});
const putAway = (number: number): Job => ({ ...disable(number), request: { ...disable(number).request, target: { kind: 'file', file: { path: '/srv/x' } } } });

describe('an action without an end', () => {
  test('has what undoing needs on disk before it is carried out, and undo gets it, also after a restart', async () => {
    await withStore(async (store) => {
      const seen: ActionRequest[] = [];
      const enforcer = createFakeEnforcer('disable_user', {
        plan,
        record: async () => ACCOUNT,
        apply: async (request) => {
          expect(store.leases.live()).toMatchObject([{ state: 'intended', undo: ACCOUNT }]);
          seen.push(request);
          return VERIFIED;
        },
        undo: async (request) => {
          seen.push(request);
          return VERIFIED;
        },
      });
      const { dependencies } = await createRoom(store, [enforcer]);
      await executeJobs(dependencies, 'disable_user', [disable(1)]);
      const [lease] = store.leases.live();
      expect(lease).toMatchObject({ state: 'active', undo: ACCOUNT });
      expect(lease?.expiresAt).toBeUndefined();
      const restarted = { ...dependencies, leases: createLeaseBook(store.leases.live()) };
      await undoAction(restarted, lease?.id ?? '', OPERATOR, '');
      expect(seen.map(({ undo, actionId }) => [undo, actionId])).toEqual(Array.from({ length: 2 }, () => [ACCOUNT, numberedId(1)]));
      expect(store.leases.live()).toEqual([]);
    });
  });

  test('is refused, with the reason, when what undoing needs cannot be read', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('disable_user', { plan, record: () => Promise.reject(new SecError('SEC_REFUSED', 'the last administrator')) });
      const { dependencies, records } = await createRoom(store, [enforcer]);
      expect(await executeJobs(dependencies, 'disable_user', [disable(1)])).toEqual([undefined]);
      expect(enforcer.calls).toEqual(['record mallory']);
      expect(records).toMatchObject([{ kind: 'decision', outcome: 'refused', reason: expect.stringContaining('the last administrator') }]);
      expect(store.leases.live()).toEqual([]);
    });
  });

  test('carried out again after a crash goes on with the first record: what is there now may be half done', async () => {
    await withStore(async (store) => {
      await store.leases.put([sampleLease(1, { action: 'disable_user', target: disable(1).request.target, state: 'intended', undo: ACCOUNT })]);
      let given: ActionRequest | undefined;
      const enforcer = createFakeEnforcer('disable_user', {
        plan,
        record: async () => ({ ...ACCOUNT, wasLocked: true }),
        apply: async (request) => {
          given = request;
          return VERIFIED;
        },
      });
      const { dependencies } = await createRoom(store, [enforcer]);
      expect(await executeJobs(dependencies, 'disable_user', [disable(7)])).toEqual([VERIFIED]);
      expect(given).toMatchObject({ undo: ACCOUNT, actionId: sampleLease(1).actionId });
      expect(store.leases.live()).toMatchObject([{ id: sampleLease(1).id, state: 'active' }]);
    });
  });

  test('a second file under the same path is one of its own: each comes back by itself', async () => {
    await withStore(async (store) => {
      let ino = 10;
      const enforcer = createFakeEnforcer('quarantine_file', {
        plan,
        record: async () => {
          ino += 1;
          return { ...FILE, ino };
        },
      });
      const { dependencies } = await createRoom(store, [enforcer]);
      await executeJobs(dependencies, 'quarantine_file', [putAway(1)]);
      await executeJobs(dependencies, 'quarantine_file', [putAway(2)]);
      const inodes = () =>
        store.leases
          .live()
          .map(({ undo }) => (undo?.kind === 'file' ? undo.ino : 0))
          .toSorted();
      expect(inodes()).toEqual([11, 12]);
      await undoAction(dependencies, numberedId(1), OPERATOR, '');
      expect(inodes()).toEqual([12]);
    });
  });

  test('that a crash left open fails when it is not in force, and is in force when it is', async () => {
    await withStore(async (store) => {
      const open = { action: 'disable_user', state: 'intended', expiresAt: undefined, undo: ACCOUNT } as const;
      await store.leases.put([sampleLease(1, open), sampleLease(2, open)]);
      const enforcer = createFakeEnforcer('disable_user', {
        plan,
        reconcile: async () => ({ added: 0, removed: 0, detail: '', notInForce: [{ leaseId: sampleLease(1).id, reason: 'had not been locked' }] }),
      });
      const { dependencies, records } = await createRoom(store, [enforcer]);
      await createLeaseKeeper(dependencies).reconcile('disable_user');
      expect(store.leases.live()).toMatchObject([{ id: sampleLease(2).id, state: 'active' }]);
      expect(store.leases.get(sampleLease(1).id)).toMatchObject({ state: 'failed' });
      expect(records.map(({ outcome, verification, reason }) => [outcome, verification, reason])).toEqual([
        ['failure', 'failed', 'intended before a restart: had not been locked'],
        ['success', 'verified', 'intended before a restart, in force now'],
      ]);
    });
  });
});
