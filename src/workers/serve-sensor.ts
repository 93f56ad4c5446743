import { parentPort, workerData } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { ModuleDefinition } from '../actors/contract.ts';
import { systemClock } from '../domain/clock.ts';
import { type ErrorCode, toSecError } from '../domain/errors.ts';
import type { SecurityEvent } from '../domain/event.ts';
import type { Standing } from '../domain/threat.ts';
import type { BatchResult, PipelineChunk } from './contract.ts';
import { createPipeline } from './pipeline.ts';
import { createRecentEvents, type RecentQuery, type RecentReply } from './recent-events.ts';
import { createRepeatHolder } from './repeat-holder.ts';

/** What the sensor's worker answers. Control calls say what went wrong; comlink would lose the error's code. */
export type SensorApi = {
  /** Module ids in order, for reading the progress word. */
  readonly modules: () => readonly string[];
  readonly startModule: (moduleId: string, settings: unknown) => ControlReply;
  readonly stopModule: (moduleId: string) => ControlReply;
  readonly chunk: (chunk: PipelineChunk) => BatchResult;
  readonly events: (events: readonly SecurityEvent[]) => BatchResult;
  readonly recent: (query: RecentQuery) => RecentReply;
  readonly standings: (now: number, limit: number) => readonly Standing[];
};

// One object and not a union: comlink would make a union of promises of it.
export type ControlReply = { readonly problem: undefined | { readonly code: ErrorCode; readonly detail: string } };

/** Runs the pipeline in this worker thread. Throws outside of one. */
export const serveSensor = (modules: readonly ModuleDefinition[]): void => {
  if (parentPort === null) throw new Error('the sensor worker must run in a worker thread');
  const recent = createRecentEvents();
  const pipeline = createPipeline(
    modules,
    { modules: {} },
    {
      progress: progressOf(workerData),
      grammar: { trustedProxies: proxiesOf(workerData) },
      onEvent: recent.add,
    },
  );
  const holder = createRepeatHolder();
  const paced = (result: BatchResult): BatchResult => ({ ...result, findings: holder.release(result.findings, systemClock.monotonic()) });
  const api: SensorApi = {
    modules: () => modules.map((module) => module.manifest.id),
    startModule: (moduleId, settings) => replyOf(() => pipeline.startModule(moduleId, settings)),
    stopModule: (moduleId) => replyOf(() => pipeline.stopModule(moduleId)),
    chunk: (chunk) => paced(pipeline.chunk(chunk)),
    events: (events) => paced(pipeline.events(events)),
    recent: recent.read,
    standings: pipeline.standings,
  };
  expose(api, nodeEndpoint(parentPort));
};

const replyOf = (act: () => void): ControlReply => {
  try {
    act();
    return { problem: undefined };
  } catch (thrown) {
    const problem = toSecError(thrown);
    return { problem: { code: problem.code, detail: problem.detail } };
  }
};

const progressOf = (data: unknown): Int32Array | undefined => {
  if (typeof data !== 'object' || data === null || !('progress' in data)) return undefined;
  return data.progress instanceof SharedArrayBuffer ? new Int32Array(data.progress) : undefined;
};

const proxiesOf = (data: unknown): readonly string[] => {
  if (typeof data !== 'object' || data === null || !('trustedProxies' in data) || !Array.isArray(data.trustedProxies)) return [];
  return data.trustedProxies.filter((one) => typeof one === 'string');
};
