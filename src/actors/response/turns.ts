/** Runs work about one thing strictly one after another; different things do not wait for each other. */
export type Turns = {
  /** Runs `work` when everything asked for earlier under this key is over, however it ended. Settles as `work` does. */
  readonly take: <Value>(key: string, work: () => Promise<Value>) => Promise<Value>;
};

/** Turns that are forgotten as soon as nobody waits. */
export const createTurns = (): Turns => {
  const last = new Map<string, Promise<unknown>>();
  return {
    take: async (key, work) => {
      const before = last.get(key) ?? Promise.resolve();
      // The one before tells its own failure to whoever asked for it.
      const mine = before.catch(() => undefined).then(work);
      last.set(key, mine);
      try {
        return await mine;
      } finally {
        if (last.get(key) === mine) last.delete(key);
      }
    },
  };
};
