import { createManualClock } from '../../src/domain/clock.ts';
import type { Wait } from '../../src/tui/runtime.ts';

/** A clock and waits that move only when told. */
export const createVirtualTime = (start: number) => {
  const clock = createManualClock(start);
  let waiting: { readonly at: number; readonly wake: () => void }[] = [];
  const wait: Wait = (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const entry = { at: clock.now() + ms, wake: resolve };
      waiting.push(entry);
      signal.addEventListener(
        'abort',
        () => {
          waiting = waiting.filter((other) => other !== entry);
          reject(signal.reason);
        },
        { once: true },
      );
    });
  const advance = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    for (;;) {
      const next = waiting.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      waiting = waiting.filter((entry) => entry !== next);
      clock.set(Math.max(clock.now(), next.at));
      next.wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
    clock.set(end);
  };
  return { clock, wait, advance };
};
