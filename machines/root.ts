import { type ActorRef, type AnyActorLogic, type AnyActorRef, fromPromise, not, type Snapshot, setup } from 'xstate';
import { canonicalJson } from '../src/domain/canonical-json.ts';
import { isRestartDue } from '../src/domain/restart-budget.ts';
import { afterFailure, afterOperatorRestart, afterRestart, freshRecord, rejoined } from './child-record.ts';
import type { ChildKind, ChildRecord, ChildRecords, ChildSpec } from './child-spec.ts';
import { deadlineOf } from './deadline.ts';

/** Children that are still getting ready do not hold up the start longer than this. */
export const START_WITHIN_MS = 15_000;
/** Children in the middle of a step (tag `busy`) are given this long to finish when the root stops. */
export const STOP_WITHIN_MS = 5_000;
/** More children than this are refused. */
export const MAX_CHILDREN = 2_000;

export type RootInput = {
  /** In the order in which they start; they stop in reverse. */
  readonly specs: readonly ChildSpec[];
  readonly now: number;
  /** What an earlier run remembered: parked stays parked, budgets and causes survive. */
  readonly remembered?: ChildRecords | undefined;
};

export type RootContext = {
  readonly now: number;
  readonly children: ChildRecords;
  /** Every child is ready, has failed, or has had its time. */
  readonly isStarted: boolean;
  readonly startBy?: number | undefined;
  /** Ids of children that are left to finish their step while the root stops, and until when. */
  readonly finishing: readonly string[];
  readonly stopBy: number;
};

export type RootEvent =
  | { readonly type: 'tick'; readonly now: number }
  | { readonly type: 'child.add'; readonly spec: ChildSpec }
  | { readonly type: 'child.remove'; readonly id: string }
  /** An operator's word: starts it now, whatever its state, with a fresh budget. */
  | { readonly type: 'child.restart'; readonly id: string }
  | { readonly type: 'child.stop'; readonly id: string }
  /** The children there should be: adds, removes, and restarts those whose input changed. Approvals are left alone. */
  | { readonly type: 'children.reconcile'; readonly specs: readonly ChildSpec[] }
  | { readonly type: 'root.stop'; readonly now: number }
  | { readonly type: `xstate.error.actor.${string}`; readonly error: unknown; readonly actorId: string }
  | { readonly type: `xstate.done.actor.${string}`; readonly output: unknown; readonly actorId: string };

export type RootEmitted =
  | { readonly type: 'child.failed'; readonly id: string; readonly error: string; readonly at: number; readonly restartAt: number | undefined }
  | { readonly type: 'child.parked'; readonly id: string; readonly because: string; readonly critical: boolean }
  | { readonly type: 'child.refused'; readonly id: string; readonly reason: string }
  | { readonly type: 'child.restarted'; readonly id: string; readonly by: 'budget' | 'operator' }
  /** It should run and did not, without having failed: lost over a restore. Started again. */
  | { readonly type: 'child.missing'; readonly id: string; readonly critical: boolean };

type Live = { readonly [id: string]: AnyActorRef | undefined };
type Self = ActorRef<Snapshot<unknown>, RootEvent>;

/** The children that exist now; the actor's own snapshot is the only place xstate keeps them. */
const liveOf = (self: Self): Live => {
  const snapshot = self.getSnapshot();
  return 'children' in snapshot ? (snapshot.children as Live) : {}; // xstate types a self-reference without its children
};

const isAlive = (ref: AnyActorRef | undefined): boolean => ref !== undefined && statusOf(ref) === 'active';
const statusOf = (ref: AnyActorRef): Snapshot<unknown>['status'] => ref.getSnapshot().status;
const hasTag = (ref: AnyActorRef | undefined, tag: string): boolean => {
  const snapshot: unknown = ref?.getSnapshot();
  if (typeof snapshot !== 'object' || snapshot === null || !('status' in snapshot) || snapshot.status !== 'active') return false;
  return 'tags' in snapshot && snapshot.tags instanceof Set && snapshot.tags.has(tag);
};

const known = (context: RootContext, id: string): ChildRecord | undefined => (Object.hasOwn(context.children, id) ? context.children[id] : undefined);
const withRecord = (children: ChildRecords, record: ChildRecord): ChildRecords => ({ ...children, [record.spec.id]: record });
const without = (children: ChildRecords, id: string): ChildRecords => Object.fromEntries(Object.entries(children).filter(([key]) => key !== id));

const isDue = (record: ChildRecord, now: number): boolean => record.state === 'backing-off' && isRestartDue(record.spec, record.nextRestartAt ?? 0, now);

type End = { readonly children: ChildRecords; readonly told: readonly RootEmitted[] };

/** The books after a child ended. An approval that came to its end is simply done; anything else that ends has failed. */
const booked = (children: ChildRecords, record: ChildRecord, cause: { readonly error: unknown } | undefined, now: number): End => {
  const { id, kind, critical } = record.spec;
  if (kind === 'approval' && cause === undefined) return { children: without(children, id), told: [] };
  const after = afterFailure(record, cause === undefined ? 'it ended by itself' : cause.error, now);
  const failed: RootEmitted = { type: 'child.failed', id, error: after.lastError ?? '', at: now, restartAt: after.nextRestartAt };
  const parked: readonly RootEmitted[] = after.parkedBecause === undefined ? [] : [{ type: 'child.parked', id, because: after.parkedBecause, critical }];
  return { children: withRecord(children, after), told: [failed, ...parked] };
};

/** A machine that died in a transition leaves its own children running (xstate stops them only in a transition): ask them to end. */
const endOrphans = (ref: AnyActorRef): void => {
  const snapshot: unknown = ref.getSnapshot();
  if (typeof snapshot !== 'object' || snapshot === null || !('children' in snapshot)) return;
  for (const orphan of Object.values(snapshot.children as Live)) orphan?.send({ type: 'xstate.stop' }); // the shape is xstate's own
};

const notProvided = (kind: ChildKind): AnyActorLogic => fromPromise(() => Promise.reject(new Error(`no ${kind} logic was provided`)));

const rootSetup = setup({
  types: { context: {} as RootContext, events: {} as RootEvent, emitted: {} as RootEmitted, input: {} as RootInput },
  actors: {
    module: notProvided('module'),
    collector: notProvided('collector'),
    enforcer: notProvided('enforcer'),
    approval: notProvided('approval'),
    delivery: notProvided('delivery'),
  },
  guards: {
    hasParkedCritical: ({ context }) => Object.values(context.children).some((record) => record.spec.critical && record.state === 'degraded'),
  },
});

const startAll = rootSetup.enqueueActions(({ context, enqueue }) => {
  for (const { spec, state } of Object.values(context.children)) {
    if (state === 'running') enqueue.spawnChild(spec.kind, { id: spec.id, input: spec.input });
  }
});

/** One tick: starts what is due or lost, books what died unnoticed, passes the time on to the living. */
const beat = rootSetup.enqueueActions(({ context, event, enqueue, self }) => {
  if (event.type !== 'tick') return;
  const live = liveOf(self);
  let children = context.children;
  for (const record of Object.values(context.children)) {
    const { id, critical, kind, input } = record.spec;
    const ref = live[id];
    const isMissing = record.state === 'running' && (ref === undefined || statusOf(ref) === 'stopped');
    if (isMissing || isDue(record, event.now)) {
      children = withRecord(children, isMissing ? record : afterRestart(record, event.now));
      enqueue.stopChild(id);
      enqueue.spawnChild(kind, { id, input });
      enqueue.emit(isMissing ? { type: 'child.missing', id, critical } : { type: 'child.restarted', id, by: 'budget' });
    } else if (ref !== undefined && isAlive(ref)) {
      enqueue.sendTo(ref, event);
    } else if (ref !== undefined && record.state === 'running') {
      // Its last words are lost (it could not be restored) or still on their way.
      const end = booked(children, record, statusOf(ref) === 'error' ? { error: ref.getSnapshot().error } : undefined, event.now);
      children = end.children;
      enqueue.stopChild(id);
      for (const told of end.told) enqueue.emit(told);
    }
  }
  const startBy = deadlineOf({ at: context.startBy, before: 0, now: event.now, waitMs: START_WITHIN_MS });
  const isWaiting = Object.values(live).some((ref) => hasTag(ref, 'starting')) && event.now < startBy;
  enqueue.assign({ now: event.now, children, startBy, isStarted: context.isStarted || !isWaiting });
});

const bookEnd = rootSetup.enqueueActions(({ context, event, enqueue, self }) => {
  if (!('actorId' in event)) return;
  const ref = liveOf(self)[event.actorId];
  const record = known(context, event.actorId);
  // Sent by an earlier life of this id, which has been replaced in the meantime.
  if (record === undefined || record.state !== 'running' || isAlive(ref)) return;
  if (ref !== undefined) endOrphans(ref);
  enqueue.stopChild(event.actorId);
  const end = booked(context.children, record, 'error' in event ? event : undefined, context.now);
  enqueue.assign({ children: end.children });
  for (const told of end.told) enqueue.emit(told);
});

const addChild = rootSetup.enqueueActions(({ context, event, enqueue }) => {
  if (event.type !== 'child.add') return;
  const { id, kind, input } = event.spec;
  if (known(context, id) !== undefined) return enqueue.emit({ type: 'child.refused', id, reason: 'there is one by that id' });
  if (Object.keys(context.children).length >= MAX_CHILDREN) return enqueue.emit({ type: 'child.refused', id, reason: `there are ${MAX_CHILDREN} already` });
  enqueue.assign({ children: withRecord(context.children, freshRecord(event.spec)) });
  enqueue.spawnChild(kind, { id, input });
});

const removeChild = rootSetup.enqueueActions(({ context, event, enqueue }) => {
  if (event.type !== 'child.remove') return;
  enqueue.stopChild(event.id);
  enqueue.assign({ children: without(context.children, event.id) });
});

const stopOne = rootSetup.enqueueActions(({ context, event, enqueue }) => {
  const record = event.type === 'child.stop' ? known(context, event.id) : undefined;
  if (record === undefined) return;
  enqueue.stopChild(record.spec.id);
  enqueue.assign({ children: withRecord(context.children, { ...record, state: 'stopped', nextRestartAt: undefined }) });
});

const restartOne = rootSetup.enqueueActions(({ context, event, enqueue }) => {
  const record = event.type === 'child.restart' ? known(context, event.id) : undefined;
  if (record === undefined) return;
  const { id, kind, input } = record.spec;
  enqueue.stopChild(id);
  enqueue.spawnChild(kind, { id, input });
  enqueue.assign({ children: withRecord(context.children, afterOperatorRestart(record)) });
  enqueue.emit({ type: 'child.restarted', id, by: 'operator' });
});

const reconcile = rootSetup.enqueueActions(({ context, event, enqueue }) => {
  if (event.type !== 'children.reconcile') return;
  const wanted = new Set(event.specs.map((spec) => spec.id));
  const surplus = Object.values(context.children).filter(({ spec }) => spec.kind !== 'approval' && !wanted.has(spec.id));
  for (const { spec } of surplus) enqueue.stopChild(spec.id);
  let children = surplus.reduce((rest, { spec }) => without(rest, spec.id), context.children);
  for (const spec of event.specs) {
    const record = known(context, spec.id);
    children = withRecord(children, record === undefined ? freshRecord(spec) : { ...record, spec });
    const mustStart = record === undefined || (record.state === 'running' && canonicalJson(record.spec.input) !== canonicalJson(spec.input));
    if (!mustStart) continue;
    enqueue.stopChild(spec.id);
    enqueue.spawnChild(spec.kind, { id: spec.id, input: spec.input });
  }
  enqueue.assign({ children });
});

/** Stops in reverse order; those in the middle of a step are left until they finish or the time is over. */
const beginStop = rootSetup.enqueueActions(({ context, event, enqueue, self }) => {
  if (event.type !== 'root.stop') return;
  const live = liveOf(self);
  const finishing = Object.keys(context.children).filter((id) => hasTag(live[id], 'busy'));
  for (const id of Object.keys(context.children).reverse()) if (!finishing.includes(id)) enqueue.stopChild(id);
  enqueue.assign({ now: event.now, finishing, stopBy: event.now + STOP_WITHIN_MS });
});

const continueStop = rootSetup.enqueueActions(({ context, event, enqueue, self }) => {
  const live = liveOf(self);
  const now = event.type === 'tick' ? event.now : context.now;
  const isOver = now >= deadlineOf({ at: context.stopBy, before: 0, now, waitMs: STOP_WITHIN_MS });
  const finishing = isOver ? [] : context.finishing.filter((id) => hasTag(live[id], 'busy'));
  for (const id of context.finishing) {
    const ref = live[id];
    if (!finishing.includes(id)) enqueue.stopChild(id);
    else if (ref !== undefined && event.type === 'tick') enqueue.sendTo(ref, event);
  }
  const isDone = 'actorId' in event && !('error' in event) && known(context, event.actorId)?.spec.kind === 'approval';
  enqueue.assign({ now, finishing, children: isDone ? without(context.children, event.actorId) : context.children });
});

/**
 * The one machine under which everything else lives. A child that fails, however it fails, is restarted within its budget
 * and parked with its cause when that is spent; the root itself never fails with it. Every stretch of time comes from
 * `tick` events, which it passes on to its children.
 */
export const rootMachine = rootSetup.createMachine({
  id: 'root',
  version: '1',
  context: ({ input }) => ({ now: input.now, children: rejoined(input.specs, input.remembered), isStarted: false, finishing: [], stopBy: 0 }),
  initial: 'starting',
  entry: startAll,
  on: {
    tick: { actions: beat },
    'child.add': { actions: addChild },
    'child.remove': { actions: removeChild },
    'child.restart': { actions: restartOne },
    'child.stop': { actions: stopOne },
    'children.reconcile': { actions: reconcile },
    'xstate.error.actor.*': { actions: bookEnd },
    'xstate.done.actor.*': { actions: bookEnd },
    'root.stop': { target: '.stopping', actions: beginStop },
  },
  states: {
    starting: {
      always: [
        { guard: 'hasParkedCritical', target: 'escalated' },
        { guard: ({ context }) => context.isStarted, target: 'running' },
      ],
    },
    running: { always: { guard: 'hasParkedCritical', target: 'escalated' } },
    /** A critical child is parked: the protection of the host is not whole. Everything else goes on. */
    escalated: { always: { guard: not('hasParkedCritical'), target: 'running' } },
    stopping: {
      always: { guard: ({ context }) => context.finishing.length === 0, target: 'stopped' },
      on: {
        tick: { actions: continueStop },
        'child.add': {},
        'child.remove': {},
        'child.restart': {},
        'child.stop': {},
        'children.reconcile': {},
        'root.stop': {},
        'xstate.error.actor.*': { actions: continueStop },
        'xstate.done.actor.*': { actions: continueStop },
      },
    },
    stopped: { type: 'final' },
  },
});
