import { createActor, type Actor as XstateActor } from 'xstate';
import type { ApprovalEvent } from '../../machines/approval.ts';
import type { ChildRecord, ChildRecords, ChildSpec } from '../../machines/child-spec.ts';
import type { ActionName } from '../domain/action.ts';
import type { Approval } from '../domain/approval.ts';
import type { Clock } from '../domain/clock.ts';
import type { Store } from '../store/contract.ts';
import { type ChildEvent, createRootLogic, type RootLogicDependencies } from './root-logic.ts';
import { approvalSpec, compareWithRegistry, type Dropped, dumpTree, presentChildren, reviveTree } from './supervision.ts';

const TICK_MS = 250;
const SAVE_EVERY_MS = 1000;
const STOP_PATIENCE_MS = 6000;

export type RootDependencies = Omit<RootLogicDependencies, 'tell' | 'now'> & {
  readonly specs: readonly ChildSpec[];
  readonly store: Store;
  readonly clock: Clock;
  /** Approvals that get their actor at the start; left out: all that wait. */
  readonly waiting?: readonly Approval[] | undefined;
  readonly onFailure: (id: string, words: string, critical: boolean) => void;
};

/** One child as it is now. */
export type ChildView = { readonly record: ChildRecord; readonly state: string; readonly context: { readonly [key: string]: unknown } };

/** The running tree. */
export type Root = {
  /** `starting`, `running` or `escalated` (a critical child is parked). */
  readonly state: () => string;
  readonly children: () => readonly ChildView[];
  readonly child: (id: string) => ChildView | undefined;
  readonly tell: (childId: string, event: ChildEvent) => void;
  /** Reads one source more, or no longer; what is there already, or not, stays as it is. */
  readonly addSource: (spec: ChildSpec) => void;
  readonly removeSource: (id: string) => void;
  readonly adopt: (approval: Approval) => boolean;
  /** Ends the actor of an approval that merely waits; false when something is under way, or somebody looks at it. */
  readonly dismiss: (approvalId: string) => boolean;
  /** Sends a person's decision; resolves with the approval once the actor has come to rest, or rejects with why it refused. */
  readonly approvalActor: (id: string) => ApprovalActor | undefined;
  readonly enforcerProblem: (action: ActionName) => string | undefined;
  /** Lets steps under way finish, then stops all children in reverse order. */
  readonly stop: () => Promise<void>;
  readonly dropped: readonly Dropped[];
};

/** The part of an approval's actor that a decision needs. */
export type ApprovalActor = {
  readonly send: (event: ApprovalEvent) => void;
  readonly on: (
    type: 'decision.refused' | 'approval.changed',
    listener: (event: {
      readonly type: string;
      readonly reason?: string;
      readonly code?: string;
      readonly token?: string | undefined;
      readonly approval?: Approval;
    }) => void,
  ) => { readonly unsubscribe: () => void };
};

/** Starts the tree, each child from its stored snapshot where one fits; approvals start from their records. */
export const startRoot = (dependencies: RootDependencies): Root => {
  const { store, clock, specs } = dependencies;
  const logic = createRootLogic({
    ...dependencies,
    tell: (childId, event) => tell(childId, event),
    now: () => clock.now(),
  });
  const revived = reviveTree(logic, { specs, now: clock.now() }, store.machines.all());
  // xstate wants an input although a snapshot makes it unused.
  const root = createActor(logic, { snapshot: revived.snapshot, input: { specs, now: clock.now() } });
  const childRef = (id: string) => root.getSnapshot().children[id];
  const tell = (childId: string, event: ChildEvent): void => {
    // A child that is gone or restarting has nothing to hear.
    childRef(childId)?.send(event);
  };
  root.on('child.failed', ({ id, error }) => dependencies.onFailure(id, `failed: ${error}`, false));
  root.on('child.parked', ({ id, because, critical }) => dependencies.onFailure(id, `given up: ${because}`, critical));
  root.on('child.missing', ({ id, critical }) => dependencies.onFailure(id, 'was missing after a restart and is started again', critical));
  root.subscribe({
    // The root handles every failure of a child; one of its own is a bug that must be seen and must not stop the process.
    error: (problem) => dependencies.onFailure('root', `failed: ${String(problem)}`, true),
  });
  root.start();
  for (const spec of compareWithRegistry(presentChildren(root.getSnapshot()), specs).missing) root.send({ type: 'child.restart', id: spec.id });
  const records = (): ChildRecords => root.getSnapshot().context.children;
  const adopt = (approval: Approval): boolean => {
    root.send({ type: 'child.add', spec: approvalSpec(approval, clock.now()) });
    return records()[`approval:${approval.id}`] !== undefined;
  };
  // Decided ones too, while their target is still suspended: nothing stays held without an actor that lets it go.
  const held = store.approvals.page(1000).filter((approval) => approval.isHeld);
  const waiting = dependencies.waiting ?? store.approvals.waiting();
  for (const approval of new Map([...held, ...waiting].map((one) => [one.id, one])).values()) adopt(approval);
  root.send({ type: 'tick', now: clock.now() });

  const saved = new Map<string, string>();
  const save = (): void => {
    for (const [id, persisted] of dumpTree(root)) {
      const text = JSON.stringify(persisted);
      if (saved.get(id) === text) continue;
      saved.set(id, text);
      store.machines.put(id, persisted);
    }
  };
  const ticking = setInterval(() => root.send({ type: 'tick', now: clock.now() }), TICK_MS);
  const saving = setInterval(save, SAVE_EVERY_MS);

  const view = (record: ChildRecord): ChildView => {
    const snapshot: unknown = childRef(record.spec.id)?.getSnapshot();
    return { record, state: record.state === 'running' ? stateText(snapshot) : record.state, context: contextOf(snapshot) };
  };
  return {
    state: () => String(root.getSnapshot().value),
    children: () => Object.values(records()).map(view),
    child: (id) => {
      const record = records()[id];
      return record === undefined ? undefined : view(record);
    },
    tell,
    addSource: (spec) => root.send({ type: 'child.add', spec }),
    removeSource: (id) => root.send({ type: 'child.remove', id }),
    adopt,
    dismiss: (approvalId) => {
      const id = `approval:${approvalId}`;
      const snapshot: unknown = childRef(id)?.getSnapshot();
      const { joined, deferred, viewedUntil } = contextOf(snapshot);
      if (stateText(snapshot) !== 'pending' || joined !== undefined || deferred !== undefined || Number(viewedUntil) > clock.now()) return false;
      root.send({ type: 'child.remove', id });
      return true;
    },
    // Typed by the specs: an id of this form is always an approval's actor.
    approvalActor: (id) => childRef(`approval:${id}`) as ApprovalActor | undefined,
    enforcerProblem: (action) => {
      const record = records()[`enforcer:${action}`];
      if (record === undefined) return 'no such action here';
      const { state, context } = view(record);
      const reason = typeof context['reason'] === 'string' ? context['reason'] : '';
      // Being looked at again after it was ready: whether it can act is then for the act to find out, not a reason to let go.
      if (state === 'ready' || state === 'repairing' || state === 'repaired' || (state === 'checking' && reason === '')) return undefined;
      return reason === '' ? `not ready: ${state}` : reason;
    },
    stop: async () => {
      clearInterval(saving);
      save();
      await stopped(root, clock, ticking);
    },
    dropped: revived.dropped,
  };
};

type RootActor = XstateActor<ReturnType<typeof createRootLogic>>;

const stopped = async (root: RootActor, clock: Clock, ticking: NodeJS.Timeout): Promise<void> => {
  const over = new Promise<void>((resolve) => {
    root.subscribe({ complete: resolve, error: () => resolve() });
    setTimeout(resolve, STOP_PATIENCE_MS).unref();
  });
  root.send({ type: 'root.stop', now: clock.now() });
  await over;
  clearInterval(ticking);
  root.stop();
};

const stateText = (snapshot: unknown): string => {
  const value = typeof snapshot === 'object' && snapshot !== null && 'value' in snapshot ? snapshot.value : 'gone';
  return typeof value === 'string' ? value : leaf(value);
};

const leaf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const inner = typeof value === 'object' && value !== null ? Object.values(value)[0] : undefined;
  return inner === undefined ? 'unknown' : leaf(inner);
};

const contextOf = (snapshot: unknown): { readonly [key: string]: unknown } =>
  typeof snapshot === 'object' && snapshot !== null && 'context' in snapshot && typeof snapshot.context === 'object' && snapshot.context !== null
    ? (snapshot.context as { readonly [key: string]: unknown })
    : {};
