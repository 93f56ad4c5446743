import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import type { DeliveryDraft } from '../../src/domain/delivery.ts';
import { openStore } from '../../src/store/open-store.ts';
import { sampleNotice } from '../actors/notify/samples.ts';
import { createDirectory, START, withStore } from './store-fixtures.ts';

const draft = (number: number, more: Partial<DeliveryDraft> = {}): DeliveryDraft => ({
  id: `d${number}`,
  endpoint: 'ops',
  at: START,
  items: [{ notice: sampleNotice(), actionId: `action-${number}` }],
  hold: { key: 'auth_fortress:192.0.2.7', until: START + 30_000, max: 50 },
  ...more,
});
const add = (...drafts: readonly DeliveryDraft[]) => ({ outbox: { add: drafts }, records: [] });

describe('batches in the outbox', () => {
  test('gather in one row each, over a restart, and no item twice', async () => {
    const { directory, remove } = createDirectory();
    const first = await openStore({ directory, clock: createManualClock(START) });
    await first.store.commit(add(draft(1), draft(2)));
    await first.store.close();
    const { store } = await openStore({ directory, clock: createManualClock(START) });
    await store.commit(add(draft(2), draft(3), draft(4, { endpoint: 'desk' })));
    const [batch, ...rest] = store.outbox.waiting('ops', 10);
    expect([batch?.id, batch?.items.map(({ actionId }) => actionId), rest]).toEqual(['d1', ['action-1', 'action-2', 'action-3'], []]);
    expect([store.outbox.held().map(({ endpoint }) => endpoint), store.outbox.counts()]).toEqual([
      ['ops', 'desk'],
      new Map(Object.entries({ ops: 1, desk: 1 })),
    ]);
    await store.close();
    remove();
  });

  test('are held no longer once they are full, and the next is another', () =>
    withStore(async (store) => {
      const hold = { key: 'k', until: START + 30_000, max: 3 };
      await store.commit(add(...[1, 2, 3, 4].map((number) => draft(number, { hold }))));
      expect(store.outbox.waiting('ops', 10).map(({ items, hold: held }) => [items.length, held !== undefined])).toEqual([
        [3, false],
        [1, true],
      ]);
    }));

  test('take nothing more once they were begun', () =>
    withStore(async (store) => {
      await store.commit(add(draft(1)));
      const [begun] = store.outbox.waiting('ops', 1);
      if (begun === undefined) throw new Error('nothing waits');
      store.outbox.note({ ...begun, attempts: 1 });
      await store.commit(add(draft(2)));
      expect(store.outbox.waiting('ops', 10).map(({ items }) => items.length)).toEqual([1, 1]);
    }));

  test('of many sources only so many are held for an endpoint, so that they hide nothing behind them', () =>
    withStore(async (store) => {
      await store.commit(add(...Array.from({ length: 60 }, (_, number) => draft(number, { hold: { key: `k${number}`, until: START + 30_000, max: 50 } }))));
      expect([store.outbox.held().length, store.outbox.waiting('ops', 100).length]).toEqual([50, 60]);
    }));
});
