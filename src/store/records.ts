/** Turns records (objects) into stored text and back. Damaged text is `undefined` and counted: one bad record never stops the daemon. */
export type RecordCodec = {
  readonly encode: (record: object) => string;
  readonly decode: <Shape extends object>(text: string | undefined) => Shape | undefined;
  readonly damaged: () => number;
};

/** A codec of its own count. Records are JSON; shapes are not checked on reading, they were typed when written. */
export const createRecordCodec = (): RecordCodec => {
  let damaged = 0;
  return {
    encode: (record) => JSON.stringify(record),
    decode: <Shape extends object>(text: string | undefined) => {
      if (text === undefined) return undefined;
      try {
        const value: unknown = JSON.parse(text);
        // the one place where stored text becomes a typed record: this store wrote it, as that type
        if (typeof value === 'object' && value !== null) return value as Shape;
      } catch {
        // counted below and shown in health(): the caller sees a missing record
      }
      damaged += 1;
      return undefined;
    },
    damaged: () => damaged,
  };
};
