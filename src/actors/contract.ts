import type { z } from 'zod';
import type { ActionName, Target } from '../domain/action.ts';
import type { Alert } from '../domain/alert.ts';
import type { Clock } from '../domain/clock.ts';
import type { BatchHold, DeliveryDraft } from '../domain/delivery.ts';
import type { EndpointSummary } from '../domain/endpoint.ts';
import type { Entities, ProcessRef } from '../domain/entity.ts';
import type { SecurityEvent } from '../domain/event.ts';
import type { Evidence } from '../domain/finding.ts';
import type { Verification } from '../domain/history.ts';
import type { Host } from '../domain/host.ts';
import type { Lease } from '../domain/lease.ts';
import type { Severity } from '../domain/severity.ts';
import type { Standing } from '../domain/threat.ts';
import type { UndoRecord } from '../domain/undo-record.ts';

/*
 * The one file a newcomer reads: what a detection module, a collector and an enforcer must export.
 */

// ── Detection modules ────────────────────────────────────────────────────────────────────────────────────────────────

/** What one alert type is: its default severity, technique, advice, and the honest statement of what feeds it. */
export type AlertTypeManifest = {
  readonly severity: Severity;
  readonly title: string;
  /** MITRE ATT&CK technique ids. */
  readonly mitre: readonly string[];
  readonly mitigations: readonly string[];
  /** The shipped source that can raise it, in words; `claim` when only an outside API client can. */
  readonly feed: string;
  readonly falsePositives: string;
};

export type ModuleManifest<Settings> = {
  readonly id: string;
  /** 0 (AI) to 6, as the compatible interface numbers them. */
  readonly tier: number;
  readonly title: string;
  readonly description: string;
  /** Event types it consumes. */
  readonly eventTypes: readonly string[];
  readonly alertTypes: { readonly [type: string]: AlertTypeManifest };
  /** Settings with their defaults: `settings.parse({})` gives the defaults. Unknown keys are refused. */
  readonly settings: z.ZodType<Settings>;
};

/** What a detector hands out; the pipeline adds module, technique, advice and fold key. */
export type FindingDraft = {
  /** A key of the manifest's `alertTypes`. */
  readonly type: string;
  /** Only when it differs from the manifest's. */
  readonly severity?: Severity | undefined;
  /** One line with the numbers in it; the manifest's title when left out. */
  readonly title?: string | undefined;
  readonly description: string;
  /** The triggering event; its id comes last in `eventIds`. */
  readonly event: SecurityEvent;
  /** Earlier events of the same attack (at most 15 are kept). */
  readonly earlierEventIds?: readonly string[] | undefined;
  /** When they differ from the event's own. */
  readonly entities?: Entities | undefined;
  readonly evidence: Evidence;
  /** What makes it the same attack: `ip:203.0.113.7`, `user:root`. Repeats with one key fold into one alert. */
  readonly subject: string;
};

export type Emit = (draft: FindingDraft) => void;

/** A finding that names an address, as other detectors may take note of it. */
export type FoundElsewhere = {
  readonly module: string;
  readonly type: string;
  readonly severity: Severity;
  readonly ip: string;
  readonly event: SecurityEvent;
};

/**
 * A pure fold with bounded state: events in, drafts out. No clock, no I/O, no randomness: time is `event.at`
 * (which may step back a little). The same object serves daemon, replay, scan, tests and fuzzing.
 */
export type Detector = {
  readonly onEvent: (event: SecurityEvent, emit: Emit) => void;
  /** What any detector of this pipeline found about an address, its own findings included. What it emits here is not told again. */
  readonly onFinding?: ((found: FoundElsewhere, emit: Emit) => void) | undefined;
  /** Number of keys it remembers; must stay under its bound whatever is fed. */
  readonly size: () => number;
  /** Forgets what has expired at event time `now`. Called about once a minute of event time. */
  readonly sweep?: ((now: number) => void) | undefined;
  /** How addresses stand at `now`, the worst first, at most `limit`. */
  readonly standings?: ((now: number, limit: number) => readonly Standing[]) | undefined;
};

/** A detection module: one folder, one registry line. */
export type ModuleDefinition<Settings = unknown> = {
  readonly manifest: ModuleManifest<Settings>;
  readonly createDetector: (settings: Settings) => Detector;
};

/** Keeps the settings type inside; outside, modules look alike and take checked settings as `unknown`. */
export const defineModule = <Settings>(definition: ModuleDefinition<Settings>): ModuleDefinition => ({
  manifest: definition.manifest as ModuleManifest<unknown>,
  createDetector: (settings) => definition.createDetector(definition.manifest.settings.parse(settings ?? {})),
});

// ── Collectors ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type ParseOutcome = 'event' | 'irrelevant' | 'unparsed';

export type LineContext = {
  /** `file:/var/log/auth.log`, `replay:auth.log`. */
  readonly source: string;
  /** Position of the line, for the event id: byte offset or line number. */
  readonly position: number;
  /** Used when the line itself has no usable time. */
  readonly receivedAt: number;
  /** The end of the line is missing (it was longer than is scanned): nothing may be read from its end. */
  readonly isCut?: boolean | undefined;
};

/**
 * Lines of one family of logs → events. Anchored, linear-time, never fooled by what a client wrote into a field.
 * `irrelevant` = understood, nothing to say; `unparsed` = not a line of this family.
 */
export type Grammar = {
  /** `auth`, `web`, `weberror`, `mail`, `app`, `firewall`: the word after `--collector`. */
  readonly id: string;
  readonly eventTypes: readonly string[];
  readonly parse: (line: string, context: LineContext, emit: (event: SecurityEvent) => void) => ParseOutcome;
  /** Which grammar took the last line, where there are several inside. */
  readonly lastTaken?: (() => string) | undefined;
  /** True promises that `parse` would find the line between the two places `irrelevant`, so that it need not become text. */
  readonly isQuiet?: ((bytes: Uint8Array, from: number, to: number) => boolean) | undefined;
};

/** Where bytes or events come from. */
export type SourceState = 'starting' | 'running' | 'waiting' | 'parked' | 'stopped';

/** What a running collector tells its actor, all of it serialisable. */
export type CollectorReport =
  | { readonly type: 'state'; readonly state: SourceState; readonly detail: string }
  | {
      readonly type: 'progress';
      readonly lines: number;
      readonly parsed: number;
      readonly dropped: number;
      readonly lagBytes: number;
      readonly unparsed?: number | undefined;
    };

/** One thing to read: a file, the journal, the process connector. */
export type SourceSpec = {
  /** Stable id: `file:/var/log/auth.log`. */
  readonly id: string;
  /** Collector id: `file`, `journald`, `process`, `sockets`. */
  readonly collector: string;
  /** Grammar id for line sources. */
  readonly grammar?: string | undefined;
  readonly path?: string | undefined;
};

/** Where a collector delivers. Both resolve when the sensor has taken the batch: awaiting them is the back-pressure. */
export type Sink = {
  /** Raw bytes, whole lines or not; `offset` is the file position of the first byte. The buffer is handed over. */
  readonly chunk: (chunk: { readonly source: string; readonly grammar: string; readonly bytes: Uint8Array; readonly offset: number }) => Promise<ChunkResult>;
  /** Events that are already structured. */
  readonly events: (events: readonly SecurityEvent[]) => Promise<void>;
};

export type ChunkResult = {
  /** Bytes up to the last complete line: the next chunk must start there. */
  readonly consumed: number;
  readonly lines: number;
  readonly parsed: number;
  readonly dropped: number;
  /** Lines that are not of the grammar. */
  readonly unparsed?: number | undefined;
};

/** Where a collector was, kept in the store. */
export type Cursors = {
  readonly get: (sourceId: string) => unknown;
  readonly put: (sourceId: string, cursor: { readonly [key: string]: unknown }) => void;
};

export type CollectorContext = {
  readonly spec: SourceSpec;
  readonly sink: Sink;
  readonly cursors: Cursors;
  readonly clock: Clock;
  /** Streams of the operating system that need `os`. */
  readonly feeds: Feeds;
  readonly report: (report: CollectorReport) => void;
  readonly signal: AbortSignal;
};

/** Runs until aborted; rejects with a SecError when the source cannot be read (the supervisor parks it). */
export type CollectorDefinition = {
  readonly id: string;
  readonly title: string;
  readonly run: (context: CollectorContext) => Promise<void>;
};

/** Operating system streams, given by `os`. Each ends when the signal aborts. */
export type Feeds = {
  /** Raw process connector facts, already batched. Rejects with SEC_UNAVAILABLE where the kernel does not answer. */
  readonly processes: (signal: AbortSignal, onBatch: (batch: readonly ProcessFact[]) => Promise<void>) => Promise<void>;
  /** `journalctl -f -o json` lines as bytes after a cursor or from a moment (wall-clock ms) on; without either from now on. */
  readonly journal: (
    from: string | { readonly sinceMs: number } | undefined,
    signal: AbortSignal,
    onBytes: (bytes: Uint8Array) => Promise<void>,
  ) => Promise<void>;
  /** Listeners and connections, a batch every few seconds, empty ones too. */
  readonly sockets?: ((signal: AbortSignal, onBatch: (batch: readonly SocketFact[]) => Promise<void>) => Promise<void>) | undefined;
};

/** One fact about sockets: what was not there at the last look. `count` = how often the same was seen since then. */
export type SocketFact =
  | { readonly kind: 'listener'; readonly at: number; readonly address: string; readonly port: number; readonly uid: number }
  | {
      readonly kind: 'inbound' | 'outbound' | 'forwarded';
      readonly at: number;
      readonly protocol: 'tcp' | 'udp';
      /** Who began. */
      readonly source: string;
      readonly destination: string;
      readonly port: number;
      readonly count: number;
    }
  | { readonly kind: 'half-open'; readonly at: number; readonly count: number }
  | { readonly kind: 'overrun'; readonly at: number; readonly lost: number };

/** One fact of the process connector, with what /proc still knew. */
export type ProcessFact =
  | {
      readonly kind: 'exec';
      readonly at: number;
      readonly pid: number;
      readonly process: import('../domain/host.ts').ProcessDetails | null;
      readonly stdio: readonly string[];
      readonly preload?: string | undefined;
      /** The connection behind standard input, when that is a socket and the feed looked it up. */
      readonly connection?: import('../domain/entity.ts').ConnectionRef | undefined;
    }
  | { readonly kind: 'fork'; readonly at: number; readonly pid: number; readonly parentPid: number }
  | { readonly kind: 'exit'; readonly at: number; readonly pid: number; readonly code: number }
  | { readonly kind: 'overrun'; readonly at: number; readonly lost: number };

// ── Enforcers ────────────────────────────────────────────────────────────────────────────────────────────────────────

export type EnforcerManifest = {
  readonly action: ActionName;
  readonly title: string;
  readonly risk: 'none' | 'low' | 'medium' | 'high';
  /** What it needs from the system, in words. */
  readonly privilege: string;
  readonly isReversible: boolean;
  /** What it did lies still and harms nobody: a cleanup leaves it, and its lease, unless asked to take it back. */
  readonly outlastsCleanup?: boolean | undefined;
};

/** An action about to happen. `plan` is what the approval dialog shows. */
export type ActionRequest = {
  readonly actionId: string;
  readonly target: Target;
  readonly params: { readonly [name: string]: string };
  /** Wall-clock ms. */
  readonly now: number;
  /** What `hold` suspended for this request: to be let go whatever became of the target. */
  readonly held?: readonly ProcessRef[] | undefined;
  /** The alert it answers; there when it is carried out. */
  readonly alert?: Alert | undefined;
  /** Asked about one that was being carried out when the daemon died or its answer was lost. */
  readonly isInterrupted?: boolean | undefined;
  /** What `record` read before the act: there when it is carried out and when it is taken back. */
  readonly undo?: UndoRecord | undefined;
};

/** Exact steps, pure. `undoNote` says how it is undone, or that it cannot be. */
export type ActionPlan = {
  readonly steps: readonly string[];
  readonly undoNote: string;
  /** How long it stays in force; undefined = no lease. */
  readonly leaseMs?: number | undefined;
  /** In force until it is taken back: a lease without an end. */
  readonly isLasting?: boolean | undefined;
};

export type ActionOutcome = {
  readonly verification: Verification;
  /** In words: what was found after the act. */
  readonly detail: string;
};

export type Availability = { readonly isAvailable: true } | { readonly isAvailable: false; readonly reason: string };

/**
 * One action. `apply` may be called again for the same request after a crash and must then not act twice; every method
 * rejects with a SecError on failure. Guards run before `apply`, in the response layer and again inside it.
 */
export type Enforcer = {
  readonly manifest: EnforcerManifest;
  readonly availability: () => Promise<Availability>;
  /** Pure: the steps that `apply` would take. Throws SEC_REFUSED or SEC_INPUT_INVALID for a target it can never act on. */
  readonly plan: (request: ActionRequest) => ActionPlan;
  /** Every check of `apply` without the act: resolves with undefined, or with why it would fail. */
  readonly rehearse: (request: ActionRequest) => Promise<string | undefined>;
  /** Completes a target with its identity of this moment (device, inode, hash; user id), so that an approval means exactly it. */
  readonly identify?: ((target: Target) => Promise<Target>) | undefined;
  /** Reads what taking it back will need. On disk, with the intent, before `apply` begins. Rejects when the action would fail. */
  readonly record?: ((request: ActionRequest) => Promise<UndoRecord>) | undefined;
  readonly apply: (request: ActionRequest) => Promise<ActionOutcome>;
  /** What goes into the outbox in the same transaction as the intent. Pure. webhook only. */
  readonly deliveries?: ((request: ActionRequest) => readonly DeliveryDraft[]) | undefined;
  /** Many at once in one transaction, where the enforcer can. */
  readonly applyBatch?: ((requests: readonly ActionRequest[]) => Promise<readonly ActionOutcome[]>) | undefined;
  readonly verify: (request: ActionRequest) => Promise<ActionOutcome>;
  /** Takes it back, verified. Idempotent: what is already gone is a success. */
  readonly undo: (request: ActionRequest) => Promise<ActionOutcome>;
  /** Many at once in one transaction, where the enforcer can; outcomes in order. Rejects when none was taken back. */
  readonly undoBatch?: ((requests: readonly ActionRequest[]) => Promise<readonly ActionOutcome[]>) | undefined;
  /** Makes the kernel agree with the active leases; resolves with what had to be repaired. */
  readonly reconcile?: ((leases: readonly Lease[], now: number) => Promise<Repair>) | undefined;
  /** Whether this enforcer itself changed the kernel's entry of that address a moment ago. block_ip only. */
  readonly isOwnChange?: ((address: string) => boolean) | undefined;
  /** Suspends the target while an approval waits, and lets it go. Resolves with all that is suspended, the target first. kill_process only. */
  readonly hold?: ((request: ActionRequest) => Promise<readonly ProcessRef[]>) | undefined;
  readonly release?: ((request: ActionRequest) => Promise<void>) | undefined;
  /** Whether the target is still suspended; somebody else may have let it go. */
  readonly isHeld?: ((request: ActionRequest) => Promise<boolean>) | undefined;
  /** Removes everything this enforcer ever put on the host. Works without the store. */
  readonly fini: () => Promise<readonly string[]>;
};

export type Repair = {
  readonly added: number;
  readonly removed: number;
  /** In words, empty when nothing was wrong. */
  readonly detail: string;
  /** Intents that a crash left open and that are not in force, each with what was found: their leases fail. */
  readonly notInForce?: readonly { readonly leaseId: string; readonly reason: string }[] | undefined;
  /** Leases of an earlier run whose action had been taken back when it died, before that was written down: they end. */
  readonly takenBack?: readonly { readonly leaseId: string; readonly reason: string }[] | undefined;
};

export type EnforcerFactory = (dependencies: {
  readonly host: Host;
  readonly clock: Clock;
  /** Where notices can go. webhook only. */
  readonly endpoints?: readonly EndpointSummary[] | undefined;
  /** Something was queued for that endpoint. webhook only. */
  readonly onQueued?: ((endpoint: string) => void) | undefined;
  /** Folds storms of notices. webhook only. */
  readonly holdBack?: ((alert: Alert, now: number) => BatchHold | undefined) | undefined;
  /** The user's configuration lets `command` run programs. */
  readonly allowCommand?: boolean | undefined;
}) => Enforcer;
