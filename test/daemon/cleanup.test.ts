import { describe, expect, test } from 'vitest';
import type { Enforcer } from '../../src/actors/contract.ts';
import { cleanUp } from '../../src/daemon/cleanup.ts';
import type { ActionName } from '../../src/domain/action.ts';
import type { Actor } from '../../src/domain/approval.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import type { AccountRecord, QuarantineRecord } from '../../src/domain/undo-record.ts';
import type { Store } from '../../src/store/contract.ts';
import { numberedId, START, sampleApproval, sampleLease, withStore } from '../store/store-fixtures.ts';
import { fakeEnforcer } from './fake-enforcer.ts';

const BY: Actor = { name: 'root', uid: 0, via: 'cli' };
const clock = createManualClock(START);
const held = (number: number) =>
  sampleApproval(number, { action: 'kill_process', target: { kind: 'process', process: { pid: 40 + number, startTime: 1, exe: '/bin/sh' } }, isHeld: true });

const enforcersOf = (...enforcers: readonly Enforcer[]): ReadonlyMap<ActionName, Enforcer> =>
  new Map(enforcers.map((enforcer) => [enforcer.manifest.action, enforcer]));

const full = async (store: Store): Promise<void> => {
  await store.approvals.put(held(1));
  await store.approvals.put(sampleApproval(2));
  await store.approvals.put(held(3));
  await store.approvals.put({ ...held(3), state: 'rejected', version: 2 });
  await store.leases.put([sampleLease(1), sampleLease(2, { state: 'intended' })]);
};

describe('cleanup', () => {
  test('lets go what is suspended, ends what waits and what is in force, and asks every enforcer to remove its own', async () => {
    await withStore(async (store) => {
      await full(store);
      const released: string[] = [];
      let tables = 1;
      const enforcers = enforcersOf(
        fakeEnforcer('kill_process', { onRelease: async (request) => void released.push(request.actionId) }),
        fakeEnforcer('block_ip', { fini: async () => (tables-- > 0 ? ['the firewall table'] : []) }),
      );
      const { removed, left, ended } = await cleanUp({ store, clock, enforcers }, BY, 'moving house');
      expect(left).toEqual([]);
      // The one that was decided and never let go, too.
      expect([...released].sort()).toEqual([numberedId(1), numberedId(3)]);
      expect(removed).toContain('the firewall table');
      expect(ended.map(({ id, state, endedBecause }) => [id, state, endedBecause])).toEqual([
        [numberedId(1), 'ended', 'cleanup by root'],
        [numberedId(2), 'ended', 'cleanup by root'],
      ]);
      expect(store.approvals.waiting()).toEqual([]);
      expect(store.approvals.page(10).map(({ state, isHeld }) => [state, isHeld])).toEqual([
        ['rejected', false],
        ['void', false],
        ['void', false],
      ]);
      expect(store.leases.live()).toEqual([]);
      expect(store.history.page({ limit: 1, kind: 'cleanup' })).toMatchObject([
        { outcome: 'success', actor: BY, reason: expect.stringContaining('moving house') },
      ]);
      expect(store.history.verify().isIntact).toBe(true);
    });
  });

  test('the second time there is nothing to do and nothing is recorded', async () => {
    await withStore(async (store) => {
      await full(store);
      let tables = 1;
      const enforcers = enforcersOf(fakeEnforcer('kill_process'), fakeEnforcer('block_ip', { fini: async () => (tables-- > 0 ? ['the firewall table'] : []) }));
      await cleanUp({ store, clock, enforcers }, BY, '');
      const records = store.history.count();
      expect(await cleanUp({ store, clock, enforcers }, BY, '')).toEqual({ removed: [], left: [], ended: [] });
      expect(store.history.count()).toBe(records);
    });
  });

  test('one part that fails is named, the others are done, and nothing that is still in force is called ended', async () => {
    await withStore(async (store) => {
      await full(store);
      const enforcers = enforcersOf(
        fakeEnforcer('kill_process', { onRelease: () => Promise.reject(new Error('no such device')) }),
        fakeEnforcer('block_ip', { fini: () => Promise.reject(new Error('nft: permission denied')) }),
        fakeEnforcer('drop_connection', { fini: async () => ['a rule'] }),
      );
      const { removed, left, ended } = await cleanUp({ store, clock, enforcers }, BY, '');
      expect(left).toEqual([expect.stringContaining('no such device'), expect.stringContaining('no such device'), 'block_ip: nft: permission denied']);
      expect(removed).toContain('a rule');
      expect(ended).toEqual([]);
      expect(store.leases.live()).toHaveLength(2);
      expect(store.approvals.waiting().map(({ id, isHeld }) => [id, isHeld])).toEqual([[numberedId(1), true]]);
      expect(store.history.page({ limit: 1, kind: 'cleanup' })).toMatchObject([{ outcome: 'failure', details: { left } }]);
    });
  });

  test('without a database what the enforcers see themselves is removed', async () => {
    const enforcers = enforcersOf(fakeEnforcer('block_ip', { fini: async () => ['the firewall table'] }));
    expect(await cleanUp({ store: undefined, clock, enforcers }, BY, '')).toEqual({ removed: ['the firewall table'], left: [], ended: [] });
  });
});

describe('what only its own record can take back', () => {
  const account: AccountRecord = { kind: 'account', user: 'mallory', uid: 1001, wasLocked: false, fields: [], lineSha256: '', keyFiles: [] };
  const file: QuarantineRecord = {
    kind: 'file',
    path: '/srv/x',
    dev: 1,
    ino: 2,
    size: 3,
    uid: 0,
    gid: 0,
    mode: 0o644,
    mtimeNs: '0',
    atimeNs: '0',
    xattrs: {},
    links: 1,
  };
  const leases = [
    sampleLease(1, { action: 'disable_user', target: { kind: 'user', user: 'mallory' }, expiresAt: undefined, undo: account }),
    sampleLease(2, { action: 'quarantine_file', target: { kind: 'file', file: { path: '/srv/x' } }, expiresAt: undefined, undo: file }),
  ];
  const enforcersWith = (asked: unknown[], undoFile: Enforcer['undo'] = async () => ({ verification: 'verified', detail: '/srv/x is back' })) =>
    enforcersOf(
      fakeEnforcer('disable_user', { onUndo: ({ undo }) => void asked.push(undo) }),
      fakeEnforcer('quarantine_file', { outlastsCleanup: true, onUndo: ({ undo }) => void asked.push(undo), undo: undoFile }),
    );

  test('is taken back with it; files stay, in force, and it is said how to bring them back', async () => {
    await withStore(async (store) => {
      await store.leases.put(leases);
      const asked: unknown[] = [];
      const { removed, left, kept } = await cleanUp({ store, clock, enforcers: enforcersWith(asked) }, BY, '');
      expect(asked).toEqual([account]);
      expect([removed, left]).toEqual([['disable_user mallory ended: checked'], []]);
      expect(kept).toEqual([expect.stringContaining(`quarantine_file /srv/x stays put away: \`1sec enforce undo ${leases[1]?.id}\``)]);
      expect(store.leases.live().map(({ action }) => action)).toEqual(['quarantine_file']);
    });
  });

  test('files come back when that is asked for', async () => {
    await withStore(async (store) => {
      await store.leases.put(leases);
      const asked: unknown[] = [];
      const { removed, kept } = await cleanUp({ store, clock, enforcers: enforcersWith(asked), restoreFiles: true }, BY, '');
      expect(asked).toHaveLength(2);
      expect(asked).toEqual(expect.arrayContaining([account, file]));
      expect(removed).toContain('quarantine_file /srv/x ended: /srv/x is back');
      expect(kept).toBeUndefined();
      expect(store.leases.live()).toEqual([]);
    });
  });

  test('what cannot come back is named, stays in force, and keeps nothing else from ending', async () => {
    await withStore(async (store) => {
      await store.leases.put(leases);
      const enforcers = enforcersWith([], () => Promise.reject(new Error('something else is there')));
      const { left } = await cleanUp({ store, clock, enforcers, restoreFiles: true }, BY, '');
      expect(left).toEqual(['quarantine_file /srv/x: something else is there']);
      expect(store.leases.live().map(({ action }) => action)).toEqual(['quarantine_file']);
    });
  });
});
