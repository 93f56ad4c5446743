import { type AnyActorLogic, assign, fromPromise, setup } from 'xstate';
import { deadlineOf } from './deadline.ts';
import { failureText } from './failure-text.ts';

/** First pause after a failure; it doubles with each further one up to the longest. */
export const FIRST_PAUSE_MS = 1000;
export const LONGEST_PAUSE_MS = 300_000;
/** So many failures in a row and the endpoint counts as broken: it is left alone at least this long, then tried once. */
export const FAILURES_UNTIL_BROKEN = 5;
export const BROKEN_PAUSE_MS = 60_000;
/** A receiver may ask for a longer pause than ours, up to this. */
export const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** With nothing to send the outbox is looked at this often, whatever was told or not. */
export const LOOK_EVERY_MS = 30_000;
/** A step without an answer by then has failed. */
export const ANSWER_WITHIN_MS = 30_000;

export type DeliveryInput = { readonly endpoint: string; readonly maxAttempts: number };

export type DeliveryContext = DeliveryInput & {
  readonly now: number;
  readonly nextAt?: number | undefined;
  readonly answerBy?: number | undefined;
  readonly failuresInRow: number;
  /** Since the daemon first knew the endpoint. */
  readonly delivered: number;
  readonly dead: number;
  /** The delivery that is to be given up, and why. */
  readonly dying?: { readonly id: string; readonly reason: string } | undefined;
  /** Why the last attempt failed; empty when it did not. */
  readonly detail: string;
  /** Something was queued while a step ran. */
  readonly isDirty: boolean;
};

/** What `deliver` resolves with. `dice` is a random number from 0 to 1: chance comes from outside. */
export type DeliveryReply =
  | { readonly kind: 'empty' }
  /** A digest that still gathers: its end, wall-clock ms. */
  | { readonly kind: 'later'; readonly at: number }
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'failed';
      readonly id: string;
      readonly attempts: number;
      /** When it failed, wall-clock ms: pauses count from then. */
      readonly at: number;
      /** The receiver will never take it: no further attempt. */
      readonly isFinal: boolean;
      readonly reason: string;
      readonly retryAfterMs?: number | undefined;
      readonly dice: number;
    };

export type DeliveryEvent =
  | { readonly type: 'outbox.changed' }
  /** An operator's word: no more waiting. */
  | { readonly type: 'delivery.retry' }
  | { readonly type: 'tick'; readonly now: number };

/** Pause before the next attempt after `failures` in a row, ms: between half and all of an exponential, so that senders spread out. */
export const pauseMs = (failures: number, dice: number, retryAfterMs = 0): number => {
  const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1));
  const jittered = whole / 2 + (whole / 2) * Math.min(1, Math.max(0, dice));
  const floor = failures >= FAILURES_UNTIL_BROKEN ? BROKEN_PAUSE_MS : 0;
  return Math.round(Math.max(jittered, floor, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS)));
};

const isDue = ({ nextAt }: DeliveryContext, now: number): boolean => nextAt === undefined || now >= nextAt || nextAt - now > LONGEST_RETRY_AFTER_MS;

type Failure = { readonly reason: string; readonly dice: number; readonly at?: number | undefined; readonly retryAfterMs?: number | undefined };

const answerDeadline = (context: DeliveryContext, now: number): number =>
  deadlineOf({ at: context.answerBy, before: context.now, now, waitMs: ANSWER_WITHIN_MS });

const failed = (context: DeliveryContext, reason: string, dice: number, at: number, retryAfterMs?: number): Partial<DeliveryContext> => ({
  failuresInRow: context.failuresInRow + 1,
  detail: failureText(reason),
  nextAt: at + pauseMs(context.failuresInRow + 1, dice, retryAfterMs),
});

const notProvided = (name: string): AnyActorLogic => fromPromise(() => Promise.reject(new Error(`no ${name} was provided`)));

const deliverySetup = setup({
  types: { context: {} as DeliveryContext, events: {} as DeliveryEvent, input: {} as DeliveryInput },
  actors: {
    // Input `{ endpoint }`: sends the oldest delivery and records it as done. Resolves with a DeliveryReply.
    deliver: notProvided('deliver'),
    // Input `{ endpoint, id, reason }`: moves it to the dead letters.
    bury: notProvided('bury'),
  },
  actions: {
    keepTime: assign(({ event }) => (event.type === 'tick' ? { now: event.now } : {})),
    awaitAnswer: assign(({ context, event }) => (event.type === 'tick' ? { now: event.now, answerBy: answerDeadline(context, event.now) } : {})),
    markDirty: assign({ isDirty: true }),
    rest: assign(({ context }) => ({ nextAt: context.now + LOOK_EVERY_MS })),
    restUntil: assign(({ context }, params: { readonly at: number }) => ({ nextAt: Math.min(params.at, context.now + LONGEST_RETRY_AFTER_MS) })),
    noteDelivered: assign(({ context }) => ({ failuresInRow: 0, delivered: context.delivered + 1, detail: '' })),
    noteDying: assign((_, params: { readonly id: string; readonly reason: string }) => ({ dying: { id: params.id, reason: failureText(params.reason) } })),
    noteFailure: assign(({ context }, params: Failure) => failed(context, params.reason, params.dice, params.at ?? context.now, params.retryAfterMs)),
    noteBug: assign(({ context }, params: { readonly thrown: unknown }) => failed(context, failureText(params.thrown), 1, context.now)),
    noteDead: assign(({ context }) => ({ dead: context.dead + 1, detail: context.dying?.reason ?? '', dying: undefined })),
  },
  guards: {
    isDue: ({ context, event }) => event.type === 'tick' && isDue(context, event.now),
    isOverdue: ({ context, event }) => event.type === 'tick' && event.now >= answerDeadline(context, event.now),
    isBroken: ({ context }) => context.failuresInRow >= FAILURES_UNTIL_BROKEN,
    isReply: (_, params: { readonly reply: DeliveryReply; readonly kind: DeliveryReply['kind'] }) => params.reply.kind === params.kind,
    isGivenUp: ({ context }, params: { readonly reply: DeliveryReply }) =>
      params.reply.kind === 'failed' && (params.reply.isFinal || params.reply.attempts >= context.maxAttempts),
  },
});

const failureOf = (reply: DeliveryReply): Failure & { readonly id: string } => (reply.kind === 'failed' ? reply : { id: '', reason: 'no answer', dice: 1 });

const noAnswer = { type: 'noteFailure', params: { reason: `no answer within ${ANSWER_WITHIN_MS / 1000} s`, dice: 1 } } as const;

/**
 * One endpoint and its deliveries, strictly in order, each until it arrives or is given up. A receiver that is slow or gone
 * costs nobody else anything: each endpoint has such a machine of its own.
 */
export const deliveryMachine = deliverySetup.createMachine({
  id: 'delivery',
  version: '1',
  context: ({ input }) => ({ ...input, now: 0, failuresInRow: 0, delivered: 0, dead: 0, detail: '', isDirty: false }),
  initial: 'idle',
  on: { tick: { actions: 'keepTime' } },
  states: {
    idle: {
      on: {
        'outbox.changed': 'sending',
        'delivery.retry': 'sending',
        tick: [{ guard: 'isDue', target: 'sending', actions: 'keepTime' }, { actions: 'keepTime' }],
      },
    },
    sending: {
      tags: 'busy',
      entry: assign({ answerBy: undefined, isDirty: false }),
      invoke: {
        id: 'deliver',
        src: 'deliver',
        input: ({ context }: { readonly context: DeliveryContext }) => ({ endpoint: context.endpoint }),
        onDone: [
          { guard: { type: 'isReply', params: ({ event }) => ({ reply: event.output, kind: 'delivered' }) }, target: 'more', actions: 'noteDelivered' },
          { guard: { type: 'isReply', params: ({ event }) => ({ reply: event.output, kind: 'empty' }) }, target: 'done', actions: 'rest' },
          {
            guard: { type: 'isReply', params: ({ event }) => ({ reply: event.output, kind: 'later' }) },
            target: 'done',
            actions: { type: 'restUntil', params: ({ event }) => ({ at: event.output.at }) },
          },
          {
            guard: { type: 'isGivenUp', params: ({ event }) => ({ reply: event.output }) },
            target: 'burying',
            actions: [
              { type: 'noteFailure', params: ({ event }) => failureOf(event.output) },
              { type: 'noteDying', params: ({ event }) => failureOf(event.output) },
            ],
          },
          { target: 'failing', actions: { type: 'noteFailure', params: ({ event }) => failureOf(event.output) } },
        ],
        onError: { target: 'failing', actions: { type: 'noteBug', params: ({ event }) => ({ thrown: event.error }) } },
      },
      on: {
        'outbox.changed': { actions: 'markDirty' },
        'delivery.retry': { actions: 'markDirty' },
        tick: [{ guard: 'isOverdue', target: 'failing', actions: ['keepTime', noAnswer] }, { actions: 'awaitAnswer' }],
      },
    },
    more: { always: 'sending' },
    done: { always: [{ guard: ({ context }) => context.isDirty, target: 'sending' }, { target: 'idle' }] },
    failing: { always: [{ guard: 'isBroken', target: 'broken' }, { target: 'waiting' }] },
    waiting: {
      on: {
        'delivery.retry': 'sending',
        tick: [{ guard: 'isDue', target: 'sending', actions: 'keepTime' }, { actions: 'keepTime' }],
      },
    },
    /** The circuit is open: one attempt after each pause, until one arrives. */
    broken: {
      on: {
        'delivery.retry': 'sending',
        tick: [{ guard: 'isDue', target: 'sending', actions: 'keepTime' }, { actions: 'keepTime' }],
      },
    },
    burying: {
      tags: 'busy',
      entry: assign({ answerBy: undefined }),
      invoke: {
        id: 'bury',
        src: 'bury',
        input: ({ context }: { readonly context: DeliveryContext }) => ({ endpoint: context.endpoint, ...context.dying }),
        onDone: { target: 'buried', actions: 'noteDead' },
        onError: { target: 'failing', actions: { type: 'noteBug', params: ({ event }) => ({ thrown: event.error }) } },
      },
      on: { tick: [{ guard: 'isOverdue', target: 'failing', actions: ['keepTime', noAnswer] }, { actions: 'awaitAnswer' }] },
    },
    /** What it refused says nothing about the next one, but a receiver that does not answer at all is left in peace. */
    buried: { always: [{ guard: 'isBroken', target: 'broken' }, { target: 'sending' }] },
  },
});
