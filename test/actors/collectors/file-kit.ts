import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileCollector } from '../../../src/actors/collectors/file/collector.ts';
import type { CollectorReport, Cursors, Sink } from '../../../src/actors/contract.ts';
import { systemClock } from '../../../src/domain/clock.ts';

/** A sink that splits lines as the pipeline does and remembers them, with the time each came. */
export const createLineSink = (options: { readonly delayMs?: number } = {}) => {
  const lines: string[] = [];
  const times: number[] = [];
  const sink: Sink = {
    chunk: async ({ bytes }) => {
      if (options.delayMs !== undefined) await pause(options.delayMs);
      const end = bytes.lastIndexOf(10) + 1;
      const taken =
        end === 0
          ? []
          : Buffer.from(bytes.subarray(0, end - 1))
              .toString()
              .split('\n');
      lines.push(...taken);
      times.push(...taken.map(() => performance.now()));
      return { consumed: end, lines: taken.length, parsed: taken.length, dropped: 0 };
    },
    events: () => Promise.resolve(),
  };
  return { sink, lines, times };
};

/** Cursors that go through JSON, as in the store. */
export const createCursors = (): Cursors & { readonly stored: Map<string, string> } => {
  const stored = new Map<string, string>();
  return {
    stored,
    get: (id) => {
      const text = stored.get(id);
      return text === undefined ? undefined : JSON.parse(text);
    },
    put: (id, cursor) => {
      stored.set(id, JSON.stringify(cursor));
    },
  };
};

/** A running file collector. `stop` aborts it and waits; `failure` resolves when it rejects. */
export const startFile = (path: string, sink: Sink, cursors: Cursors) => {
  const stopper = new AbortController();
  const reports: CollectorReport[] = [];
  let failure: unknown;
  const running = fileCollector
    .run({
      spec: { id: `file:${path}`, collector: 'file', grammar: 'auth', path },
      sink,
      cursors,
      clock: systemClock,
      feeds: { processes: () => Promise.resolve(), journal: () => Promise.resolve() },
      report: (report) => reports.push(report),
      signal: stopper.signal,
    })
    .catch((thrown: unknown) => {
      failure = thrown;
    });
  return {
    reports,
    failure: () => failure,
    states: () => reports.flatMap((report) => (report.type === 'state' ? [report.state] : [])),
    ended: running,
    stop: async () => {
      stopper.abort();
      await running;
    },
  };
};

/** Waits until `isTrue`, at most 5 s. */
export const until = async (isTrue: () => boolean, what = 'it'): Promise<void> => {
  const started = performance.now();
  while (!isTrue()) {
    if (performance.now() - started > 5000) throw new Error(`${what} did not come true within 5 s`);
    await pause(2);
  }
};

/** A directory of its own, removed with `dispose`. */
export const tempDirectory = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'onesec-tail-'));
  return { path: (name: string) => join(directory, name), directory, dispose: () => rm(directory, { recursive: true, force: true }) };
};
