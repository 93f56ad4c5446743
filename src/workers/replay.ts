import type { BatchCounters, BatchResult, Pipeline } from './contract.ts';

const CHUNK_BYTES = 256 * 1024;

export type ReplayOptions = {
  readonly pipeline: Pipeline;
  /** Bytes as they come: a file's read stream, standard input. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly source: string;
  readonly grammar: string;
  /** Stands for the time of receipt of lines that carry none. */
  readonly receivedAt: number;
  readonly onResult: (result: BatchResult) => void;
};

/**
 * Runs old log lines through a pipeline in this thread with constant memory: one buffer of 256 KiB that grows only to hold a
 * line of at most 64 KiB. Resolves with what was counted.
 */
export const replayBytes = async (options: ReplayOptions): Promise<BatchCounters> => {
  const totals = { lines: 0, parsed: 0, irrelevant: 0, unparsed: 0, dropped: 0, events: 0 };
  let rest: Uint8Array = new Uint8Array(0);
  let offset = 0;
  const feed = (bytes: Uint8Array, isFinal: boolean): number => {
    const result = options.pipeline.chunk({ source: options.source, grammar: options.grammar, bytes, offset, receivedAt: options.receivedAt, isFinal });
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += result.counters[key];
    options.onResult(result);
    offset += result.consumed;
    return result.consumed;
  };
  for await (const part of options.bytes) {
    for (let from = 0; from < part.byteLength; from += CHUNK_BYTES) {
      const piece = part.subarray(from, from + CHUNK_BYTES);
      const bytes = rest.byteLength === 0 ? piece : joined(rest, piece);
      rest = bytes.slice(feed(bytes, false));
    }
  }
  if (rest.byteLength > 0) feed(rest, true);
  return totals;
};

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
};
