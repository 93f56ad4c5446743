import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import type { DeliveryDraft } from '../../src/domain/delivery.ts';
import type { Store } from '../../src/store/contract.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createDirectory, numberedId, START, withStore } from './store-fixtures.ts';

const draft = (number: number, endpoint = 'ops'): DeliveryDraft => ({
  id: numberedId(number),
  endpoint,
  at: START + number,
  items: [
    {
      notice: { kind: 'alert', alertId: numberedId(number), module: 'auth_fortress', type: 'brute_force', severity: 'HIGH', at: START, count: 1 },
      actionId: `a${number}`,
    },
  ],
});
const add = (store: Store, ...drafts: readonly DeliveryDraft[]) => store.commit({ outbox: { add: drafts }, records: [] });
const idsOf = (store: Store, endpoint = 'ops'): readonly string[] => store.outbox.waiting(endpoint, 1000).map(({ id }) => id);
const deadIn = (store: Store): number => [...store.outbox.deadCounts().values()].reduce((sum, count) => sum + count, 0);
const head = (store: Store, endpoint = 'ops') => {
  const [delivery] = store.outbox.waiting(endpoint, 1);
  if (delivery === undefined) throw new Error('nothing waits');
  return delivery;
};

describe('the outbox', () => {
  test('keeps order per endpoint, whatever happens at another', () =>
    withStore(async (store) => {
      await add(store, draft(1), draft(2, 'pager'), draft(3), draft(4, 'pager'));
      await add(store, draft(5));
      expect(idsOf(store)).toEqual([1, 3, 5].map(numberedId));
      await store.commit({ outbox: { settle: [head(store, 'pager')] }, records: [] });
      expect(idsOf(store, 'pager')).toEqual([numberedId(4)]);
      expect(idsOf(store)).toEqual([1, 3, 5].map(numberedId));
      expect(store.outbox.counts()).toEqual(
        new Map([
          ['ops', 3],
          ['pager', 1],
        ]),
      );
    }));

  test('an endpoint whose name begins with another name has a queue of its own', () =>
    withStore(async (store) => {
      await add(store, draft(1, 'ops'), draft(2, 'ops-2'));
      expect(idsOf(store, 'ops')).toEqual([numberedId(1)]);
      expect(idsOf(store, 'ops-2')).toEqual([numberedId(2)]);
    }));

  test('survives the end of the process, with order, attempts and dead letters', async () => {
    const { directory, remove } = createDirectory();
    try {
      const open = async () => (await openStore({ directory, clock: createManualClock(START) })).store;
      let store = await open();
      await add(store, draft(1), draft(2), draft(3));
      await store.commit({ outbox: { bury: [{ delivery: head(store), reason: 'answered 410', at: START }] }, records: [] });
      store.outbox.note({ ...head(store), attempts: 4 });
      await store.close();
      store = await open();
      await add(store, draft(4));
      expect(store.outbox.waiting('ops', 9).map(({ id, attempts }) => [id, attempts])).toEqual([
        [numberedId(2), 4],
        [numberedId(3), 0],
        [numberedId(4), 0],
      ]);
      expect(store.outbox.deadLetters(9)).toMatchObject([{ delivery: { id: numberedId(1) }, reason: 'answered 410' }]);
      await store.close();
    } finally {
      remove();
    }
  });

  test('what has been delivered meanwhile neither dies nor is counted again', () =>
    withStore(async (store) => {
      await add(store, draft(1));
      const delivery = head(store);
      await store.commit({ outbox: { settle: [delivery] }, records: [] });
      await store.commit({ outbox: { settle: [delivery], bury: [{ delivery, reason: 'late', at: START }] }, records: [] });
      store.outbox.note({ ...delivery, attempts: 9 });
      expect(idsOf(store)).toEqual([]);
      expect([deadIn(store), store.outbox.counts().size]).toEqual([0, 0]);
    }));

  test('one that is gone does not take another down that has its place now', () =>
    withStore(async (store) => {
      await add(store, draft(1));
      const gone = { ...head(store), id: numberedId(9) };
      await store.commit({ outbox: { settle: [gone], bury: [{ delivery: gone, reason: 'x', at: START }] }, records: [] });
      store.outbox.note({ ...gone, attempts: 7 });
      expect(store.outbox.waiting('ops', 9)).toMatchObject([{ id: numberedId(1), attempts: 0 }]);
    }));

  test('a dead letter comes back at the end of its queue with its own id and nearly all its attempts', () =>
    withStore(async (store) => {
      await add(store, draft(1), draft(2));
      store.outbox.note({ ...head(store), attempts: 12 });
      await store.commit({ outbox: { bury: [{ delivery: head(store), reason: 'x', at: START }] }, records: [] });
      await store.commit({ outbox: { revive: [{ id: numberedId(1), at: START + 50 }] }, records: [] });
      expect(idsOf(store)).toEqual([2, 1].map(numberedId));
      expect(store.outbox.waiting('ops', 2)[1]).toMatchObject({ attempts: 1, at: START + 50 });
      expect(deadIn(store)).toBe(0);
    }));

  test('several become one digest in the place of the first', () =>
    withStore(async (store) => {
      await add(store, draft(1), draft(2), draft(3));
      const from = store.outbox.waiting('ops', 2);
      const [first] = from;
      if (first === undefined) throw new Error('nothing waits');
      await store.commit({ outbox: { merge: [{ from, into: { ...first, items: from.flatMap(({ items }) => items) } }] }, records: [] });
      expect(store.outbox.waiting('ops', 9).map(({ id, items }) => [id, items.length])).toEqual([
        [numberedId(1), 2],
        [numberedId(3), 1],
      ]);
      expect(store.outbox.counts().get('ops')).toBe(2);
    }));

  test('over the bound what comes goes to the dead letters, of which the oldest go, counted', () =>
    withStore(
      async (store) => {
        await add(store, ...Array.from({ length: 9 }, (_, n) => draft(n + 1)));
        expect(idsOf(store)).toEqual([1, 2, 3].map(numberedId));
        expect(store.outbox.deadLetters(9).map(({ delivery }) => delivery.id)).toEqual([9, 8, 7, 6].map(numberedId));
        expect([deadIn(store), store.outbox.dropped()]).toEqual([4, 2]);
        expect(store.outbox.deadLetters(1)[0]?.reason).toBe('3 deliveries are waiting already');
      },
      { limits: { maxOutbox: 3, maxOutboxDead: 4 } },
    ));

  test('is written in one transaction with the records that say why', () =>
    withStore(async (store) => {
      await expect(store.commit({ outbox: { add: [draft(1)] }, approvals: [{ id: 'bad', version: 7 } as never], records: [] })).rejects.toMatchObject({
        code: 'SEC_CONFLICT',
      });
      expect(idsOf(store)).toEqual([]);
      const records = await store.commit({ outbox: { add: [draft(1)] }, records: [{ at: START, kind: 'intent', reason: 'tell ops' }] });
      expect(records).toHaveLength(1);
      expect(idsOf(store)).toEqual([numberedId(1)]);
    }));

  test('counts agree with what lies there after any sequence of changes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ step: fc.constantFrom('add', 'settle', 'bury', 'revive', 'merge'), endpoint: fc.constantFrom('a', 'b') }), { maxLength: 40 }),
        (steps) =>
          withStore(
            async (store) => {
              let number = 0;
              for (const { step, endpoint } of steps) {
                number += 1;
                const waiting = store.outbox.waiting(endpoint, 3);
                const [first] = waiting;
                const dead = store.outbox.deadLetters(1)[0]?.delivery.id ?? '';
                if (step === 'add') await add(store, draft(number, endpoint));
                else if (step === 'revive') await store.commit({ outbox: { revive: [{ id: dead, at: START }] }, records: [] });
                else if (first !== undefined && step === 'settle') await store.commit({ outbox: { settle: [first] }, records: [] });
                else if (first !== undefined && step === 'bury')
                  await store.commit({ outbox: { bury: [{ delivery: first, reason: 'x', at: START }] }, records: [] });
                else if (first !== undefined)
                  await store.commit({ outbox: { merge: [{ from: waiting, into: { ...first, items: waiting.flatMap(({ items }) => items) } }] }, records: [] });
                for (const name of ['a', 'b']) expect(store.outbox.counts().get(name) ?? 0).toBe(store.outbox.waiting(name, 99).length);
                expect(deadIn(store)).toBe(store.outbox.deadLetters(99).length);
              }
            },
            { limits: { maxOutbox: 5, maxOutboxDead: 3 } },
          ),
      ),
      { numRuns: 15 },
    ));
});
