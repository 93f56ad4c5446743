import type { SecurityEvent } from '../domain/event.ts';
import type { Finding } from '../domain/finding.ts';
import type { Standing } from '../domain/threat.ts';
import type { RecentQuery, RecentReply } from './recent-events.ts';

/** Settings of the modules a pipeline runs: only the named modules exist in it. */
export type PipelineConfig = {
  readonly modules: { readonly [moduleId: string]: unknown };
};

/** What came of one chunk or one batch of events. Findings of one batch are folded by key (`count`). */
export type BatchResult = {
  readonly findings: readonly Finding[];
  readonly failures: readonly ModuleFailure[];
  readonly counters: BatchCounters;
  /** Addresses from which our own collectors saw sshd accept a login, each once, at most 64; left out when there was none. */
  readonly logins?: readonly string[] | undefined;
  /** Bytes up to the last complete line; 0 for a batch of events. */
  readonly consumed: number;
};

/** A detector that threw: it is out of the pipeline until it is started again. */
export type ModuleFailure = { readonly module: string; readonly message: string; readonly eventType: string };

export type BatchCounters = {
  readonly lines: number;
  /** Lines that gave an event. */
  readonly parsed: number;
  /** Lines understood, with nothing to say. */
  readonly irrelevant: number;
  /** Lines that are not of this grammar. */
  readonly unparsed: number;
  /** Lines dropped or cut: over 64 KiB, binary garbage. */
  readonly dropped: number;
  readonly events: number;
  /** Lines of 8 to 64 KiB, of which only the first 8 KiB were scanned; each is also one of the above. */
  readonly cut?: number | undefined;
};

/** The plain function side: what the worker wraps, and what replay, scan, tests and benches call directly. */
export type Pipeline = {
  readonly startModule: (moduleId: string, settings: unknown) => void;
  readonly stopModule: (moduleId: string) => void;
  /** Splits, parses, detects. Bytes after the last newline are not consumed unless `isFinal`. */
  readonly chunk: (chunk: PipelineChunk) => BatchResult;
  readonly events: (events: readonly SecurityEvent[]) => BatchResult;
  /** Keys remembered, by module. */
  readonly sizes: () => { readonly [moduleId: string]: number };
  /** How addresses stand at `now` (event time, ms), the worst first. */
  readonly standings: (now: number, limit: number) => readonly Standing[];
};

export type PipelineChunk = {
  readonly source: string;
  readonly grammar: string;
  readonly bytes: Uint8Array;
  /** Position of the first byte in the source. */
  readonly offset: number;
  readonly receivedAt: number;
  readonly isFinal?: boolean | undefined;
};

/** What the daemon holds: a supervised worker thread behind the same calls, asynchronous. */
export type Sensor = {
  readonly startModule: (moduleId: string, settings: unknown) => Promise<void>;
  readonly stopModule: (moduleId: string) => Promise<void>;
  /** The bytes are transferred. Resolves when taken; at most `window` are in flight, the rest wait (back-pressure). */
  readonly chunk: (chunk: PipelineChunk) => Promise<BatchResult>;
  readonly events: (events: readonly SecurityEvent[]) => Promise<BatchResult>;
  /** The events seen last; asked for by people only. */
  readonly recent: (query: RecentQuery) => Promise<RecentReply>;
  readonly standings: (now: number, limit: number) => Promise<readonly Standing[]>;
  readonly health: () => SensorHealth;
  readonly close: () => Promise<void>;
};

export type SensorHealth = {
  readonly restarts: number;
  readonly inFlight: number;
  readonly lines: number;
  readonly parsed: number;
  readonly dropped: number;
  /** ms between taking a batch and its result, for the last batch. */
  readonly lagMs: number;
};

/** A worker that did not answer within 5 s was replaced; this chunk was set aside, not tried again. */
export type StalledChunk = {
  readonly source: string;
  readonly offset: number;
  readonly length: number;
  /** First 256 bytes, for the report. */
  readonly head: Uint8Array;
  readonly at: number;
  /** The module that was at work when the worker stopped answering, when it is known. */
  readonly module?: string | undefined;
};
