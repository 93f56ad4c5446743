import { describe, expect, test } from 'vitest';
import type { ProcessFact } from '../../../src/actors/contract.ts';
import { createFactQueue } from '../../../src/os/process/fact-queue.ts';

const exit = (pid: number): ProcessFact => ({ kind: 'exit', at: 0, pid, code: 0 });

describe('the queue of process facts', () => {
  test('hands over what came within 20 ms as one batch, in order', async () => {
    const queue = createFactQueue(() => 5);
    const stop = new AbortController();
    const batches: (readonly ProcessFact[])[] = [];
    const delivering = queue.deliver(stop.signal, async (batch) => {
      batches.push(batch);
    });
    const start = performance.now();
    for (const pid of [1, 2, 3]) queue.push(exit(pid));
    await expect.poll(() => batches.length, { interval: 1 }).toBe(1);
    expect(performance.now() - start).toBeLessThan(100);
    expect(batches[0]).toEqual([exit(1), exit(2), exit(3)]);
    stop.abort();
    await delivering;
  });

  test('drops what does not fit while the receiver is busy, and says how many', async () => {
    const queue = createFactQueue(() => 5, 4);
    const stop = new AbortController();
    const batches: (readonly ProcessFact[])[] = [];
    const busy = Promise.withResolvers<void>();
    const delivering = queue.deliver(stop.signal, async (batch) => {
      batches.push(batch);
      await busy.promise;
    });
    queue.push(exit(0));
    await expect.poll(() => batches.length).toBe(1);
    for (const pid of [1, 2, 3, 4, 5, 6]) queue.push(exit(pid));
    busy.resolve();
    await expect.poll(() => batches.length).toBe(2);
    expect(batches[1]).toEqual([exit(1), exit(2), exit(3), exit(4), { kind: 'overrun', at: 5, lost: 2 }]);
    stop.abort();
    await delivering;
  });

  test('fails when the receiver fails, and ends at once when aborted', async () => {
    const queue = createFactQueue(() => 5);
    queue.push(exit(1));
    await expect(queue.deliver(new AbortController().signal, async () => Promise.reject(new Error('receiver')))).rejects.toThrow('receiver');
    await expect(createFactQueue(() => 5).deliver(AbortSignal.timeout(20), async () => undefined)).resolves.toBeUndefined();
  });
});
