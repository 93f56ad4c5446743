import { existsSync, globSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChildSpec } from '../../machines/child-spec.ts';
import { discoverSources, KNOWN_LOGS } from '../actors/collectors/discover.ts';
import { markStart } from '../actors/collectors/file/mark-start.ts';
import { markJournal } from '../actors/collectors/journald/mark-journal.ts';
import { COLLECTORS } from '../actors/collectors/registry.ts';
import type { CollectorReport, Feeds, Sink, SourceSpec } from '../actors/contract.ts';
import { MODULES } from '../actors/registry.ts';
import type { ChildView, Root } from '../actors/root.ts';
import { collectorSpec, moduleSpec } from '../actors/supervision.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../domain/clock.ts';
import { SecError } from '../domain/errors.ts';
import type { HostDescription } from '../domain/host.ts';
import type { Store } from '../store/contract.ts';
import type { NotRead } from './collected.ts';

/** A child for each module of the registry, with the settings of the configuration. */
export const moduleSpecs = (config: Config): readonly ChildSpec[] =>
  MODULES.map(({ manifest }) => {
    const configured = config.modules[manifest.id];
    return moduleSpec(manifest.id, configured?.settings ?? {}, configured?.enabled ?? true);
  });

/** A child for each source: named ones first, then what this host has. A path is read once. */
export const sourceSpecs = (config: Config, host: HostDescription): readonly ChildSpec[] => {
  const { sources } = config;
  const named = namedSources(config);
  const found = sources.auto
    ? discoverSources(host).filter(
        (spec) =>
          (spec.collector !== 'process' || sources.processes) &&
          (spec.collector !== 'journald' || sources.journald) &&
          (spec.collector !== 'sockets' || sources.sockets !== false),
      )
    : [];
  const processes: readonly SourceSpec[] = !sources.auto && sources.processes ? [{ id: 'process', collector: 'process' }] : [];
  const sockets: readonly SourceSpec[] = sources.sockets === true ? [{ id: 'sockets', collector: 'sockets' }] : [];
  const byId = new Map([...found, ...processes, ...sockets, ...named].map((spec) => [spec.id, spec]));
  return [...byId.values()].map(collectorSpec);
};

/** The files that the configuration names; a path with `*` stands for those it matches now, at most 128. */
export const namedSources = ({ sources }: Config): readonly SourceSpec[] =>
  sources.files.flatMap(({ path, grammar }) =>
    (path.includes('*') ? globSync(path).sort().slice(0, MAX_MATCHES) : [path]).map(
      (one): SourceSpec => ({ id: `file:${one}`, collector: 'file', grammar, path: one }),
    ),
  );

const MAX_MATCHES = 128;

/** The well-known logs that this host does not have. */
export const missingSources = (): readonly NotRead[] =>
  KNOWN_LOGS.filter(([path]) => !existsSync(path)).map(([path, grammar]) => ({ id: `file:${path}`, collector: 'file', grammar, why: 'does not exist' }));

/** Fixes where each log file and journal begins that was never read, before anybody is told that the daemon is there: what is written from then on is read. */
export const markSources = async (specs: readonly ChildSpec[], cursors: Store['cursors'], now: number): Promise<void> => {
  for (const { kind, input } of specs) {
    if (kind === 'collector' && input.collector === 'journald') markJournal(input.id, now, cursors);
    if (kind !== 'collector' || input.path === undefined || input.collector !== 'file') continue;
    // What cannot be opened is said by its collector, which opens it again.
    await markStart(input.path, input.id, cursors).catch(() => undefined);
  }
};

const SETTLE_MS = 5000;

/**
 * Resolves when every detector has started and every enforcer was looked at (or after five seconds): the first lines, written
 * while nobody ran, are then seen by all and answered with what can be done, not with `not ready`.
 */
export const treeSettled = async (root: () => Root | undefined, signal: AbortSignal): Promise<void> => {
  const deadline = performance.now() + SETTLE_MS;
  const isUnsettled = (): boolean => root()?.children().some(isStarting) ?? true;
  while (isUnsettled() && performance.now() < deadline && !signal.aborted) await delay(10);
};

const isStarting = ({ record, state }: ChildView): boolean =>
  (record.spec.kind === 'enforcer' && state === 'checking') || (record.spec.kind === 'module' && state === 'starting');

/** Runs the collector that a source spec names, until the signal aborts. */
export const createSourceRunner =
  (dependencies: { readonly sink: Sink; readonly store: Store; readonly clock: Clock; readonly feeds: Feeds }) =>
  async (spec: SourceSpec, report: (report: CollectorReport) => void, signal: AbortSignal): Promise<void> => {
    const definition = COLLECTORS.find((collector) => collector.id === spec.collector);
    if (definition === undefined) throw new SecError('SEC_UNAVAILABLE', `no collector ${spec.collector}`);
    await definition.run({
      spec,
      sink: dependencies.sink,
      cursors: dependencies.store.cursors,
      clock: dependencies.clock,
      feeds: dependencies.feeds,
      report,
      signal,
    });
  };
