const BATCH_CHARACTERS = 64 * 1024;

/** Lines to a stream in large writes; memory stays bounded when the reader is slow and the caller waits for `drained`. */
export type Output = {
  readonly line: (text: string) => void;
  readonly isFull: () => boolean;
  readonly drained: () => Promise<void>;
  /** Writes what is left. */
  readonly end: () => Promise<void>;
};

/** An output on a stream that stays open. */
export const createOutput = (stream: NodeJS.WritableStream): Output => {
  let pending = '';
  let waiting = false;
  const write = (): void => {
    if (pending === '') return;
    waiting = !stream.write(pending);
    pending = '';
  };
  const drained = (): Promise<void> =>
    waiting
      ? new Promise((resolve) =>
          stream.once('drain', () => {
            waiting = false;
            resolve();
          }),
        )
      : Promise.resolve();
  return {
    line: (text) => {
      pending += `${text}\n`;
      if (pending.length >= BATCH_CHARACTERS) write();
    },
    isFull: () => waiting,
    drained,
    end: async () => {
      write();
      await drained();
    },
  };
};
