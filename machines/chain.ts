import { assign, setup, transition } from 'xstate';
import type { Actor } from '../src/domain/approval.ts';
import { CHAIN_STATES, type ChainRun, type ChainStep, latestStep, type StepRun } from '../src/domain/chain.ts';
import type { ActionId, ApprovalId } from '../src/domain/ids.ts';
import { toSafe } from '../src/domain/safe-text.ts';

/** Pause before a step is tried again. */
export const RETRY_AFTER_MS = 1_000;

/** What can happen to a run. `now` is wall-clock ms. */
export type ChainEvent =
  /** Its current step is about to act under that id; to be on disk before it does. */
  | { readonly type: 'step.begin'; readonly actionId: ActionId; readonly target: string; readonly now: number }
  /** A person has to agree first; the action is the approval's. */
  | { readonly type: 'step.asked'; readonly approvalId: ApprovalId; readonly actionId: ActionId; readonly now: number }
  | { readonly type: 'step.succeeded'; readonly detail: string; readonly now: number }
  /** `isFinal`: another attempt would meet the same answer. */
  | { readonly type: 'step.failed'; readonly detail: string; readonly isFinal: boolean; readonly now: number }
  /** Ends a step whose time is over without an outcome. */
  | { readonly type: 'tick'; readonly now: number }
  | { readonly type: 'run.cancel'; readonly reason: string; readonly now: number }
  | { readonly type: 'undo.begin'; readonly by: Actor; readonly reason: string; readonly now: number }
  /** The latest step that still stands was taken back, or could not be. */
  | { readonly type: 'undo.stepped'; readonly isUndone: boolean; readonly detail: string; readonly now: number };

/** The step that an undo takes back next: in reverse order, only what succeeded. */
export const nextToUndo = (run: ChainRun): StepRun | undefined => run.steps.findLast(({ state }) => state === 'succeeded');

const stepOf = (run: ChainRun, name: string | undefined): ChainStep | undefined => run.chain.steps.find((step) => step.name === name);

const changed = (run: ChainRun, name: string | undefined, change: Partial<StepRun>): readonly StepRun[] =>
  run.steps.map((step) => (step.step === name ? { ...step, ...change } : step));

const begun = (run: ChainRun, event: Extract<ChainEvent, { type: 'step.begin' }>): Partial<ChainRun> => {
  const step = stepOf(run, run.current);
  if (step === undefined) return {};
  const before = run.steps.find((one) => one.step === step.name);
  const attempt: StepRun = {
    step: step.name,
    action: step.action,
    target: event.target,
    actionId: event.actionId,
    attempts: (before?.attempts ?? 0) + 1,
    state: 'acting',
    startedAt: before?.startedAt ?? event.now,
    deadlineAt: before?.deadlineAt ?? event.now + step.timeoutMs,
  };
  return { steps: [...run.steps.filter((one) => one.step !== step.name), attempt], retryAt: undefined };
};

const ended = (run: ChainRun, state: 'succeeded' | 'failed', detail: string, now: number): Partial<ChainRun> => {
  const step = stepOf(run, run.current);
  const next = state === 'succeeded' ? step?.onSuccess : step?.onFailure;
  return {
    steps: changed(run, run.current, { state, detail: toSafe(detail, 500), endedAt: now, next }),
    current: next,
    ...(next === undefined ? { endedAt: now } : {}),
  };
};

const mayRetry = (run: ChainRun, now: number): boolean => {
  const latest = latestStep(run);
  const step = stepOf(run, run.current);
  return latest !== undefined && step !== undefined && latest.attempts <= step.maxRetries && now + RETRY_AFTER_MS < latest.deadlineAt;
};

const chainSetup = setup({
  types: { context: {} as ChainRun, events: {} as ChainEvent, input: {} as ChainRun },
  actions: {
    begin: assign(({ context, event }) => (event.type === 'step.begin' ? begun(context, event) : {})),
    ask: assign(({ context, event }) =>
      event.type === 'step.asked'
        ? { steps: changed(context, context.current, { state: 'asking', approvalId: event.approvalId, actionId: event.actionId }) }
        : {},
    ),
    succeed: assign(({ context, event }) => (event.type === 'step.succeeded' ? ended(context, 'succeeded', event.detail, event.now) : {})),
    fail: assign(({ context, event }) => ended(context, 'failed', event.type === 'step.failed' ? event.detail : 'no outcome in its time', event.now)),
    retry: assign(({ context, event }) => ({
      steps: changed(context, context.current, { state: 'failed', detail: event.type === 'step.failed' ? toSafe(event.detail, 500) : '' }),
      retryAt: event.now + RETRY_AFTER_MS,
    })),
    cancel: assign(({ context, event }) => ({
      steps: context.steps.map((step) =>
        step.state === 'acting' || step.state === 'asking' ? { ...step, state: 'failed' as const, detail: 'the chain was ended', endedAt: event.now } : step,
      ),
      current: undefined,
      endedAt: event.now,
      reason: event.type === 'run.cancel' ? toSafe(event.reason, 500) : '',
    })),
    beginUndo: assign(({ event }) => (event.type === 'undo.begin' ? { undo: { by: event.by, reason: toSafe(event.reason, 500) } } : {})),
    stepBack: assign(({ context, event }) =>
      event.type === 'undo.stepped'
        ? {
            steps: changed(context, nextToUndo(context)?.step, {
              state: event.isUndone ? ('undone' as const) : ('kept' as const),
              detail: toSafe(event.detail, 500),
            }),
          }
        : {},
    ),
  },
  guards: {
    isReady: ({ context, event }) => context.retryAt === undefined || event.now >= context.retryAt || context.retryAt - event.now > RETRY_AFTER_MS,
    succeededAll: ({ context }) => context.steps.every(({ state }) => state === 'succeeded' || state === 'acting' || state === 'asking'),
    succeededSome: ({ context }) => context.steps.some(({ state }) => state === 'succeeded'),
    goesOnWell: ({ context }) => stepOf(context, context.current)?.onSuccess !== undefined,
    goesOnBadly: ({ context }) => stepOf(context, context.current)?.onFailure !== undefined,
    mayRetry: ({ context, event }) => event.type === 'step.failed' && !event.isFinal && mayRetry(context, event.now),
    isLate: ({ context, event }) => event.now >= (latestStep(context)?.deadlineAt ?? 0),
    isLateAndGoesOn: ({ context, event }) => event.now >= (latestStep(context)?.deadlineAt ?? 0) && stepOf(context, context.current)?.onFailure !== undefined,
    isLateAfterSuccess: ({ context, event }) => event.now >= (latestStep(context)?.deadlineAt ?? 0) && context.steps.some(({ state }) => state === 'succeeded'),
    isLastBack: ({ context }) => context.steps.filter(({ state }) => state === 'succeeded').length <= 1,
    hasNothing: ({ context }) => nextToUndo(context) === undefined,
  },
});

const success = [
  { guard: 'goesOnWell', target: 'ready', actions: 'succeed' },
  { guard: 'succeededAll', target: 'completed', actions: 'succeed' },
  { target: 'partial', actions: 'succeed' },
] as const;
const failure = [
  { guard: 'mayRetry', target: 'ready', actions: 'retry' },
  { guard: 'goesOnBadly', target: 'ready', actions: 'fail' },
  { guard: 'succeededSome', target: 'partial', actions: 'fail' },
  { target: 'failed', actions: 'fail' },
] as const;
const cancel = [
  { guard: 'succeededSome', target: 'partial', actions: 'cancel' },
  { target: 'failed', actions: 'cancel' },
] as const;
const undo = [
  { guard: 'hasNothing', target: 'undone', actions: 'beginUndo' },
  { target: 'undoing', actions: 'beginUndo' },
] as const;

/** The life of one run of a chain. Not run as an actor: rows are driven through it by `nextRun`. */
export const chainMachine = chainSetup.createMachine({
  id: 'chain',
  context: ({ input }) => input,
  initial: 'ready',
  states: {
    ready: { on: { 'step.begin': { guard: 'isReady', target: 'acting', actions: 'begin' }, 'run.cancel': cancel } },
    acting: {
      on: {
        'step.asked': { target: 'asking', actions: 'ask' },
        'step.succeeded': success,
        'step.failed': failure,
        tick: [
          { guard: 'isLateAndGoesOn', target: 'ready', actions: 'fail' },
          { guard: 'isLateAfterSuccess', target: 'partial', actions: 'fail' },
          { guard: 'isLate', target: 'failed', actions: 'fail' },
        ],
        'run.cancel': cancel,
      },
    },
    // The approval has an end of its own.
    asking: { on: { 'step.succeeded': success, 'step.failed': failure, 'run.cancel': cancel } },
    completed: { on: { 'undo.begin': undo } },
    partial: { on: { 'undo.begin': undo } },
    failed: { on: { 'undo.begin': undo } },
    undoing: {
      on: {
        'undo.stepped': [
          { guard: 'isLastBack', target: 'undone', actions: 'stepBack' },
          { target: 'undoing', actions: 'stepBack' },
        ],
      },
    },
    undone: {},
  },
});

/** The run after the event; the very same object when the event changes nothing in its state. */
export const nextRun = (run: ChainRun, event: ChainEvent): ChainRun => {
  const [after] = transition(chainMachine, chainMachine.resolveState({ value: run.state, context: run }), event);
  const state = CHAIN_STATES.find((name) => after.matches(name)) ?? run.state;
  return state === run.state && after.context === run ? run : { ...after.context, state };
};
