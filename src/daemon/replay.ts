import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGrammar } from '../actors/collectors/grammars/registry.ts';
import { ATTACK_CHAINS } from '../actors/correlation/attack-chains.ts';
import { createCorrelator } from '../actors/correlation/correlator.ts';
import { sightingOf } from '../actors/correlation/sighting.ts';
import { MODULES } from '../actors/registry.ts';
import { createAlertFolder, type FoldedAlert } from '../actors/response/alert-folder.ts';
import { messageOf, SecError } from '../domain/errors.ts';
import type { SecurityEvent } from '../domain/event.ts';
import { eventFromJson, securityEventSchema } from '../domain/event-json.ts';
import type { BatchCounters, BatchResult, Pipeline } from '../workers/contract.ts';
import { createPipeline } from '../workers/pipeline.ts';
import { replayBytes } from '../workers/replay.ts';
import { openPieces } from './file-pieces.ts';

/** Settings by module id. */
export type ModuleSettings = { readonly [moduleId: string]: unknown };

/** Old logs are believed: their time may lie anywhere. */
const OLD_LOGS = { maxAheadMs: Number.POSITIVE_INFINITY };

/** Bytes of a file, or of standard input for `-`. Rejects with SEC_INPUT_UNREADABLE before anything is read. */
export const openInput = async (path: string, stdin: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> => {
  if (path === '-') return stdin;
  const entry = await stat(path).catch((problem: unknown) => {
    throw new SecError('SEC_INPUT_UNREADABLE', messageOf(problem), { cause: problem });
  });
  if (entry.isDirectory()) throw new SecError('SEC_INPUT_UNREADABLE', `${path}: expected a file, got a directory`);
  return openPieces(path).catch((problem: unknown) => {
    throw new SecError('SEC_INPUT_UNREADABLE', messageOf(problem), { cause: problem });
  });
};

/** A pipeline with every module. A setting that a module does not take is told to `warn`, and the module runs with its defaults. */
export const createReplayPipeline = (settings: ModuleSettings, warn: (line: string) => void): Pipeline => {
  const pipeline = createPipeline(MODULES, { modules: {} }, { grammar: OLD_LOGS });
  for (const { manifest } of MODULES) {
    try {
      pipeline.startModule(manifest.id, settings[manifest.id] ?? {});
    } catch (problem) {
      warn(`settings of ${manifest.id} are not valid, its defaults are used: ${messageOf(problem)}`);
      pipeline.startModule(manifest.id, {});
    }
  }
  return pipeline;
};

/** Lines → alerts. */
export const replayAlerts = async (options: {
  readonly path: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly grammar: string;
  readonly settings: ModuleSettings;
  readonly receivedAt: number;
  readonly warn: (line: string) => void;
  readonly onAlert: (alert: FoldedAlert) => void;
}): Promise<BatchCounters> => {
  const folder = createAlertFolder(options.onAlert);
  const correlator = createCorrelator(ATTACK_CHAINS);
  const onResult = (result: BatchResult): void => {
    for (const finding of result.findings) {
      folder.add(finding);
      // Alerts of a replay have no ids: a chain names them by what folds them.
      for (const chain of correlator.take(sightingOf(finding, finding.foldKey))) folder.add(chain);
    }
    for (const failure of result.failures) options.warn(`${failure.module} failed and is out: ${failure.message}`);
  };
  const counters = await replayBytes({
    pipeline: createReplayPipeline(options.settings, options.warn),
    bytes: options.bytes,
    source: sourceOf(options.path),
    grammar: options.grammar,
    receivedAt: options.receivedAt,
    onResult,
  });
  folder.flush();
  return counters;
};

/** Lines → events, each with the number of its line. */
export const replayEvents = (
  grammarId: string,
  path: string,
  receivedAt: number,
  onEvent: (line: number, event: SecurityEvent) => void,
): ((text: string) => void) => {
  const grammar = createGrammar(grammarId, OLD_LOGS);
  let line = 0;
  return (text) => {
    line += 1;
    grammar.parse(text, { source: sourceOf(path), position: line, receivedAt }, (event) => onEvent(line, event));
  };
};

const sourceOf = (path: string): string => `replay:${path === '-' ? 'stdin' : basename(path)}`;

/**
 * Events, one JSON a line → alerts. A line `{"reset":true,"settings":{…}}` closes the case and starts a fresh one. `take`
 * throws SEC_INPUT_INVALID for a line that is neither; the case goes on without it.
 */
export const createEventReplay = (options: {
  readonly settings: ModuleSettings;
  readonly now: () => number;
  readonly warn: (line: string) => void;
  readonly onAlert: (alert: FoldedAlert) => void;
}) => {
  const folder = createAlertFolder(options.onAlert);
  let pipeline = createReplayPipeline(options.settings, options.warn);
  const take = (text: string): void => {
    const value: unknown = JSON.parse(text);
    if (isReset(value)) {
      folder.flush();
      pipeline = createReplayPipeline(value.settings ?? {}, options.warn);
      return;
    }
    const parsed = securityEventSchema.safeParse(value);
    if (!parsed.success)
      throw new SecError('SEC_INPUT_INVALID', `${parsed.error.issues[0]?.path.join('.') ?? ''}: ${parsed.error.issues[0]?.message ?? 'not an event'}`);
    // Whoever replays a file vouches for it; nothing is enforced here.
    const result = pipeline.events([withProcess(eventFromJson(parsed.data, 'sensor', options.now()))]);
    for (const finding of result.findings) folder.add(finding);
    for (const failure of result.failures) options.warn(`${failure.module} failed and is out: ${failure.message}`);
  };
  return { take, end: folder.flush };
};

/** The wire form has no references: a recorded program start that says which process it was keeps it as who did it. */
const withProcess = (event: SecurityEvent): SecurityEvent => {
  const { pid, start_time: startTime, executable_path: exe, uid } = event.details;
  if (event.type !== 'process_exec' || typeof pid !== 'number' || typeof startTime !== 'number' || typeof exe !== 'string') return event;
  return { ...event, entities: { ...event.entities, process: { pid, startTime, exe, uid: typeof uid === 'number' ? uid : undefined } } };
};

const isReset = (value: unknown): value is { readonly reset: true; readonly settings?: ModuleSettings } =>
  typeof value === 'object' && value !== null && 'reset' in value && value.reset === true;
