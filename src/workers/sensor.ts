import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { SecError, toSecError } from '../domain/errors.ts';
import type { BatchResult, ModuleFailure, PipelineConfig, Sensor, StalledChunk } from './contract.ts';
import { createChunkJob, createControlJob, createEventsJob, promisedJob, type SensorJob } from './sensor-job.ts';
import { linkWorker, type WorkerLink } from './worker-link.ts';

export type SensorOptions = {
  /** The worker's file: `sensor-worker.ts`, or the bundle. */
  readonly entry: string | URL;
  readonly clock: Clock;
  /** Networks of proxies that say who their clients are. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Modules to start with. */
  readonly config?: PipelineConfig | undefined;
  readonly onStalled?: ((chunk: StalledChunk) => void) | undefined;
  /** A worker that leaves a job unanswered for so long is replaced (ms, default 5000). */
  readonly answerMs?: number | undefined;
  /** Jobs in flight at once (default 4). */
  readonly window?: number | undefined;
};

/**
 * The pipeline in a worker thread of its own, supervised. A worker that hangs or dies is replaced, its modules are started again
 * with their settings, what it was working on is set aside and never tried again, the rest of what was in flight is sent again.
 * Rejects when the first worker does not come up.
 */
export const createSensor = async (options: SensorOptions): Promise<Sensor> => {
  const { clock } = options;
  const answerMs = options.answerMs ?? 5000;
  const windowSize = options.window ?? 4;
  const closing = new AbortController();
  const settings = new Map<string, unknown>();
  const waiting: SensorJob[] = [];
  const inFlight: SensorJob[] = [];
  const lateFailures: ModuleFailure[] = [];
  const totals = { lines: 0, parsed: 0, dropped: 0, lagMs: 0, restarts: 0 };
  let moduleIds: readonly string[] = [];
  let link: WorkerLink | undefined;
  let headSince = 0;
  let isWatching = false;
  let deathsInARow = 0;

  const boot = async (): Promise<void> => {
    const next = linkWorker(options.entry, options.trustedProxies);
    try {
      const ids = await answerOf(next, next.api.modules());
      for (const [moduleId, own] of [...settings]) await bootModule(next, moduleId, own);
      if (closing.signal.aborted) throw new SecError('SEC_UNAVAILABLE', 'the sensor is closed');
      moduleIds = ids;
    } catch (thrown) {
      next.end();
      throw thrown;
    }
    link = next;
    void next.gone.then((why) => onGone(next, why));
    pump();
  };

  // A module that cannot be started, or that takes the worker with it, is left out and named.
  const bootModule = async (next: WorkerLink, moduleId: string, own: unknown): Promise<void> => {
    try {
      const reply = await answerOf(next, next.api.startModule(moduleId, own));
      if (reply.problem !== undefined) giveUp(moduleId, reply.problem.detail);
    } catch (thrown) {
      giveUp(moduleId, toSecError(thrown).message);
      throw thrown;
    }
  };

  const giveUp = (moduleId: string, message: string): void => {
    settings.delete(moduleId);
    lateFailures.push({ module: moduleId, message, eventType: 'start' });
  };

  // Rejects when the worker ends or does not answer in time.
  const answerOf = async <Value>(from: WorkerLink, answer: Promise<Value>): Promise<Value> => {
    const done = new AbortController();
    const tooLate = pause(BOOT_MS, 'it did not answer', { signal: AbortSignal.any([done.signal, closing.signal]) });
    const dead = Promise.race([from.gone, tooLate]).then((why) => {
      throw new SecError('SEC_INTERNAL', `sensor worker: ${why}`);
    });
    try {
      return await Promise.race([answer, dead]);
    } finally {
      done.abort();
      // The loser of the race; its outcome is known.
      dead.catch(() => undefined);
    }
  };

  const pump = (): void => {
    const current = link;
    if (current === undefined) return;
    while (inFlight.length < windowSize) {
      const job = waiting.shift();
      if (job === undefined) break;
      if (inFlight.length === 0) headSince = clock.monotonic();
      inFlight.push(job);
      send(current, job);
    }
    if (inFlight.length > 0 && !isWatching) void watch();
  };

  const send = (to: WorkerLink, job: SensorJob): void => {
    const sentAt = clock.monotonic();
    const isCurrent = (): boolean => to === link && inFlight.includes(job);
    const finish = (settle: () => BatchResult | undefined): void => {
      inFlight.splice(inFlight.indexOf(job), 1);
      headSince = clock.monotonic();
      deathsInARow = 0;
      const result = settle();
      if (result !== undefined) count(result, headSince - sentAt);
      pump();
    };
    job.send(to.api).then(
      (settle) => {
        if (isCurrent()) finish(settle);
      },
      (thrown: unknown) => {
        if (!isCurrent()) return;
        finish(() => {
          job.reject(toSecError(thrown));
          return undefined;
        });
      },
    );
  };

  const count = (result: BatchResult, lagMs: number): void => {
    totals.lines += result.counters.lines;
    totals.parsed += result.counters.parsed;
    totals.dropped += result.counters.dropped;
    totals.lagMs = lagMs;
  };

  const watch = async (): Promise<void> => {
    isWatching = true;
    try {
      while (inFlight.length > 0 && !closing.signal.aborted) {
        const stepMs = Math.max(answerMs / 10, 5);
        const slept = clock.monotonic();
        await pause(stepMs, undefined, { signal: closing.signal });
        // This thread was stopped itself (a debugger, SIGSTOP, a busy host): the answer may be waiting already.
        if (clock.monotonic() - slept > stepMs * 3 + 50) headSince = clock.monotonic();
        const stuck = link;
        if (stuck === undefined || inFlight.length === 0 || clock.monotonic() - headSince < answerMs) continue;
        replace(stuck, `no answer for ${answerMs} ms`);
      }
    } catch (thrown) {
      if (!closing.signal.aborted) throw thrown;
    } finally {
      isWatching = false;
    }
  };

  const onGone = (gone: WorkerLink, why: string): void => {
    if (gone === link && !closing.signal.aborted) replace(gone, why);
  };

  const replace = (broken: WorkerLink, why: string): void => {
    const moduleId = moduleIds[broken.moduleAtWork() - 1];
    link = undefined;
    totals.restarts += 1;
    deathsInARow += 1;
    broken.end();
    const head = inFlight.shift();
    waiting.unshift(...inFlight.splice(0));
    const failures =
      moduleId === undefined ? [] : [{ module: moduleId, message: `the sensor was replaced while this module was at work: ${why}`, eventType: 'stalled' }];
    const lost = head?.setAside(failures);
    if (lost !== undefined) {
      totals.lines += lost.result.counters.lines;
      totals.dropped += lost.result.counters.dropped;
      options.onStalled?.({ ...lost.stalled, at: clock.now(), ...(moduleId === undefined ? {} : { module: moduleId }) });
    }
    void revive();
  };

  const revive = async (): Promise<void> => {
    while (link === undefined && !closing.signal.aborted) {
      try {
        // At once the first time; a worker that never lasts is started less and less often.
        if (deathsInARow > 1) await pause(Math.min(100 * 2 ** (deathsInARow - 2), MAX_PAUSE_MS), undefined, { signal: closing.signal });
        await boot();
      } catch {
        // Counted: the pause grows, and health shows the restarts.
        deathsInARow += 1;
        totals.restarts += 1;
      }
    }
  };

  const submit = (job: SensorJob): void => {
    const refusal = closing.signal.aborted ? 'the sensor is closed' : waiting.length >= MAX_WAITING ? 'the sensor has too much waiting' : undefined;
    if (refusal !== undefined) {
      job.reject(new SecError('SEC_UNAVAILABLE', refusal));
      return;
    }
    waiting.push(job);
    pump();
  };

  const withLateFailures = async (result: Promise<BatchResult>): Promise<BatchResult> => {
    const settled = await result;
    return lateFailures.length === 0 ? settled : { ...settled, failures: [...settled.failures, ...lateFailures.splice(0)] };
  };

  for (const [moduleId, own] of Object.entries(options.config?.modules ?? {})) settings.set(moduleId, own);
  await boot();

  return {
    startModule: async (moduleId, own) => {
      await promisedJob<void>((promised) => submit(createControlJob((api) => api.startModule(moduleId, own), promised)));
      settings.set(moduleId, own);
    },
    stopModule: async (moduleId) => {
      settings.delete(moduleId);
      await promisedJob<void>((promised) => submit(createControlJob((api) => api.stopModule(moduleId), promised)));
    },
    chunk: (chunk) => withLateFailures(promisedJob<BatchResult>((promised) => submit(createChunkJob(chunk, promised)))),
    events: (events) => withLateFailures(promisedJob<BatchResult>((promised) => submit(createEventsJob(events, promised)))),
    recent: async (query) => {
      const current = link;
      if (current === undefined) throw new SecError('SEC_UNAVAILABLE', 'the sensor is being replaced');
      // Not a job: it is not sent again to another worker, which would know none of them.
      return answerOf(current, current.api.recent(query));
    },
    standings: async (now, limit) => {
      const current = link;
      if (current === undefined) throw new SecError('SEC_UNAVAILABLE', 'the sensor is being replaced');
      return answerOf(current, current.api.standings(now, limit));
    },
    health: () => ({ ...totals, inFlight: inFlight.length }),
    close: async () => {
      closing.abort();
      const last = link;
      link = undefined;
      last?.end();
      for (const job of [...inFlight.splice(0), ...waiting.splice(0)]) job.reject(new SecError('SEC_UNAVAILABLE', 'the sensor is closed'));
      await last?.gone;
    },
  };
};

// Loading every module on a busy host takes its time; a worker that works has only `answerMs`.
const BOOT_MS = 20_000;
const MAX_PAUSE_MS = 5000;
const MAX_WAITING = 4096;
