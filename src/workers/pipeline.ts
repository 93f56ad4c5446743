import type { GrammarOptions } from '../actors/collectors/grammars/options.ts';
import { createGrammar } from '../actors/collectors/grammars/registry.ts';
import type { Detector, FindingDraft, ModuleDefinition, ParseOutcome } from '../actors/contract.ts';
import { messageOf, SecError } from '../domain/errors.ts';
import type { SecurityEvent } from '../domain/event.ts';
import { toSafe } from '../domain/safe-text.ts';
import { alertTypeOf } from './complete-finding.ts';
import type { BatchCounters, BatchResult, ModuleFailure, Pipeline, PipelineChunk, PipelineConfig } from './contract.ts';
import { createFindingFolder } from './finding-folder.ts';
import { createLineSplitter, type LineSplitter } from './line-splitter.ts';

export type PipelineOptions = {
  readonly grammar?: GrammarOptions | undefined;
  /** Sees every event before the detectors. */
  readonly onEvent?: ((event: SecurityEvent) => void) | undefined;
  /** `[0]` holds the place in `modules` (from 1) of the detector at work, 0 between: a watchdog outside reads it. */
  readonly progress?: Int32Array | undefined;
};

/**
 * Lines to events to findings, in this thread. An event goes to the detectors that declare its type (`*` = every type), whatever
 * its sender calls himself. A detector that throws is out until it is started again; nothing a line holds can throw.
 */
export const createPipeline = (modules: readonly ModuleDefinition[], config: PipelineConfig, options: PipelineOptions = {}): Pipeline => {
  const running = new Map<string, Running>();
  const sources = new Map<string, Source>();
  const folder = createFindingFolder();
  const progress = options.progress ?? new Int32Array(1);
  let routes = new Map<string, readonly Running[]>();
  let catchAll: readonly Running[] = [];
  let listeners: readonly Running[] = [];
  let failures: ModuleFailure[] = [];
  let counters = zeroCounters();
  let nextSweep = Number.NaN;
  let logins: string[] = [];

  const rebuildRoutes = (): void => {
    const all = [...running.values()];
    listeners = all.filter((one) => one.detector.onFinding !== undefined);
    catchAll = all.filter((one) => one.definition.manifest.eventTypes.includes(EVERY_TYPE));
    const types = new Set(all.flatMap((one) => one.definition.manifest.eventTypes));
    routes = new Map([...types].map((type) => [type, all.filter((one) => takes(one, type))]));
  };

  // Claims of a finding's sender stay claims: the event goes along. A listener's own words are not told on, so this ends.
  const tell = (manifest: ModuleDefinition['manifest'], draft: FindingDraft): void => {
    const { ip } = draft.entities ?? draft.event.entities;
    if (ip === undefined) return;
    const severity = draft.severity ?? alertTypeOf(manifest, draft.type).severity;
    const found = { module: manifest.id, type: draft.type, severity, ip, event: draft.event };
    for (const one of listeners) {
      try {
        one.detector.onFinding?.(found, one.emitUntold);
      } catch (thrown) {
        fail(one, thrown, draft.event.type);
      }
    }
  };

  const startModule = (moduleId: string, settings: unknown): void => {
    const place = modules.findIndex((module) => module.manifest.id === moduleId);
    const definition = modules[place];
    if (definition === undefined) throw new SecError('SEC_NOT_FOUND', `module ${moduleId}`);
    const { manifest } = definition;
    const emitUntold = (draft: FindingDraft): void => folder.add(manifest, draft);
    const emit = (draft: FindingDraft): void => {
      folder.add(manifest, draft);
      if (listeners.length > 0) tell(manifest, draft);
    };
    running.set(moduleId, { definition, place: place + 1, detector: definition.createDetector(settings), emit, emitUntold });
    rebuildRoutes();
  };

  const stopModule = (moduleId: string): void => {
    if (running.delete(moduleId)) rebuildRoutes();
  };

  const fail = (one: Running, thrown: unknown, eventType: string): void => {
    const module = one.definition.manifest.id;
    // A detector may fail again while a list made before its removal is walked.
    if (running.get(module) !== one) return;
    stopModule(module);
    failures.push({ module, message: toSafe(messageOf(thrown), 500), eventType });
  };

  const dispatch = (event: SecurityEvent): void => {
    counters.events += 1;
    options.onEvent?.(event);
    if (event.type === 'auth_success') noteLogin(event);
    // A claimed time must not make the detectors forget.
    if (event.trust !== 'claim' && !(event.at < nextSweep)) sweep(event.at);
    const takers = routes.get(event.type) ?? catchAll;
    for (const one of takers) {
      progress[0] = one.place;
      try {
        one.detector.onEvent(event, one.emit);
      } catch (thrown) {
        fail(one, thrown, event.type);
      }
    }
    progress[0] = 0;
  };

  const noteLogin = ({ trust, details, entities }: SecurityEvent): void => {
    const { ip } = entities;
    if (trust !== 'sensor' || details['service'] !== 'sshd' || ip === undefined || logins.length >= MAX_LOGINS || logins.includes(ip)) return;
    logins.push(ip);
  };

  const sweep = (now: number): void => {
    const isFirst = Number.isNaN(nextSweep);
    nextSweep = now + SWEEP_MS;
    if (isFirst) return;
    for (const one of [...running.values()]) {
      progress[0] = one.place;
      try {
        one.detector.sweep?.(now);
      } catch (thrown) {
        fail(one, thrown, 'sweep');
      }
    }
  };

  const sourceOf = (chunk: PipelineChunk): Source => {
    const known = sources.get(chunk.source);
    if (known !== undefined && known.grammarId === chunk.grammar) return known;
    if (sources.size >= MAX_SOURCES) sources.delete(sources.keys().next().value ?? '');
    const onThrow = (thrown: unknown): void => {
      const module = `grammar:${chunk.grammar}`;
      if (!failures.some((failure) => failure.module === module)) failures.push({ module, message: toSafe(messageOf(thrown), 500), eventType: 'line' });
    };
    const source = createSource(chunk, options.grammar ?? {}, dispatch, () => counters, onThrow);
    sources.set(chunk.source, source);
    return source;
  };

  const finish = (consumed: number): BatchResult => {
    const result = { findings: folder.take(), failures, counters, consumed, ...(logins.length === 0 ? {} : { logins }) };
    failures = [];
    logins = [];
    counters = zeroCounters();
    return result;
  };

  const chunk = (chunk: PipelineChunk): BatchResult => {
    const source = sourceOf(chunk);
    source.context.receivedAt = chunk.receivedAt;
    return finish(source.splitter.split(chunk.bytes, chunk.offset, chunk.isFinal === true));
  };

  const events = (events: readonly SecurityEvent[]): BatchResult => {
    for (const event of events) dispatch(event);
    return finish(0);
  };

  for (const [moduleId, settings] of Object.entries(config.modules)) startModule(moduleId, settings);

  return {
    startModule,
    stopModule,
    chunk,
    events,
    standings: (now, limit) =>
      [...running.values()]
        .flatMap((one) => one.detector.standings?.(now, limit) ?? [])
        .sort((a, b) => b.points - a.points)
        .slice(0, limit),
    sizes: () => Object.fromEntries([...running].map(([id, one]) => [id, one.detector.size()])),
  };
};

const EVERY_TYPE = '*';
const SWEEP_MS = 60_000;
const MAX_SOURCES = 256;
const MAX_LOGINS = 64;

type Running = {
  readonly definition: ModuleDefinition;
  readonly place: number;
  readonly detector: Detector;
  readonly emit: (draft: FindingDraft) => void;
  /** For what is said about the findings of others. */
  readonly emitUntold: (draft: FindingDraft) => void;
};

type Counters = { -readonly [Key in keyof BatchCounters]-?: number };

type Source = { readonly grammarId: string; readonly context: { receivedAt: number }; readonly splitter: LineSplitter };

const takes = (one: Running, type: string): boolean => {
  const { eventTypes } = one.definition.manifest;
  return eventTypes.includes(type) || eventTypes.includes(EVERY_TYPE);
};

const zeroCounters = (): Counters => ({ lines: 0, parsed: 0, irrelevant: 0, unparsed: 0, dropped: 0, events: 0, cut: 0 });

const createSource = (
  chunk: PipelineChunk,
  options: GrammarOptions,
  dispatch: (event: SecurityEvent) => void,
  counters: () => Counters,
  onThrow: (thrown: unknown) => void,
): Source => {
  const grammar = createGrammar(chunk.grammar, options);
  const context = { source: chunk.source, position: 0, receivedAt: chunk.receivedAt, isCut: false };
  const parse = (text: string): ParseOutcome => {
    try {
      return grammar.parse(text, context, dispatch);
    } catch (thrown) {
      onThrow(thrown);
      return 'unparsed';
    }
  };
  const splitter = createLineSplitter({
    takeQuiet: (bytes, from, to, isCut) => {
      if (grammar.isQuiet?.(bytes, from, to) !== true) return false;
      const count = counters();
      count.lines += 1;
      count.irrelevant += 1;
      if (isCut) count.cut += 1;
      return true;
    },
    onLine: (text, position, isCut, isGarbage) => {
      const count = counters();
      count.lines += 1;
      if (isCut) count.cut += 1;
      context.position = position;
      context.isCut = isCut;
      const outcome = text === '' ? 'irrelevant' : parse(text);
      if (outcome === 'event') count.parsed += 1;
      else if (outcome === 'irrelevant') count.irrelevant += 1;
      else if (isGarbage) count.dropped += 1;
      else count.unparsed += 1;
    },
    onTooLong: () => {
      const count = counters();
      count.lines += 1;
      count.dropped += 1;
    },
  });
  return { grammarId: chunk.grammar, context, splitter };
};
