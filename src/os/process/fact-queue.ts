import type { ProcessFact } from '../../actors/contract.ts';

export type FactQueue = {
  readonly push: (fact: ProcessFact) => void;
  /** Delivers until aborted and resolves; rejects when the receiver does. */
  readonly deliver: (signal: AbortSignal, onBatch: (batch: readonly ProcessFact[]) => Promise<void>) => Promise<void>;
};

/**
 * Gathers facts for at most 20 ms and hands them over in order, one batch at a time. While the receiver is busy up to
 * `capacity` wait; more are dropped and reported as an overrun with their number.
 */
export const createFactQueue = (now: () => number, capacity = 16_384): FactQueue => {
  let waiting: ProcessFact[] = [];
  let lost = 0;
  let wake: () => void = () => undefined;

  const take = (): readonly ProcessFact[] => {
    const batch = waiting;
    waiting = [];
    if (lost === 0) return batch;
    const overrun: ProcessFact = { kind: 'overrun', at: now(), lost };
    lost = 0;
    return [...batch, overrun];
  };

  return {
    push: (fact) => {
      if (waiting.length >= capacity) lost += 1;
      else waiting.push(fact);
      wake();
    },
    deliver: async (signal, onBatch) => {
      while (!signal.aborted) {
        if (waiting.length === 0 && lost === 0)
          await nextPush((resolve) => {
            wake = resolve;
          }, signal);
        if (signal.aborted) return;
        if (waiting.length < FULL_BATCH) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
        await onBatch(take());
      }
    },
  };
};

const GATHER_MS = 15;
const FULL_BATCH = 1024;

const nextPush = (listen: (resolve: () => void) => void, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
    listen(end);
  });
