/**
 * Work of one kind, in order, in batches: what arrives while a batch runs goes into the next one. Bounded: over `maxWaiting`
 * an item is refused (returns false) and counted.
 */
export type ActionQueue<Item> = {
  readonly add: (item: Item) => boolean;
  readonly refused: () => number;
  /** Resolves when nothing waits or runs. */
  readonly idle: () => Promise<void>;
};

/** A queue that hands batches of at most `maxBatch` to `run`; `run` handles its own failures, a throw goes to `onBug`. */
export const createActionQueue = <Item>(options: {
  readonly maxBatch: number;
  readonly maxWaiting: number;
  readonly run: (items: readonly Item[]) => Promise<void>;
  readonly onBug: (problem: unknown, items: readonly Item[]) => void;
}): ActionQueue<Item> => {
  const waiting: Item[] = [];
  let refused = 0;
  let running: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, options.maxBatch);
      await options.run(batch).catch((problem: unknown) => options.onBug(problem, batch));
    }
    running = undefined;
  };
  return {
    add: (item) => {
      if (waiting.length >= options.maxWaiting) {
        refused += 1;
        return false;
      }
      waiting.push(item);
      running ??= drain();
      return true;
    },
    refused: () => refused,
    idle: async () => {
      while (running !== undefined) await running;
    },
  };
};
