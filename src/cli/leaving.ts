/** Aborts at the first signal that asks this process to end, so that it can leave in order; a second one ends it at once. */
export const leaveOnSignals = (): AbortController => {
  const leaving = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => leaving.abort());
  return leaving;
};
