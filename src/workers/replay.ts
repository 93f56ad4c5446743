import type { BatchCounters, BatchResult, Pipeline } from './contract.ts';

export type ReplayOptions = {
  readonly pipeline: Pipeline;
  /** The log, in pieces of any size. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Name in event ids: `replay:auth.log`. */
  readonly source: string;
  readonly grammar: string;
  /** Times without a year lie before it; lines without a time get it. */
  readonly receivedAt: number;
  readonly onResult: (result: BatchResult) => void;
};

/** Streams a log through a pipeline in this thread, in constant memory. Resolves with the sums when it has ended. */
export const replayBytes = async (options: ReplayOptions): Promise<BatchCounters> => {
  const { pipeline, source, grammar, receivedAt } = options;
  const sums = { lines: 0, parsed: 0, irrelevant: 0, unparsed: 0, dropped: 0, events: 0, cut: 0 };
  let offset = 0;
  let carry: Uint8Array = new Uint8Array();

  const take = (bytes: Uint8Array, isFinal: boolean): void => {
    const result = pipeline.chunk({ source, grammar, bytes, offset, receivedAt, isFinal });
    offset += result.consumed;
    // A copy, so that the piece it came from can go.
    carry = bytes.slice(result.consumed);
    add(sums, result.counters);
    options.onResult(result);
  };

  for await (const piece of options.bytes) {
    if (piece.byteLength > 0) take(carry.byteLength === 0 ? piece : joined(carry, piece), false);
  }
  take(carry, true);
  return sums;
};

type Sums = { -readonly [Name in keyof BatchCounters]-?: number };

const add = (sums: Sums, more: BatchCounters): void => {
  sums.lines += more.lines;
  sums.parsed += more.parsed;
  sums.irrelevant += more.irrelevant;
  sums.unparsed += more.unparsed;
  sums.dropped += more.dropped;
  sums.events += more.events;
  sums.cut += more.cut ?? 0;
};

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
};
