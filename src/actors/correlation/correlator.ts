import type { ChainStep, EntityKind } from '../../domain/correlation.ts';
import type { Entities } from '../../domain/entity.ts';
import type { Finding } from '../../domain/finding.ts';
import { isAtLeast, type Severity } from '../../domain/severity.ts';
import type { AttackChain, ChainStage } from './attack-chains.ts';
import { CORRELATOR, type CompletedChain, chainFinding } from './chain-finding.ts';
import { type EntityKey, entityKeysOf } from './entity-keys.ts';

/** An alert as the correlator sees it, each time it is raised or repeated. `at` is event time, ms. */
export type Sighting = {
  readonly alertId: string;
  readonly module: string;
  readonly type: string;
  readonly severity: Severity;
  readonly title: string;
  readonly at: number;
  readonly entities: Entities;
  readonly eventId: string;
  readonly isClaim: boolean;
};

/** A chain that has begun: what was met, what is still missing, and until when (event time, ms) it can go on. */
export type OpenChain = {
  readonly chain: string;
  readonly joinedBy: EntityKind;
  readonly entity: string;
  readonly steps: readonly ChainStep[];
  readonly missing: readonly string[];
  readonly expiresAt: number;
};

/** Joins alerts to attack chains: a pure fold on event time with bounded memory. What it says itself is never part of a chain. */
export type Correlator = {
  /** The chains that this alert completes, each once, whatever it is joined by. */
  readonly take: (sighting: Sighting) => readonly Finding[];
  /** Chains under way at `now`, the longest first. */
  readonly open: (now: number) => readonly OpenChain[];
  readonly counts: () => { readonly entities: number; readonly evicted: number; readonly completed: number };
};

/** A correlator over these chains that remembers at most `capacity` entities, the latest. */
export const createCorrelator = (chains: readonly AttackChain[], capacity = 4096): Correlator => {
  const memory = new Map<string, Memory>();
  let evicted = 0;
  let completed = 0;

  const memoryOf = ({ kind, key }: EntityKey): Memory => {
    const known = memory.get(key) ?? { kind, key, progress: new Map() };
    memory.delete(key);
    memory.set(key, known);
    if (memory.size > capacity) {
      memory.delete(memory.keys().next().value ?? '');
      evicted += 1;
    }
    return known;
  };

  return {
    take: (sighting) => {
      if (sighting.module === CORRELATOR || CONCLUSIONS.has(sighting.type)) return [];
      const wanted = chains.filter((chain) => isWanted(chain, sighting));
      if (wanted.length === 0) return [];
      const done = new Map<AttackChain, CompletedChain>();
      for (const entity of entityKeysOf(sighting.entities)) {
        const own = wanted.filter((chain) => chain.joinedBy.includes(entity.kind) && (entity.kind !== 'host' || isAtLeast(sighting.severity, HOST_FLOOR)));
        if (own.length === 0) continue;
        const { key, progress } = memoryOf(entity);
        for (const chain of own) {
          const steps = advance(chain, progress, sighting);
          // One attack, one alert: keys come with the most telling first.
          if (steps !== undefined && !done.has(chain)) done.set(chain, { chain, joinedBy: entity.kind, entity: key, steps });
        }
      }
      completed += done.size;
      return [...done.values()].map(chainFinding);
    },
    open: (now) => {
      const found: OpenChain[] = [];
      for (const { kind, key, progress } of memory.values())
        for (const [chain, reached] of progress) {
          const [steps, missing] = standOf(chain, reached, now);
          const first = steps[0];
          if (first === undefined) continue;
          found.push({ chain: chain.name, joinedBy: kind, entity: key, steps, missing, expiresAt: first.at + chain.windowMs });
        }
      return found.sort((a, b) => b.steps.length - a.steps.length || b.expiresAt - a.expiresAt);
    },
    counts: () => ({ entities: memory.size, evicted, completed }),
  };
};

/** A step with what its alert was about: kept until the chain is told. */
export type Reached = ChainStep & Pick<Sighting, 'entities' | 'eventId' | 'isClaim'>;

/**
 * By stage, the steps that lead up to it: of all ways there the one that began latest, for it can go on longest. For chains without
 * stages: the latest step of each module.
 */
type Progress = (readonly Reached[])[];
type Memory = { readonly kind: EntityKind; readonly key: string; readonly progress: Map<AttackChain, Progress> };

// Points added up over what other modules found already: no fact of its own.
const CONCLUSIONS: ReadonlySet<string> = new Set(['dynamic_ip_block', 'ip_reputation']);
// Being on the same host says little: what is joined by nothing else has to be grave.
const HOST_FLOOR: Severity = 'HIGH';
// Logs of one attack reach the correlator out of step by so much.
const SLACK_MS = 5000;

const isWanted = (chain: AttackChain, { module, type, severity }: Sighting): boolean =>
  isAtLeast(severity, chain.minSeverity) && (chain.distinctModules !== undefined || chain.stages.some((stage) => meets(stage, module, type)));

const meets = (stage: ChainStage, module: string, type: string): boolean =>
  stage.modules.includes(module) && (stage.types === undefined || stage.types.includes(type));

const advance = (chain: AttackChain, memory: Map<AttackChain, Progress>, sighting: Sighting): readonly Reached[] | undefined => {
  const progress = memory.get(chain) ?? [];
  memory.set(chain, progress);
  const whole = chain.distinctModules === undefined ? advanceStages(chain, progress, sighting) : addModule(chain, chain.distinctModules, progress, sighting);
  if (whole !== undefined) memory.delete(chain);
  return whole;
};

const advanceStages = (chain: AttackChain, progress: Progress, sighting: Sighting): readonly Reached[] | undefined => {
  // From the last stage down, so that one alert never fills two stages.
  for (let index = chain.stages.length - 1; index >= 0; index--) {
    const stage = chain.stages[index];
    if (stage === undefined || !meets(stage, sighting.module, sighting.type)) continue;
    const before = index === 0 ? [] : progress[index - 1];
    if (before === undefined || !follows(before, sighting, chain.windowMs)) continue;
    const steps = [...before, reachedBy(stage.name, sighting)];
    if (index === chain.stages.length - 1) return steps;
    const known = progress[index];
    if (known === undefined || startOf(steps) >= startOf(known)) progress[index] = steps;
  }
  return undefined;
};

const follows = (before: readonly Reached[], { at, alertId }: Sighting, windowMs: number): boolean => {
  const last = before.at(-1);
  if (last === undefined) return true;
  return at >= last.at - SLACK_MS && Math.abs(at - startOf(before)) <= windowMs && before.every((step) => step.alertId !== alertId);
};

const addModule = (chain: AttackChain, wanted: number, progress: Progress, sighting: Sighting): readonly Reached[] | undefined => {
  const others = progress.flat().filter((step) => step.module !== sighting.module && Math.abs(sighting.at - step.at) <= chain.windowMs);
  const steps = [...others, reachedBy(sighting.module, sighting)].sort((a, b) => a.at - b.at);
  if (steps.length >= wanted && startOf(steps) >= sighting.at - chain.windowMs) return steps;
  progress.splice(0, progress.length, ...steps.slice(-MAX_MODULES).map((step) => [step]));
  return undefined;
};

const MAX_MODULES = 16;

const startOf = (steps: readonly Reached[]): number => steps[0]?.at ?? 0;

const reachedBy = (stage: string, { module, type, severity, title, at, alertId, entities, eventId, isClaim }: Sighting): Reached => ({
  stage,
  alertId,
  module,
  type,
  severity,
  title,
  at,
  entities,
  eventId,
  isClaim,
});

const standOf = (chain: AttackChain, progress: Progress, now: number): readonly [readonly ChainStep[], readonly string[]] => {
  const isLive = (step: Reached | undefined): boolean => step !== undefined && now - step.at <= chain.windowMs;
  if (chain.distinctModules !== undefined) {
    const live = progress.flat().filter(isLive);
    const left = chain.distinctModules - live.length;
    return [live, [`${left} other module${left === 1 ? '' : 's'}`]];
  }
  for (let index = progress.length - 1; index >= 0; index--) {
    const steps = progress[index];
    if (steps !== undefined && isLive(steps[0])) return [steps, chain.stages.slice(index + 1).map((stage) => stage.name)];
  }
  return [[], []];
};
