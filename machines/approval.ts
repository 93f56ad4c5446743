import { type AnyActorLogic, assign, emit, enqueueActions, fromPromise, setup } from 'xstate';
import type { Actor, Approval, ApprovalState, Vote } from '../src/domain/approval.ts';
import { dueReminder, lapsesAt, VIEW_GRACE_MS, VIEW_LASTS_MS } from '../src/domain/approval-time.ts';
import type { AlertId } from '../src/domain/ids.ts';
import { neededText, voteProblem, votesMissing } from '../src/domain/quorum.ts';
import { toSafe } from '../src/domain/safe-text.ts';
import { type Severity, worseOf } from '../src/domain/severity.ts';
import { failureText } from './failure-text.ts';

/** Pause before a step that failed (store full, no answer) is tried again. */
export const RETRY_AFTER_MS = 5_000;
/** News of one approval are written no more often than this. */
const NEWS_EVERY_MS = 1_000;
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
  /** Somebody is looking at it until then; forgotten over a restart. */
  readonly viewedUntil: number;
  /** What came while news were being written; heard right after that. */
  readonly deferred?: ApprovalEvent | undefined;
  /** Requests for the same that came since the last write. */
  readonly joined?: Joined | undefined;
};

/** Requests that join the question: how many, the worst severity, the latest alert. */
export type Joined = { readonly count: number; readonly severity: Severity; readonly alertId: AlertId; readonly at: number };

/** `token`: given back with a refusal, so that who asked knows it from those of others. */
type Decision = { readonly by: Actor; readonly reason: string; readonly version: number; readonly now: number; readonly token?: string | undefined };

export type ApprovalEvent =
  /** `seats`: those that this person may take. Breaking the glass does what one person may not do alone. */
  | ({ readonly type: 'decision.approve'; readonly seats?: readonly number[] | undefined; readonly isBreakGlass?: boolean | undefined } & Decision)
  | ({ readonly type: 'decision.reject' } & Decision)
  /** A guard or the target's own end makes the question moot. */
  | { readonly type: 'approval.void'; readonly reason: string; readonly now: number }
  | ({ readonly type: 'approval.joined' } & Omit<Joined, 'count'>)
  /** A person looks at it now. */
  | { readonly type: 'approval.viewed'; readonly now: number }
  | { readonly type: 'tick'; readonly now: number };

/** `votes`: this person's word does not count here, or does not have to be the only one. */
export type RefusalCode = 'stale' | 'expired' | 'decided' | 'not-saved' | 'votes';

export type ApprovalEmitted =
  /** On disk now. */
  | { readonly type: 'approval.changed'; readonly approval: Approval }
  | { readonly type: 'decision.refused'; readonly code: RefusalCode; readonly reason: string; readonly version: number; readonly token?: string | undefined };

/** What `recheck` resolves with. */
export type Recheck = { readonly isAllowed: true } | { readonly isAllowed: false; readonly outcome: 'void' | 'failed'; readonly reason: string };
/** What `reconcile` resolves with: did the interrupted action happen? */
export type Reconciliation = 'already-done' | 'not-done' | 'changed';

const stepTo = (context: ApprovalContext, state: ApprovalState, more: Partial<Approval> = {}): Partial<ApprovalContext> => ({
  next: { ...context.approval, basis: undefined, ...more, state, version: context.approval.version + 1 },
});

const decide = (context: ApprovalContext, state: 'approved' | 'rejected', decision: Decision, more: Partial<Approval> = {}): Partial<ApprovalContext> => ({
  ...stepTo(context, state, { decidedAt: decision.now, decidedBy: decision.by, reason: toSafe(decision.reason, 500), ...more }),
  now: decision.now,
});

type Approve = ApprovalEvent & { readonly type: 'decision.approve' };

const voteOf = (event: Approve): Vote => ({ by: event.by, at: event.now, reason: toSafe(event.reason, 500), seats: event.seats ?? [] });

const withVote = ({ approval }: ApprovalContext, event: Approve): Partial<Approval> =>
  approval.seats === undefined ? {} : { votes: [...(approval.votes ?? []), voteOf(event)], ...(event.isBreakGlass === true ? { isBreakGlass: true } : {}) };

/** Why this word does not count; undefined when it does. */
const problemOf = ({ approval }: ApprovalContext, event: Approve): string | undefined => {
  if (event.isBreakGlass !== true) return voteProblem(approval, voteOf(event));
  return votesMissing(approval, [voteOf(event)]) === 0 ? 'there is no glass to break: this word is all it needs' : undefined;
};

/** What is only news: it changes nothing that a decision rests on, so a decision under way stays good. */
const newsOf = ({ approval, joined }: ApprovalContext, now: number): Partial<Approval> => {
  const reminded = dueReminder(approval, now);
  return {
    ...(reminded > 0 ? { reminded } : {}),
    ...(joined === undefined
      ? {}
      : {
          count: (approval.count ?? 1) + joined.count,
          latestAlertId: joined.alertId,
          latestAt: joined.at,
          severity: worseOf(approval.severity, joined.severity),
        }),
  };
};

/** The requests of a write that failed, and those that came meanwhile. */
const backAgain = ({ approval, next, joined }: ApprovalContext): Joined | undefined => {
  const count = (next.count ?? 1) - (approval.count ?? 1);
  if (count === 0 || next.latestAlertId === undefined) return joined;
  const lost: Joined = { count, severity: next.severity, alertId: next.latestAlertId, at: next.latestAt ?? 0 };
  if (joined === undefined) return lost;
  return { ...joined, count: joined.count + count, severity: worseOf(lost.severity, joined.severity) };
};

const unanswered = ({ approval }: ApprovalContext): string =>
  (approval.votes?.length ?? 0) === 0 ? 'nobody answered in time' : `not enough people agreed in time: ${neededText(approval)} did not`;

/** Given while somebody looked at it, after its end. */
const isAfterEnd = ({ approval }: ApprovalContext): boolean => (approval.decidedAt ?? 0) >= approval.expiresAt;

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
    approve: assign(({ context, event }) => (event.type === 'decision.approve' ? decide(context, 'approved', event, withVote(context, event)) : {})),
    vote: assign(({ context, event }) =>
      event.type === 'decision.approve' ? { ...stepTo(context, 'pending', withVote(context, event)), now: event.now } : {},
    ),
    note: assign(({ context }) => ({
      ...stepTo(context, 'pending', { ...newsOf(context, context.now), basis: context.approval.basis ?? context.approval.version }),
      joined: undefined,
    })),
    join: assign(({ context, event }) => {
      if (event.type !== 'approval.joined') return {};
      const { joined } = context;
      const severity = worseOf(event.severity, joined?.severity ?? event.severity);
      return { joined: { count: (joined?.count ?? 0) + 1, severity, alertId: event.alertId, at: event.at } };
    }),
    /** What could not be written is still to be told. */
    rejoin: assign(({ context }) => ({ joined: backAgain(context) })),
    look: assign(({ event }) => (event.type === 'approval.viewed' ? { viewedUntil: event.now + VIEW_LASTS_MS } : {})),
    reject: assign(({ context, event }) => (event.type === 'decision.reject' ? decide(context, 'rejected', event) : {})),
    expire: assign(({ context }) => stepTo(context, 'expired', { decidedAt: context.now, result: unanswered(context) })),
    begin: assign(({ context }) => stepTo(context, 'executing')),
    end: assign(({ context }, params: { readonly state: ApprovalState; readonly result: string }) => ({
      ...stepTo(context, params.state, {
        result: toSafe(params.result, 500),
        ...(params.state === 'done' ? { isHeld: false } : {}),
      }),
    })),
    free: assign(({ context }) => stepTo(context, context.approval.state, { isHeld: false })),
    defer: assign(({ event }) => ({ deferred: event })),
    hear: enqueueActions(({ context, enqueue }) => {
      if (context.deferred === undefined) return;
      enqueue.raise(context.deferred);
      enqueue.assign({ deferred: undefined });
    }),
    saved: assign(({ context }) => ({ approval: context.next, tries: 0 })),
    tell: emit(({ context }) => ({ type: 'approval.changed' as const, approval: context.approval })),
    refuse: emit(({ context, event }, params: { readonly code: RefusalCode; readonly reason: string }) => ({
      type: 'decision.refused' as const,
      code: params.code,
      reason: toSafe(params.reason, 500),
      version: context.approval.version,
      ...('token' in event && event.token !== undefined ? { token: event.token } : {}),
    })),
    rest: assign(({ context }) => ({ retryAt: context.now + NEWS_EVERY_MS })),
    retryLater: assign(({ context }) => ({ tries: context.tries + 1, retryAt: context.now + RETRY_AFTER_MS })),
    noteProblem: assign((_, params: { readonly thrown: unknown }) => ({ problem: failureText(params.thrown) })),
    noteDoubt: assign((_, params: { readonly thrown: unknown }) => ({ doubt: failureText(params.thrown) })),
  },
  guards: {
    isOver: ({ context, event }) => ('now' in event ? event.now : context.now) >= lapsesAt(context.approval, context.viewedUntil),
    isTooLate: ({ context }) => context.now >= lapsesAt(context.approval, (context.approval.decidedAt ?? 0) + VIEW_GRACE_MS * Number(isAfterEnd(context))),
    isStale: ({ context, event }) =>
      'version' in event && (event.version > context.approval.version || event.version < (context.approval.basis ?? context.approval.version)),
    isNoVote: ({ context, event }) => event.type === 'decision.approve' && problemOf(context, event) !== undefined,
    isNotEnough: ({ context, event }) =>
      event.type === 'decision.approve' && event.isBreakGlass !== true && votesMissing(context.approval, [voteOf(event)]) > 0,
    hasNews: ({ context, event }) =>
      event.type === 'tick' &&
      (event.now >= context.retryAt || context.retryAt - event.now > RETRY_AFTER_MS) &&
      Object.keys(newsOf(context, event.now)).length > 0,
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
const kept = [{ guard: ({ context }: Scope) => context.deferred === undefined, actions: 'defer' }, decided] as const;
const later = { 'decision.approve': kept, 'decision.reject': kept, 'approval.void': { actions: 'defer' } } as const;
const notSaved = {
  target: 'pending',
  actions: {
    type: 'refuse',
    params: ({ event }: { readonly event: { readonly error: unknown } }) =>
      ({ code: 'not-saved', reason: `the answer could not be saved: ${failureText(event.error)}` }) as const,
  },
} as const;

/**
 * The life of one approval. Each step is on disk before anything is done about it, so that after a crash an action
 * happens exactly once or not at all. Use it through `createApprovalLogic`, which makes a restore start from the record.
 */
export const approvalMachine = approvalSetup.createMachine({
  id: 'approval',
  version: '1',
  context: ({ input }) => ({ approval: input.approval, next: input.approval, now: input.now ?? 0, tries: 0, retryAt: 0, viewedUntil: 0 }),
  output: ({ context }) => ({ approval: context.approval }),
  initial: 'waking',
  on: { tick: { actions: 'keepTime' }, 'decision.approve': decided, 'decision.reject': decided, 'approval.joined': { actions: 'join' } },
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
      entry: 'hear',
      always: { guard: 'isOver', target: 'settling', actions: 'expire' },
      on: {
        'decision.approve': [
          { guard: 'isStale', actions: stale },
          { guard: 'isOver', actions: ['keepTime', late] },
          {
            guard: 'isNoVote',
            actions: { type: 'refuse', params: ({ context, event }) => ({ code: 'votes' as const, reason: problemOf(context, event) ?? '' }) },
          },
          { guard: 'isNotEnough', target: 'voting', actions: 'vote' },
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
        'approval.viewed': { actions: ['keepTime', 'look'] },
        tick: [{ guard: 'hasNews', target: 'noting', actions: ['keepTime', 'note'] }, { actions: 'keepTime' }],
      },
    },
    /** News for who decides: a reminder that is due, requests that joined. Not on disk, it is tried again later. */
    noting: {
      on: later,
      invoke: {
        src: 'persist',
        input: written,
        onDone: { target: 'pending', actions: ['saved', 'rest', 'tell'] },
        onError: { target: 'pending', actions: ['rejoin', 'retryLater'] },
      },
    },
    /** One of several persons agreed; on disk before it counts. */
    voting: {
      on: later,
      invoke: { src: 'persist', input: written, onDone: { target: 'pending', actions: ['saved', 'tell'] }, onError: notSaved },
    },
    /** A person's answer goes to disk; without that it was not given. */
    approving: {
      invoke: {
        src: 'persist',
        input: written,
        onDone: { target: 'answered', actions: ['saved', 'tell'] },
        onError: notSaved,
      },
    },
    answered: { always: [{ guard: { type: 'isIn', params: { state: 'approved' } }, target: 'rechecking' }, { target: 'closing' }] },
    /** Approved before a crash: too old an answer is not acted on. */
    resuming: {
      always: [
        {
          guard: 'isTooLate',
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
