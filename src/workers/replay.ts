import type { BatchCounters, BatchResult, Pipeline } from './contract.ts';
import { MAX_LINE_BYTES } from './line-splitter.ts';

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
  // One buffer for all pieces, each behind what is left of the one before it.
  let bytes = new Uint8Array();
  let filled = 0;

  const take = (isFinal: boolean): void => {
    const result = pipeline.chunk({ source, grammar, bytes: bytes.subarray(0, filled), offset, receivedAt, isFinal });
    offset += result.consumed;
    bytes.copyWithin(0, result.consumed, filled);
    filled -= result.consumed;
    add(sums, result.counters);
    options.onResult(result);
  };

  for await (const piece of options.bytes) {
    if (piece.byteLength === 0) continue;
    if (filled + piece.byteLength > bytes.byteLength) bytes = enlarged(bytes, filled + piece.byteLength);
    bytes.set(piece, filled);
    filled += piece.byteLength;
    take(false);
  }
  take(true);
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

// With room for the rest of a line, so that one enlargement is enough for most logs.
const enlarged = (bytes: Uint8Array, least: number): Uint8Array<ArrayBuffer> => {
  const larger = new Uint8Array(least + MAX_LINE_BYTES);
  larger.set(bytes);
  return larger;
};
