import { Worker } from 'node:worker_threads';
import { type Remote, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { SensorApi } from './serve-sensor.ts';

/** One worker thread and the calls to it. */
export type WorkerLink = {
  readonly api: Remote<SensorApi>;
  /** Resolves with the reason when the worker is gone, however it went. */
  readonly gone: Promise<string>;
  /** Place (from 1) of the module at work, 0 when none is. Readable while the worker is stuck. */
  readonly moduleAtWork: () => number;
  /** Ends the thread at once, in the middle of whatever it does. */
  readonly end: () => void;
};

/** Starts a worker from its entry file. */
export const linkWorker = (entry: string | URL, trustedProxies: readonly string[] = []): WorkerLink => {
  const shared = new SharedArrayBuffer(4);
  const progress = new Int32Array(shared);
  const worker = new Worker(entry, { workerData: { progress: shared, trustedProxies }, resourceLimits: LIMITS });
  const gone = new Promise<string>((resolve) => {
    worker.once('error', (error: unknown) => resolve(error instanceof Error ? error.message : String(error)));
    worker.once('exit', (code) => resolve(`it ended with code ${code}`));
  });
  return {
    api: wrap<SensorApi>(nodeEndpoint(worker)),
    gone,
    moduleAtWork: () => Atomics.load(progress, 0),
    end: () => {
      // Its end is seen through `gone`.
      void worker.terminate();
    },
  };
};

// A detector that leaks ends its worker, not the host's memory.
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 };
