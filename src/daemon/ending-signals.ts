const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes Ctrl-C on to a process that the terminal has told already: so close together two are one. */
const TOGETHER_MS = 1000;
const IMPATIENT_EXIT = 130;

/**
 * Calls back at the first signal that asks this process to end, so that it can end in order; one that comes later than a
 * second after it ends it at once. The listeners stay: ink's own would otherwise end the process in the middle.
 */
export const onEndingSignal = (listener: (signal: string) => void): void => {
  let since: number | undefined;
  for (const signal of ENDING) {
    process.on(signal, () => {
      if (since === undefined) {
        since = performance.now();
        listener(signal);
        return;
      }
      if (performance.now() - since > TOGETHER_MS) process.exit(IMPATIENT_EXIT);
    });
  }
};
