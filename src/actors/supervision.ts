import { type AnyActorRef, createActor, type Snapshot, StateMachine } from 'xstate';
import type { ChildRecord, ChildRecords, ChildSpec } from '../../machines/child-spec.ts';
import { areChildRecords } from '../../machines/context-schemas.ts';
import type { RootInput, rootMachine } from '../../machines/root.ts';
import { type Persisted, persistable, restorable } from '../../machines/snapshot.ts';
import type { ActionName } from '../domain/action.ts';
import type { Approval } from '../domain/approval.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { RestartPolicy } from '../domain/restart-budget.ts';
import { err, type Result } from '../domain/result.ts';
import type { SourceSpec } from './contract.ts';

/*
 * Budgets differ from level to level, so that they do not multiply: a detector that fails on its input is restarted by its
 * module actor, a module actor that fails by the root, and neither's end uses up the other's.
 */

const seconds = (count: number): number => count * 1000;

/** A module's actor, under the root. */
export const MODULE_POLICY: RestartPolicy = { intensity: 5, periodMs: seconds(60), backoffMs: { first: 1000, max: seconds(8), factor: 2 } };
/** A module's detector, under the module's actor: one that throws on hostile input is given up soon, and visibly. */
export const DETECTOR_POLICY: RestartPolicy = { intensity: 3, periodMs: seconds(600), backoffMs: { first: 2000, max: seconds(60), factor: 3 } };
export const COLLECTOR_POLICY: RestartPolicy = { intensity: 10, periodMs: seconds(300), backoffMs: { first: 500, max: seconds(15), factor: 2 } };
export const ENFORCER_POLICY: RestartPolicy = { intensity: 5, periodMs: seconds(60), backoffMs: { first: 500, max: seconds(8), factor: 2 } };
export const APPROVAL_POLICY: RestartPolicy = { intensity: 3, periodMs: seconds(600), backoffMs: { first: 1000, max: seconds(10), factor: 2 } };
export const DELIVERY_POLICY: RestartPolicy = { intensity: 5, periodMs: seconds(300), backoffMs: { first: 1000, max: seconds(30), factor: 2 } };

/** Pauses between tries of a source that cannot be read: 1 s to 5 min, for ever. */
export const SOURCE_RETRY_MS: RestartPolicy['backoffMs'] = { first: 1000, max: seconds(300), factor: 2 };

/** Without these the host is not protected, and the root says so. */
export const CRITICAL_ACTIONS: readonly ActionName[] = ['block_ip'];

/** The child that runs a detection module. */
export const moduleSpec = (id: string, settings: unknown, isEnabled = true): ChildSpec => ({
  id: `module:${id}`,
  kind: 'module',
  critical: false,
  ...MODULE_POLICY,
  input: { id, settings, isEnabled, detectorRestart: DETECTOR_POLICY },
});

/** The child that reads a source. */
export const collectorSpec = (source: SourceSpec): ChildSpec => ({
  id: `collector:${source.id}`,
  kind: 'collector',
  critical: false,
  ...COLLECTOR_POLICY,
  input: { id: source.id, collector: source.collector, grammar: source.grammar, path: source.path, retryMs: SOURCE_RETRY_MS },
});

/** The child that watches over an enforcer. */
export const enforcerSpec = (action: ActionName, canReconcile: boolean): ChildSpec => ({
  id: `enforcer:${action}`,
  kind: 'enforcer',
  critical: CRITICAL_ACTIONS.includes(action),
  ...ENFORCER_POLICY,
  input: { action, canReconcile },
});

/** The child that brings an endpoint its deliveries. */
export const deliverySpec = (endpoint: string, maxAttempts: number): ChildSpec => ({
  id: `delivery:${endpoint}`,
  kind: 'delivery',
  critical: false,
  ...DELIVERY_POLICY,
  input: { endpoint, maxAttempts },
});

/** The child that carries an approval to its end. `now` is wall-clock ms. */
export const approvalSpec = (approval: Approval, now: number): ChildSpec => ({
  id: `approval:${approval.id}`,
  kind: 'approval',
  critical: false,
  ...APPROVAL_POLICY,
  input: { approval, now },
});

/** What differs between the children there are and those there should be. A missing protector is something to alert about. */
export type RegistryComparison = { readonly missing: readonly ChildSpec[]; readonly unexpected: readonly string[] };

/** Compares ids of present children (see `presentChildren`) with the specs in force. */
export const compareWithRegistry = (present: readonly string[], expected: readonly ChildSpec[]): RegistryComparison => {
  const there = new Set(present);
  const wanted = new Set(expected.map((spec) => spec.id));
  return { missing: expected.filter((spec) => !there.has(spec.id)), unexpected: present.filter((id) => !wanted.has(id)) };
};

type RootSnapshot = {
  readonly children: { readonly [id: string]: Pick<AnyActorRef, 'getSnapshot'> | undefined };
  readonly context: { readonly children: ChildRecords };
};

/** Ids of the children that run, and of those that do not for a known reason: parked, waiting for a restart, stopped. */
export const presentChildren = (root: RootSnapshot): readonly string[] => {
  const running = Object.entries(root.children).flatMap(([id, ref]) => (ref?.getSnapshot().status === 'active' ? [id] : []));
  const explained = Object.values(root.context.children).flatMap((record) => (record.state === 'running' ? [] : [record.spec.id]));
  return [...new Set([...running, ...explained])];
};

/** Key of the root's own memory among the stored actors. */
export const ROOT_KEY = 'root';
const MEMORY = { schema: 'root-memory', version: '1' };

type RootActor = Pick<AnyActorRef, 'getSnapshot' | 'getPersistedSnapshot'>;

/**
 * What to store of the whole tree, by actor id: the root's own memory without its children, and each child by itself, so
 * that one which does not fit later is dropped alone. Approvals are left out: their records in the store are the truth.
 */
export const dumpTree = (root: RootActor): ReadonlyMap<string, Persisted> => {
  const snapshot = root.getSnapshot();
  const records: ChildRecords = snapshot.context.children;
  const tree = new Map<string, Persisted>([[ROOT_KEY, { ...MEMORY, snapshot: toJson(withoutApprovals(records)) }]]);
  for (const record of Object.values(records)) {
    const child: AnyActorRef | undefined = snapshot.children[record.spec.id];
    const stored = child === undefined || record.spec.kind === 'approval' ? undefined : persistable(child);
    if (stored !== undefined) tree.set(record.spec.id, stored);
  }
  return tree;
};

const toJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const withoutApprovals = (records: ChildRecords): ChildRecords =>
  Object.fromEntries(Object.entries(records).filter(([, record]) => record.spec.kind !== 'approval'));

/** What was not taken over from the store, and why. */
export type Dropped = { readonly id: string; readonly because: string };

export type RevivedTree = {
  /** For `createActor(root, { snapshot })`. */
  readonly snapshot: Snapshot<unknown>;
  readonly dropped: readonly Dropped[];
  /** Stored children against today's specs, before anything was repaired. */
  readonly comparison: RegistryComparison;
};

/**
 * A root for today's specs with what the store remembers: parked children stay parked, the others go on from their own
 * snapshots. Whatever does not fit (or was made for other settings) is dropped and its child starts afresh; the root starts
 * in any case. `stored` is `store.machines.all()`.
 */
export const reviveTree = (root: typeof rootMachine, input: Pick<RootInput, 'specs' | 'now'>, stored: ReadonlyMap<string, unknown>): RevivedTree => {
  const memory = stored.get(ROOT_KEY);
  const remembered = rememberedIn(memory);
  // Never started: it only lays out a fresh tree, in which stored snapshots then take the place of first ones.
  const blank = createActor(root, { input: { ...input, remembered } }).getPersistedSnapshot();
  const snapshot = JSON.parse(JSON.stringify(blank));
  const dropped: Dropped[] = memory !== undefined && remembered === undefined ? [{ id: ROOT_KEY, because: 'its memory does not have the right shape' }] : [];
  for (const spec of input.specs) {
    const kept = stored.get(spec.id);
    if (kept === undefined || snapshot.children[spec.id] === undefined) continue;
    const fit = fitting(root.implementations.actors[spec.kind], spec, kept, remembered?.[spec.id]);
    if (fit.ok) snapshot.children[spec.id].snapshot = fit.value;
    else dropped.push({ id: spec.id, because: fit.error });
  }
  return { snapshot, dropped, comparison: compareWithRegistry(storedIds(stored, remembered), input.specs) };
};

const rememberedIn = (memory: unknown): ChildRecords | undefined => {
  if (typeof memory !== 'object' || memory === null || !('schema' in memory) || memory.schema !== MEMORY.schema) return undefined;
  if (!('version' in memory) || memory.version !== MEMORY.version || !('snapshot' in memory)) return undefined;
  return areChildRecords(memory.snapshot) ? memory.snapshot : undefined;
};

const fitting = (logic: unknown, spec: ChildSpec, kept: unknown, before: ChildRecord | undefined): Result<Snapshot<unknown>, string> => {
  if (!(logic instanceof StateMachine)) return err('its logic is no machine');
  if (before === undefined || canonicalJson(before.spec.input) !== canonicalJson(spec.input)) return err('its settings have changed');
  return restorable(logic, kept);
};

const storedIds = (stored: ReadonlyMap<string, unknown>, remembered: ChildRecords = {}): readonly string[] => {
  const explained = Object.values(remembered).filter((record) => record.state !== 'running');
  return [...new Set([...stored.keys(), ...explained.map((record) => record.spec.id)])].filter((id) => id !== ROOT_KEY);
};
