import { type AnyActorLogic, assign, emit, fromPromise, setup } from 'xstate';
import type { Actor, Approval, ApprovalState } from '../src/domain/approval.ts';
import { toSafe } from '../src/domain/safe-text.ts';
import { failureText } from './failure-text.ts';

/** Pause before a step that failed (store full, no answer) is tried again. */
export const RETRY_AFTER_MS = 5_000;
/** So often it is asked whether an interrupted action happened, or a held target is resumed, before it is given up. */
export const MAX_TRIES = 5;

/** `now` is left out for what comes back from a snapshot: then nothing happens before the first tick tells the time. */
export type ApprovalInput = { readonly approval: Approval; readonly now?: number | undefined };

export type ApprovalContext = {
  /** As it is on disk. */
  readonly approval: Approval;
  /** As it is being written. */
  readonly next: Approval;
  readonly now: number;
  readonly tries: number;
  readonly retryAt: number;
  /** Why `execute` could not say how it went. */
  readonly problem?: string | undefined;
  /** Why `reconcile` could not say whether it happened. */
  readonly doubt?: string | undefined;
  /** Share of the waiting time of which people were reminded: 0, 0.5 or 0.8. */
  readonly reminded: number;
};

type Decision = { readonly by: Actor; readonly reason: string; readonly version: number; readonly now: number };

export type ApprovalEvent =
  | ({ readonly type: 'decision.approve' } & Decision)
  | ({ readonly type: 'decision.reject' } & Decision)
  /** A guard or the target's own end makes the question moot. */
  | { readonly type: 'approval.void'; readonly reason: string; readonly now: number }
  | { readonly type: 'tick'; readonly now: number };

export type ApprovalEmitted =
  /** On disk now. */
  | { readonly type: 'approval.changed'; readonly approval: Approval }
  | { readonly type: 'decision.refused'; readonly code: 'stale' | 'expired' | 'decided' | 'not-saved'; readonly reason: string; readonly version: number }
  | { readonly type: 'approval.reminder'; readonly approval: Approval; readonly share: number };

/** What `recheck` resolves with. */
export type Recheck = { readonly isAllowed: true } | { readonly isAllowed: false; readonly outcome: 'void' | 'failed'; readonly reason: string };
/** What `reconcile` resolves with: did the interrupted action happen? */
export type Reconciliation = 'already-done' | 'not-done' | 'changed';

const REMINDERS = [0.8, 0.5];

const stepTo = (context: ApprovalContext, state: ApprovalState, more: Partial<Approval> = {}): Partial<ApprovalContext> => ({
  next: { ...context.approval, ...more, state, version: context.approval.version + 1 },
});

const decide = (context: ApprovalContext, state: 'approved' | 'rejected', decision: Decision): Partial<ApprovalContext> => ({
  ...stepTo(context, state, { decidedAt: decision.now, decidedBy: decision.by, reason: toSafe(decision.reason, 500) }),
  now: decision.now,
});

const dueReminder = (context: ApprovalContext, now: number): number => {
  const { createdAt, expiresAt } = context.approval;
  if (now >= expiresAt) return 0;
  return REMINDERS.find((share) => share > context.reminded && now >= createdAt + (expiresAt - createdAt) * share) ?? 0;
};

const notProvided = (name: string): AnyActorLogic => fromPromise(() => Promise.reject(new Error(`no ${name} was provided`)));

const approvalSetup = setup({
  types: { context: {} as ApprovalContext, events: {} as ApprovalEvent, emitted: {} as ApprovalEmitted, input: {} as ApprovalInput },
  actors: {
    // Input: the Approval to write. Resolves when it is on disk; rejects when the stored version is not the one before.
    persist: notProvided('persist'),
    // Input: the Approval. All guards once more; resolves with a Recheck. A rejection counts as a veto.
    recheck: notProvided('recheck'),
    // Input: the Approval. Resolves with `{ isDone, result }`; after a rejection `reconcile` is asked what happened.
    execute: notProvided('execute'),
    // Input: the Approval. Resolves with a Reconciliation.
    reconcile: notProvided('reconcile'),
    // Input: the Approval. Lets a held target go; resolves when it runs again or is gone.
    release: notProvided('release'),
  },
  actions: {
    keepTime: assign(({ event }) => ('now' in event ? { now: event.now } : {})),
    approve: assign(({ context, event }) => (event.type === 'decision.approve' ? decide(context, 'approved', event) : {})),
    reject: assign(({ context, event }) => (event.type === 'decision.reject' ? decide(context, 'rejected', event) : {})),
    expire: assign(({ context }) => stepTo(context, 'expired', { decidedAt: context.now, result: 'nobody answered in time' })),
    begin: assign(({ context }) => stepTo(context, 'executing')),
    end: assign(({ context }, params: { readonly state: ApprovalState; readonly result: string }) => ({
      ...stepTo(context, params.state, {
        result: toSafe(params.result, 500),
        ...(params.state === 'done' ? { isHeld: false } : {}),
      }),
    })),
    free: assign(({ context }) => stepTo(context, context.approval.state, { isHeld: false })),
    saved: assign(({ context }) => ({ approval: context.next, tries: 0 })),
    tell: emit(({ context }) => ({ type: 'approval.changed' as const, approval: context.approval })),
    refuse: emit(({ context }, params: { readonly code: 'stale' | 'expired' | 'decided' | 'not-saved'; readonly reason: string }) => ({
      type: 'decision.refused' as const,
      code: params.code,
      reason: toSafe(params.reason, 500),
      version: context.approval.version,
    })),
    remind: emit(({ context }) => ({ type: 'approval.reminder' as const, approval: context.approval, share: context.reminded })),
    noteReminder: assign(({ context, event }) => (event.type === 'tick' ? { reminded: dueReminder(context, event.now) } : {})),
    retryLater: assign(({ context }) => ({ tries: context.tries + 1, retryAt: context.now + RETRY_AFTER_MS })),
    noteProblem: assign((_, params: { readonly thrown: unknown }) => ({ problem: failureText(params.thrown) })),
    noteDoubt: assign((_, params: { readonly thrown: unknown }) => ({ doubt: failureText(params.thrown) })),
  },
  guards: {
    isOver: ({ context, event }) => ('now' in event ? event.now : context.now) >= context.approval.expiresAt,
    isStale: ({ context, event }) => 'version' in event && event.version !== context.approval.version,
    isReminderDue: ({ context, event }) => event.type === 'tick' && dueReminder(context, event.now) > 0,
    // A clock that was set back must not stretch the pause.
    isRetryDue: ({ context, event }) => event.type === 'tick' && (event.now >= context.retryAt || context.retryAt - event.now > RETRY_AFTER_MS),
    isGivenUp: ({ context }) => context.tries >= MAX_TRIES,
    isIn: ({ context }, params: { readonly state: ApprovalState }) => context.approval.state === params.state,
    isHeld: ({ context }) => context.approval.isHeld,
    hasProblem: ({ context }) => context.problem !== undefined,
    isAllowed: (_, params: { readonly answer: Recheck }) => params.answer.isAllowed,
    isAnswer: (_, params: { readonly answer: Reconciliation; readonly is: Reconciliation }) => params.answer === params.is,
  },
});

type Scope = { readonly context: ApprovalContext };
const written = ({ context }: Scope) => context.next;
const current = ({ context }: Scope) => context.approval;
const stale = { type: 'refuse', params: { code: 'stale', reason: 'it changed in the meantime' } } as const;
const late = { type: 'refuse', params: { code: 'expired', reason: 'the time to answer is over' } } as const;
const decided = { actions: { type: 'refuse', params: { code: 'decided', reason: 'it is already decided' } } } as const;

/**
 * The life of one approval. Each step is on disk before anything is done about it, so that after a crash an action
 * happens exactly once or not at all. Use it through `createApprovalLogic`, which makes a restore start from the record.
 */
export const approvalMachine = approvalSetup.createMachine({
  id: 'approval',
  version: '1',
  context: ({ input }) => ({ approval: input.approval, next: input.approval, now: input.now ?? 0, tries: 0, retryAt: 0, reminded: 0 }),
  output: ({ context }) => ({ approval: context.approval }),
  initial: 'waking',
  on: { tick: { actions: 'keepTime' }, 'decision.approve': decided, 'decision.reject': decided },
  states: {
    waking: {
      always: { guard: ({ context }) => context.now > 0, target: 'routing' },
      on: {
        tick: { target: 'routing', actions: 'keepTime' },
        'decision.approve': { actions: { type: 'refuse', params: { code: 'not-saved', reason: 'it is still being looked up' } } },
        'decision.reject': { actions: { type: 'refuse', params: { code: 'not-saved', reason: 'it is still being looked up' } } },
      },
    },
    routing: {
      always: [
        { guard: { type: 'isIn', params: { state: 'executing' } }, target: 'reconciling' },
        { guard: { type: 'isIn', params: { state: 'approved' } }, target: 'resuming' },
        { guard: { type: 'isIn', params: { state: 'pending' } }, target: 'pending' },
        { target: 'closing' },
      ],
    },
    pending: {
      always: { guard: 'isOver', target: 'settling', actions: 'expire' },
      on: {
        'decision.approve': [
          { guard: 'isStale', actions: stale },
          { guard: 'isOver', actions: ['keepTime', late] },
          { target: 'approving', actions: 'approve' },
        ],
        'decision.reject': [
          { guard: 'isStale', actions: stale },
          { guard: 'isOver', actions: ['keepTime', late] },
          { target: 'approving', actions: 'reject' },
        ],
        'approval.void': {
          target: 'settling',
          actions: ['keepTime', { type: 'end', params: ({ event }) => ({ state: 'void', result: event.reason }) }],
        },
        tick: [{ guard: 'isReminderDue', actions: ['keepTime', 'noteReminder', 'remind'] }, { actions: 'keepTime' }],
      },
    },
    /** A person's answer goes to disk; without that it was not given. */
    approving: {
      invoke: {
        src: 'persist',
        input: written,
        onDone: { target: 'answered', actions: ['saved', 'tell'] },
        onError: {
          target: 'pending',
          actions: { type: 'refuse', params: ({ event }) => ({ code: 'not-saved', reason: `the answer could not be saved: ${failureText(event.error)}` }) },
        },
      },
    },
    answered: { always: [{ guard: { type: 'isIn', params: { state: 'approved' } }, target: 'rechecking' }, { target: 'closing' }] },
    /** Approved before a crash: too old an answer is not acted on. */
    resuming: {
      always: [
        {
          guard: 'isOver',
          target: 'settling',
          actions: { type: 'end', params: { state: 'void', result: 'it was approved, but its time was over before it could start' } },
        },
        { target: 'rechecking' },
      ],
    },
    rechecking: {
      tags: 'busy',
      invoke: {
        src: 'recheck',
        input: current,
        onDone: [
          { guard: { type: 'isAllowed', params: ({ event }) => ({ answer: event.output }) }, target: 'allowed' },
          {
            target: 'settling',
            actions: { type: 'end', params: ({ event }) => ({ state: event.output.outcome, result: event.output.reason }) },
          },
        ],
        onError: {
          target: 'settling',
          actions: { type: 'end', params: ({ event }) => ({ state: 'failed', result: `the guards could not be asked: ${failureText(event.error)}` }) },
        },
      },
    },
    allowed: {
      always: [
        { guard: { type: 'isIn', params: { state: 'executing' } }, target: 'acting' },
        { target: 'beginning', actions: 'begin' },
      ],
    },
    /** The intent goes to disk before the act. */
    beginning: {
      tags: 'busy',
      invoke: {
        src: 'persist',
        input: written,
        onDone: { target: 'acting', actions: ['saved', 'tell'] },
        onError: { target: 'held-up', actions: 'retryLater' },
      },
    },
    'held-up': { on: { tick: [{ guard: 'isRetryDue', target: 'resuming', actions: 'keepTime' }, { actions: 'keepTime' }] } },
    acting: {
      tags: 'busy',
      invoke: {
        src: 'execute',
        input: current,
        onDone: {
          target: 'settling',
          actions: { type: 'end', params: ({ event }) => ({ state: event.output.isDone ? 'done' : 'failed', result: event.output.result }) },
        },
        onError: { target: 'reconciling', actions: { type: 'noteProblem', params: ({ event }) => ({ thrown: event.error }) } },
      },
    },
    reconciling: {
      tags: 'busy',
      invoke: {
        src: 'reconcile',
        input: current,
        onDone: [
          {
            guard: { type: 'isAnswer', params: ({ event }) => ({ answer: event.output, is: 'already-done' }) },
            target: 'settling',
            actions: { type: 'end', params: { state: 'done', result: 'it had taken effect, as a check afterwards found' } },
          },
          { guard: { type: 'isAnswer', params: ({ event }) => ({ answer: event.output, is: 'not-done' }) }, target: 'undone' },
          { target: 'settling', actions: { type: 'end', params: { state: 'void', result: 'the target is no longer what was approved' } } },
        ],
        onError: { target: 'unsure', actions: ['retryLater', { type: 'noteDoubt', params: ({ event }) => ({ thrown: event.error }) }] },
      },
    },
    /** It did not happen: after an error that is the end, after a crash it is done now, if there is still time. */
    undone: {
      always: [
        {
          guard: 'hasProblem',
          target: 'settling',
          actions: { type: 'end', params: ({ context }) => ({ state: 'failed', result: `it was not done: ${context.problem}` }) },
        },
        { target: 'resuming' },
      ],
    },
    unsure: {
      always: {
        guard: 'isGivenUp',
        target: 'settling',
        actions: { type: 'end', params: ({ context }) => ({ state: 'failed', result: `it is unknown whether it was done: ${context.doubt}` }) },
      },
      on: { tick: [{ guard: 'isRetryDue', target: 'reconciling', actions: 'keepTime' }, { actions: 'keepTime' }] },
    },
    /** How it ended goes to disk; tried until it is there. */
    settling: {
      tags: 'busy',
      invoke: {
        src: 'persist',
        input: written,
        onDone: { target: 'closing', actions: ['saved', 'tell'] },
        onError: { target: 'unsaved', actions: 'retryLater' },
      },
    },
    unsaved: { on: { tick: [{ guard: 'isRetryDue', target: 'settling', actions: 'keepTime' }, { actions: 'keepTime' }] } },
    /** Nothing stays suspended without a living approval. */
    closing: { always: [{ guard: 'isHeld', target: 'releasing' }, { target: 'finished' }] },
    releasing: {
      tags: 'busy',
      invoke: {
        src: 'release',
        input: current,
        onDone: { target: 'freeing', actions: 'free' },
        onError: { target: 'still-held', actions: 'retryLater' },
      },
    },
    'still-held': {
      always: { guard: 'isGivenUp', target: 'finished' },
      on: { tick: [{ guard: 'isRetryDue', target: 'releasing', actions: 'keepTime' }, { actions: 'keepTime' }] },
    },
    freeing: {
      tags: 'busy',
      invoke: {
        src: 'persist',
        input: written,
        onDone: { target: 'finished', actions: ['saved', 'tell'] },
        onError: { target: 'unfreed', actions: 'retryLater' },
      },
    },
    unfreed: { on: { tick: [{ guard: 'isRetryDue', target: 'freeing', actions: 'keepTime' }, { actions: 'keepTime' }] } },
    finished: { type: 'final' },
  },
});
