import { type AnyActorLogic, assign, fromPromise, setup } from 'xstate';
import type { ActionName } from '../src/domain/action.ts';
import { toSafe } from '../src/domain/safe-text.ts';
import { deadlineOf, hasSlept } from './deadline.ts';
import { failureText } from './failure-text.ts';

/** Desired and real state are compared this often (operator-safety: every 15 s). */
export const RECONCILE_EVERY_MS = 15_000;
/** An enforcer that cannot act asks again this often. */
export const RECHECK_EVERY_MS = 60_000;
/** An answer that has not come by then is a failure. */
export const ANSWER_WITHIN_MS = 30_000;
/** So many failed reconciliations in a row and the enforcer no longer counts as able to act. */
export const FAILURES_UNTIL_UNAVAILABLE = 3;

export type EnforcerInput = {
  readonly action: ActionName;
  /** False for an action that leaves nothing in force to compare. */
  readonly canReconcile: boolean;
};

export type EnforcerContext = EnforcerInput & {
  readonly now: number;
  /** Why it cannot act; empty when it can. */
  readonly reason: string;
  /** Things put right so far, and what the last repair was. */
  readonly repairs: number;
  readonly lastRepair: string;
  readonly lastRepairAt?: number | undefined;
  readonly lastError?: string | undefined;
  readonly failuresInRow: number;
  /** Something changed the kernel's state while a reconciliation ran. */
  readonly isDirty: boolean;
  readonly answerBy?: number | undefined;
  readonly nextReconcileAt?: number | undefined;
  readonly nextRecheckAt?: number | undefined;
};

export type EnforcerEvent = { readonly type: 'enforcer.recheck' } | { readonly type: 'kernel.changed' } | { readonly type: 'tick'; readonly now: number };

type Availability = { readonly isAvailable: true } | { readonly isAvailable: false; readonly reason: string };
type Repair = { readonly added: number; readonly removed: number; readonly detail: string };

const answerDeadline = (context: EnforcerContext, now: number): number =>
  deadlineOf({ at: context.answerBy, before: context.now, now, waitMs: ANSWER_WITHIN_MS });

const isDue = (at: number | undefined, now: number, everyMs: number): boolean => at === undefined || now >= at || at - now > everyMs;

const repaired = (context: EnforcerContext, repair: Repair) => {
  const count = repair.added + repair.removed;
  const common = { failuresInRow: 0, lastError: undefined, nextReconcileAt: context.now + RECONCILE_EVERY_MS };
  if (count === 0) return common;
  return { ...common, repairs: context.repairs + count, lastRepair: toSafe(repair.detail, 300), lastRepairAt: context.now };
};

const enforcerSetup = setup({
  types: { context: {} as EnforcerContext, events: {} as EnforcerEvent, input: {} as EnforcerInput },
  actors: {
    // Input `{ action }`; resolves with `{ isAvailable, reason? }`.
    init: fromPromise(() => Promise.reject(new Error('no init was provided'))) as AnyActorLogic,
    // Input `{ action }`; resolves with `{ added, removed, detail }`.
    reconcile: fromPromise(() => Promise.reject(new Error('no reconcile was provided'))) as AnyActorLogic,
  },
  actions: {
    keepTime: assign(({ event }) => (event.type === 'tick' ? { now: event.now } : {})),
    awaitAnswer: assign(({ context, event }) => (event.type === 'tick' ? { now: event.now, answerBy: answerDeadline(context, event.now) } : {})),
    refuse: assign(({ context }, params: { readonly thrown: unknown }) => ({
      reason: failureText(params.thrown),
      nextRecheckAt: context.now + RECHECK_EVERY_MS,
    })),
    accept: assign({ reason: '', failuresInRow: 0, nextRecheckAt: undefined }),
    countFailure: assign(({ context }, params: { readonly thrown: unknown }) => ({
      lastError: failureText(params.thrown),
      failuresInRow: context.failuresInRow + 1,
      nextReconcileAt: context.now + RECONCILE_EVERY_MS,
    })),
    countRepair: assign(({ context }, params: { readonly repair: Repair }) => repaired(context, params.repair)),
    markDirty: assign({ isDirty: true }),
    reconcileSoon: assign(({ context }) => ({ nextReconcileAt: context.now })),
  },
  guards: {
    hasLostTime: ({ context, event }) => event.type === 'tick' && hasSlept(context.now, event.now, RECHECK_EVERY_MS),
    isOverdue: ({ context, event }) => event.type === 'tick' && event.now >= answerDeadline(context, event.now),
    isReconcileDue: ({ context, event }) => event.type === 'tick' && context.canReconcile && isDue(context.nextReconcileAt, event.now, RECONCILE_EVERY_MS),
    isRecheckDue: ({ context, event }) => event.type === 'tick' && isDue(context.nextRecheckAt, event.now, RECHECK_EVERY_MS),
    isAvailable: (_, params: { readonly answer: Availability }) => params.answer.isAvailable,
  },
});

const noAnswer = `no answer within ${ANSWER_WITHIN_MS / 1000} s`;

/** The life of one enforcer: can it act, and does the kernel agree with what is meant to be in force? */
export const enforcerMachine = enforcerSetup.createMachine({
  id: 'enforcer',
  version: '1',
  context: ({ input }) => ({ ...input, now: 0, reason: '', repairs: 0, lastRepair: '', failuresInRow: 0, isDirty: false }),
  initial: 'checking',
  on: { tick: { actions: 'keepTime' } },
  states: {
    checking: {
      tags: 'starting',
      entry: assign({ answerBy: undefined }),
      invoke: {
        id: 'init',
        src: 'init',
        input: ({ context }: { readonly context: EnforcerContext }) => ({ action: context.action }),
        onDone: [
          { guard: { type: 'isAvailable', params: ({ event }) => ({ answer: event.output }) }, target: 'ready', actions: 'accept' },
          { target: 'unavailable', actions: { type: 'refuse', params: ({ event }) => ({ thrown: event.output.reason }) } },
        ],
        onError: { target: 'unavailable', actions: { type: 'refuse', params: ({ event }) => ({ thrown: event.error }) } },
      },
      on: {
        tick: [
          { guard: 'isOverdue', target: 'unavailable', actions: ['keepTime', { type: 'refuse', params: { thrown: noAnswer } }] },
          { actions: 'awaitAnswer' },
        ],
      },
    },
    ready: {
      tags: 'able',
      on: {
        'enforcer.recheck': 'checking',
        // Waits for the next tick: another tool that fights us must not make us spin.
        'kernel.changed': { actions: 'reconcileSoon' },
        tick: [
          { guard: 'hasLostTime', target: 'checking', actions: 'keepTime' },
          { guard: 'isReconcileDue', target: 'repairing', actions: 'keepTime' },
          { actions: 'keepTime' },
        ],
      },
    },
    unavailable: {
      on: {
        'enforcer.recheck': 'checking',
        tick: [{ guard: 'isRecheckDue', target: 'checking', actions: 'keepTime' }, { actions: 'keepTime' }],
      },
    },
    repairing: {
      tags: 'able',
      entry: assign({ answerBy: undefined, isDirty: false }),
      invoke: {
        id: 'reconcile',
        src: 'reconcile',
        input: ({ context }: { readonly context: EnforcerContext }) => ({ action: context.action }),
        onDone: { target: 'repaired', actions: { type: 'countRepair', params: ({ event }) => ({ repair: event.output }) } },
        onError: { target: 'repaired', actions: { type: 'countFailure', params: ({ event }) => ({ thrown: event.error }) } },
      },
      on: {
        'kernel.changed': { actions: 'markDirty' },
        'enforcer.recheck': 'checking',
        tick: [
          { guard: 'isOverdue', target: 'repaired', actions: ['keepTime', { type: 'countFailure', params: { thrown: noAnswer } }] },
          { actions: 'awaitAnswer' },
        ],
      },
    },
    repaired: {
      always: [
        {
          guard: ({ context }) => context.failuresInRow >= FAILURES_UNTIL_UNAVAILABLE,
          target: 'unavailable',
          actions: { type: 'refuse', params: ({ context }) => ({ thrown: context.lastError }) },
        },
        { guard: ({ context }) => context.isDirty, target: 'ready', actions: 'reconcileSoon' },
        { target: 'ready' },
      ],
    },
  },
});
