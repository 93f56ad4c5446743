import { assign, setup } from 'xstate';

/** Without the daemon for this long, what is on the screen counts as old (ms). */
export const STALE_AFTER_MS = 15_000;

export type ConnectionContext = {
  /** Wall-clock ms at which the present condition began; a failed attempt does not start it anew. */
  readonly since: number;
  readonly attempt: number;
  readonly reason: string;
};

export type ConnectionEvent =
  | { readonly type: 'link.opening'; readonly at: number }
  | { readonly type: 'link.opened'; readonly at: number }
  | { readonly type: 'link.lost'; readonly at: number; readonly attempt: number; readonly reason: string }
  | { readonly type: 'clock.ticked'; readonly now: number };

/**
 * A client's link to the daemon. Only `live` allows decisions; `stale` is reached by a tick, never by a timer, and is left by
 * `link.opened` alone.
 */
export const connectionMachine = setup({
  types: {
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    input: {} as { readonly now: number },
  },
  guards: {
    isTooLong: ({ context, event }) => event.type === 'clock.ticked' && event.now - context.since >= STALE_AFTER_MS,
  },
  actions: {
    open: assign(({ context, event }) => (event.type === 'link.opened' ? { since: event.at, attempt: 0, reason: '' } : context)),
    lose: assign(({ context, event }) => (event.type === 'link.lost' ? { since: event.at, attempt: event.attempt, reason: event.reason } : context)),
    fail: assign(({ context, event }) => (event.type === 'link.lost' ? { ...context, attempt: event.attempt, reason: event.reason } : context)),
  },
}).createMachine({
  id: 'connection',
  initial: 'connecting',
  context: ({ input }) => ({ since: input.now, attempt: 0, reason: '' }),
  on: { 'link.opened': { target: '.live', actions: 'open' } },
  states: {
    connecting: {
      on: {
        'link.lost': { target: 'reconnecting', actions: 'fail' },
        'clock.ticked': { target: 'stale', guard: 'isTooLong' },
      },
    },
    live: {
      on: { 'link.opened': {}, 'link.lost': { target: 'reconnecting', actions: 'lose' } },
    },
    reconnecting: {
      on: {
        'link.lost': { actions: 'fail' },
        'clock.ticked': { target: 'stale', guard: 'isTooLong' },
      },
    },
    stale: {
      on: { 'link.lost': { actions: 'fail' } },
    },
  },
});
