import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createActionQueue } from '../../../src/actors/response/action-queue.ts';
import { createGate, settle } from './room.ts';

const noBug = (problem: unknown): void => expect.unreachable(String(problem));

describe('a queue of actions', () => {
  test('what arrives while a batch runs goes into the next one, in order', async () => {
    const gate = createGate();
    const batches: (readonly number[])[] = [];
    const queue = createActionQueue<number>({
      maxBatch: 3,
      maxWaiting: 10,
      onBug: noBug,
      run: async (items) => {
        batches.push(items);
        await gate.pass();
      },
    });
    for (const item of [1, 2, 3, 4, 5]) expect(queue.add(item)).toBe(true);
    await settle();
    expect(batches).toEqual([[1]]);
    gate.open();
    await queue.idle();
    expect(batches).toEqual([[1], [2, 3, 4], [5]]);
  });

  test('over its bound an item is refused and counted, and there is room again afterwards', async () => {
    const gate = createGate();
    const done: number[] = [];
    const queue = createActionQueue<number>({
      maxBatch: 10,
      maxWaiting: 2,
      onBug: noBug,
      run: async (items) => {
        await gate.pass();
        done.push(...items);
      },
    });
    expect([1, 2, 3, 4, 5].map((item) => queue.add(item))).toEqual([true, true, true, false, false]);
    expect(queue.refused()).toBe(2);
    gate.open();
    await queue.idle();
    expect(queue.add(6)).toBe(true);
    await queue.idle();
    expect(done).toEqual([1, 2, 3, 6]);
  });

  test('a batch that throws is told with its items, and the next ones still run', async () => {
    const bugs: (readonly [string, readonly number[]])[] = [];
    const done: number[] = [];
    const queue = createActionQueue<number>({
      maxBatch: 1,
      maxWaiting: 10,
      onBug: (problem, items) => void bugs.push([String(problem), items]),
      run: async ([item]) => {
        if (item === 2) throw new Error('no disk');
        done.push(item ?? 0);
      },
    });
    for (const item of [1, 2, 3]) queue.add(item);
    await queue.idle();
    expect(done).toEqual([1, 3]);
    expect(bugs).toEqual([['Error: no disk', [2]]]);
  });

  test('whatever comes and when, nothing accepted is lost, doubled or overtaken', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 8 }),
        async (pauses, maxBatch, maxWaiting) => {
          const done: number[] = [];
          const accepted: number[] = [];
          const queue = createActionQueue<number>({
            maxBatch,
            maxWaiting,
            onBug: noBug,
            run: async (items) => {
              await settle(items.length % 3);
              expect(items.length).toBeLessThanOrEqual(maxBatch);
              done.push(...items);
            },
          });
          for (const [item, pause] of pauses.entries()) {
            if (queue.add(item)) accepted.push(item);
            await settle(pause);
          }
          await queue.idle();
          expect(done).toEqual(accepted);
          expect(queue.refused()).toBe(pauses.length - accepted.length);
        },
      ),
      { numRuns: 30 },
    );
  });
});
