import { onEndingSignal } from '../daemon/ending-signals.ts';

/** Aborts when this process is asked to end, so that it can leave in order. */
export const leaveOnSignals = (): AbortController => {
  const leaving = new AbortController();
  onEndingSignal(() => leaving.abort());
  return leaving;
};
