import { describe, expect, test } from 'vitest';
import { createSuspension } from '../../../src/actors/response/suspension.ts';
import type { Approval } from '../../../src/domain/approval.ts';
import { SecError } from '../../../src/domain/errors.ts';
import type { Store } from '../../../src/store/contract.ts';
import { sampleProcess } from '../../kit/alerts.ts';
import { sampleApproval, withStore } from '../../store/store-fixtures.ts';
import { createFakeEnforcer, createGate, createRoom, type FakeEnforcer, settle } from './room.ts';

const shell = sampleProcess({ pid: 500 });
const waiting = (more: Partial<Approval> = {}): Approval =>
  sampleApproval(1, { action: 'kill_process', target: { kind: 'process', process: shell }, isHeld: true, held: [shell], ...more });

const createScene = async (store: Store, enforcer: FakeEnforcer) => {
  const room = await createRoom(store, [enforcer]);
  const settled: string[] = [];
  const suspension = createSuspension({ ...room.dependencies, now: room.clock.now, settle: (id, reason) => void settled.push(`${id} ${reason}`) });
  return { ...room, suspension, settled, reasons: () => room.records.map(({ reason }) => reason) };
};
const HOLD = 'hold pid 500 (bash) @123456';
const RELEASE = 'release pid 500 (bash) @123456';

describe('looking after what waits', () => {
  test('suspends again what somebody let go, and records that; what is still suspended is left alone', async () => {
    await withStore(async (store) => {
      await store.approvals.put(waiting());
      let isHeld = true;
      const enforcer = createFakeEnforcer('kill_process', { hold: async () => [shell], isHeld: async () => isHeld });
      const { suspension, reasons } = await createScene(store, enforcer);
      await suspension.hold(waiting());
      await suspension.attend();
      expect(enforcer.calls).toEqual([HOLD]);
      isHeld = false;
      await suspension.attend();
      expect(enforcer.calls).toEqual([HOLD, HOLD]);
      expect(reasons()).toEqual(['suspended again: it had been let go']);
    });
  });

  test('after a restart takes over what an earlier daemon suspended, without a word; and what it had not come to suspend, with one', async () => {
    for (const isHeld of [true, false]) {
      await withStore(async (store) => {
        await store.approvals.put(waiting());
        const enforcer = createFakeEnforcer('kill_process', { hold: async () => [shell], isHeld: async () => isHeld });
        const { suspension, reasons } = await createScene(store, enforcer);
        await suspension.attend();
        expect(enforcer.calls).toEqual([HOLD]);
        expect(reasons()).toHaveLength(isHeld ? 0 : 1);
      });
    }
  });

  test('settles what is over by itself', async () => {
    await withStore(async (store) => {
      await store.approvals.put(waiting());
      const enforcer = createFakeEnforcer('kill_process', {
        hold: async () => [shell],
        verify: async () => ({ verification: 'verified', detail: 'the process is gone' }),
      });
      const { suspension, settled } = await createScene(store, enforcer);
      await suspension.attend();
      expect(settled).toEqual([`${waiting().id} the process is gone`]);
      expect(enforcer.calls).toEqual([]);
    });
  });

  test('settles what a guard forbids by now; a fault of the host is told, and tried again', async () => {
    await withStore(async (store) => {
      await store.approvals.put(waiting());
      let code: 'SEC_REFUSED' | 'SEC_HOST_REFUSED' = 'SEC_HOST_REFUSED';
      const enforcer = createFakeEnforcer('kill_process', { hold: () => Promise.reject(new SecError(code, 'no')), isHeld: async () => false });
      const { suspension, settled, problems } = await createScene(store, enforcer);
      await suspension.attend();
      expect([settled.length, problems.length]).toEqual([0, 1]);
      code = 'SEC_REFUSED';
      await suspension.attend();
      expect([settled.length, problems.length]).toEqual([1, 1]);
    });
  });

  test('leaves alone what was not to be suspended, and what is decided', async () => {
    await withStore(async (store) => {
      await store.approvals.put(waiting({ isHeld: false }));
      const enforcer = createFakeEnforcer('kill_process', { hold: async () => [shell], isHeld: async () => false });
      const { suspension } = await createScene(store, enforcer);
      await suspension.attend();
      await store.approvals.put(waiting({ state: 'approved', version: 2 }));
      await suspension.attend();
      expect(enforcer.calls).toEqual([]);
    });
  });

  test('does not settle what is just being carried out: whoever does that tells how it went', async () => {
    await withStore(async (store) => {
      await store.approvals.put(waiting());
      await store.approvals.put(waiting({ state: 'approved', version: 2 }));
      const { suspension, settled } = await createScene(
        store,
        createFakeEnforcer('kill_process', { verify: async () => ({ verification: 'verified', detail: 'gone' }) }),
      );
      await suspension.attend();
      expect(settled).toEqual([]);
    });
  });

  test('does not touch again what was decided while it was about to', async () => {
    await withStore(async (store) => {
      await store.approvals.put(waiting());
      const gate = createGate();
      const enforcer = createFakeEnforcer('kill_process', { hold: async () => [shell], release: () => gate.pass(), isHeld: async () => false });
      const { suspension } = await createScene(store, enforcer);
      const releasing = suspension.release(waiting());
      const attending = suspension.attend();
      await settle();
      await store.approvals.put(waiting({ state: 'rejected', version: 2 }));
      gate.open();
      await Promise.all([releasing, attending]);
      expect(enforcer.calls).toEqual([RELEASE]);
    });
  });

  test('one that cannot be looked after does not keep the others from it', async () => {
    await withStore(async (store) => {
      await store.approvals.put(waiting());
      await store.approvals.put(sampleApproval(2, { action: 'kill_process', target: { kind: 'process', process: sampleProcess({ pid: 501 }) } }));
      const enforcer = createFakeEnforcer('kill_process', {
        verify: async ({ target }) => {
          if (target.kind === 'process' && target.process.pid === 500) throw new Error('no /proc');
          return { verification: 'verified', detail: 'gone' };
        },
      });
      const { suspension, settled, problems } = await createScene(store, enforcer);
      await suspension.attend();
      expect(problems).toEqual(['looking after an approval: no /proc']);
      expect(settled).toHaveLength(1);
    });
  });
});

test('what was settled while it was being suspended is let go at once, all of it', async () => {
  await withStore(async (store) => {
    await store.approvals.put(waiting());
    await store.approvals.put(waiting({ state: 'void', version: 2 }));
    const given: unknown[] = [];
    const enforcer = createFakeEnforcer('kill_process', { hold: async () => [shell, shell], release: async (request) => void given.push(request.held) });
    const { suspension } = await createScene(store, enforcer);
    expect(await suspension.hold(waiting())).toMatchObject({ isHeld: false, isMoot: true });
    expect(given).toEqual([[shell, shell]]);
  });
});

describe('letting go', () => {
  test('waits for a suspension under way: whoever was refused never stays suspended', async () => {
    await withStore(async (store) => {
      await store.approvals.put(waiting());
      const gate = createGate();
      const finished: string[] = [];
      const enforcer = createFakeEnforcer('kill_process', {
        hold: async () => {
          await gate.pass();
          finished.push('hold');
          return [shell];
        },
        release: async () => void finished.push('release'),
        isHeld: async () => false,
      });
      const { suspension } = await createScene(store, enforcer);
      const attending = suspension.attend();
      await expect.poll(() => gate.waiting()).toBe(1);
      await store.approvals.put(waiting({ state: 'rejected', version: 2 }));
      const released = suspension.release(waiting({ state: 'rejected', version: 2 }));
      await settle();
      expect(enforcer.calls).toEqual([HOLD]);
      gate.open();
      await Promise.all([attending, released]);
      expect(finished.at(-1)).toBe('release');
      await suspension.attend();
      expect(enforcer.calls.at(-1)).toBe(RELEASE);
    });
  });

  test('hands over all that was suspended: the children go on though their parent is gone', async () => {
    await withStore(async (store) => {
      const given: unknown[] = [];
      const enforcer = createFakeEnforcer('kill_process', { hold: async () => [shell], release: async (request) => void given.push(request.held) });
      const { suspension } = await createScene(store, enforcer);
      const child = sampleProcess({ pid: 501 });
      await suspension.release(waiting({ held: [shell, child] }));
      expect(given).toEqual([[shell, child]]);
    });
  });

  test('that fails is told to whoever asked, to be tried again', async () => {
    await withStore(async (store) => {
      const enforcer = createFakeEnforcer('kill_process', { hold: async () => [shell], release: () => Promise.reject(new Error('errno 1')) });
      const { suspension } = await createScene(store, enforcer);
      await expect(suspension.release(waiting())).rejects.toThrow('errno 1');
    });
  });
});
