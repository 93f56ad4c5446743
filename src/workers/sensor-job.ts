import { type Remote, transfer } from 'comlink';
import { SecError, toSecError } from '../domain/errors.ts';
import type { SecurityEvent } from '../domain/event.ts';
import type { BatchResult, ModuleFailure, PipelineChunk, StalledChunk } from './contract.ts';
import type { SensorApi } from './serve-sensor.ts';

/** One call to the worker that can be made again to another worker. */
export type SensorJob = {
  readonly send: (api: Remote<SensorApi>) => Promise<Settle>;
  readonly reject: (problem: SecError) => void;
  /** Gives up on this job for good: the caller gets an answer without findings. What was lost is returned. */
  readonly setAside: (failures: readonly ModuleFailure[]) => Lost | undefined;
};

export type Lost = { readonly stalled: Omit<StalledChunk, 'at' | 'module'>; readonly result: BatchResult };

/** Called when the answer is still wanted; gives the batch result, if the job had one. */
export type Settle = () => BatchResult | undefined;

type Promised<Value> = { readonly resolve: (value: Value) => void; readonly reject: (problem: SecError) => void };

/** Bytes are copied for each send, so that they can be sent again after a crash. */
export const createChunkJob = (chunk: PipelineChunk, promised: Promised<BatchResult>): SensorJob => ({
  send: async (api) => {
    const bytes = chunk.bytes.slice();
    const result = await api.chunk(transfer({ ...chunk, bytes }, [bytes.buffer]));
    return () => {
      promised.resolve(result);
      return result;
    };
  },
  reject: promised.reject,
  setAside: (failures) => {
    const consumed = chunk.bytes.lastIndexOf(NEWLINE) + 1 || chunk.bytes.byteLength;
    const result = lostBatch(countLines(chunk.bytes.subarray(0, consumed)), 0, consumed, failures);
    promised.resolve(result);
    return { result, stalled: { source: chunk.source, offset: chunk.offset, length: chunk.bytes.byteLength, head: chunk.bytes.slice(0, HEAD_BYTES) } };
  },
});

/** Events are cloned by the call itself. */
export const createEventsJob = (events: readonly SecurityEvent[], promised: Promised<BatchResult>): SensorJob => ({
  send: async (api) => {
    const result = await api.events(events);
    return () => {
      promised.resolve(result);
      return result;
    };
  },
  reject: promised.reject,
  setAside: (failures) => {
    const result = lostBatch(0, events.length, 0, failures);
    promised.resolve(result);
    const first = events[0];
    const head = Buffer.from(`${first?.type ?? ''} ${first?.summary ?? ''}`.slice(0, HEAD_BYTES));
    return { result, stalled: { source: first?.source ?? 'events', offset: 0, length: events.length, head: new Uint8Array(head) } };
  },
});

/** Starts or stops a module. A worker that hangs on it makes the call fail. */
export const createControlJob = (act: (api: Remote<SensorApi>) => ReturnType<Remote<SensorApi>['stopModule']>, promised: Promised<void>): SensorJob => ({
  send: async (api) => {
    const reply = await act(api);
    return () => {
      if (reply.problem === undefined) promised.resolve(undefined);
      else promised.reject(new SecError(reply.problem.code, reply.problem.detail));
      return undefined;
    };
  },
  reject: promised.reject,
  setAside: () => {
    promised.reject(new SecError('SEC_TIMEOUT', 'the sensor stopped answering while a module was started or stopped'));
    return undefined;
  },
});

/** A promise with its two ends. */
export const promisedJob = <Value>(make: (promised: Promised<Value>) => void): Promise<Value> =>
  new Promise((resolve, reject) => make({ resolve, reject: (problem) => reject(toSecError(problem)) }));

const NEWLINE = 10;
const HEAD_BYTES = 256;

const countLines = (bytes: Uint8Array): number => {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return Math.max(lines, 1);
};

const lostBatch = (lines: number, events: number, consumed: number, failures: readonly ModuleFailure[]): BatchResult => ({
  findings: [],
  failures,
  counters: { lines, parsed: 0, irrelevant: 0, unparsed: 0, dropped: lines + events, events: 0 },
  consumed,
});
