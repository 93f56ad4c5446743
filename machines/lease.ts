import { assign, setup, transition } from 'xstate';
import { LEASE_STATES, type Lease } from '../src/domain/lease.ts';
import { toSafe } from '../src/domain/safe-text.ts';

/** What can happen to a lease. `now` is wall-clock ms; `tick` ends what has run out. */
export type LeaseEvent =
  | { readonly type: 'lease.applied'; readonly now: number }
  | { readonly type: 'lease.failed'; readonly reason: string; readonly now: number }
  /** A longer end, or undefined for no end. A shorter one changes nothing. */
  | { readonly type: 'lease.extended'; readonly expiresAt: number | undefined; readonly now: number }
  | { readonly type: 'lease.undone'; readonly reason: string; readonly now: number }
  | { readonly type: 'tick'; readonly now: number };

const leaseSetup = setup({
  types: { context: {} as Lease, events: {} as LeaseEvent, input: {} as Lease },
  actions: {
    end: assign(({ event }) => ({ endedAt: event.now, endedBecause: toSafe('reason' in event ? event.reason : 'expired', 500) })),
    extend: assign(({ event }) => (event.type === 'lease.extended' ? { expiresAt: event.expiresAt } : {})),
  },
  guards: {
    isOver: ({ context, event }) => context.expiresAt !== undefined && event.now >= context.expiresAt,
    isLonger: ({ context, event }) =>
      event.type === 'lease.extended' && context.expiresAt !== undefined && (event.expiresAt === undefined || event.expiresAt > context.expiresAt),
  },
});

/** The life of an action in force. Not run as an actor: rows are driven through it by `nextLease`. */
export const leaseMachine = leaseSetup.createMachine({
  id: 'lease',
  context: ({ input }) => input,
  initial: 'intended',
  states: {
    intended: {
      on: {
        'lease.applied': 'active',
        'lease.failed': { target: 'failed', actions: 'end' },
        'lease.undone': { target: 'ended', actions: 'end' },
      },
    },
    active: {
      on: {
        'lease.failed': { target: 'failed', actions: 'end' },
        'lease.undone': { target: 'ended', actions: 'end' },
        'lease.extended': { guard: 'isLonger', actions: 'extend' },
        tick: { guard: 'isOver', target: 'ended', actions: 'end' },
      },
    },
    ended: {},
    failed: {},
  },
});

/** The lease after the event. The very same object when the event changes nothing in its state. */
export const nextLease = (lease: Lease, event: LeaseEvent): Lease => {
  const [after] = transition(leaseMachine, leaseMachine.resolveState({ value: lease.state, context: lease }), event);
  const state = LEASE_STATES.find((name) => after.matches(name)) ?? lease.state;
  return state === lease.state && after.context === lease ? lease : { ...after.context, state };
};

/** The leases that run out at `now`, ended. Only these go through the machine: driving all of 20,000 would hold up the daemon. */
export const endDue = (leases: Iterable<Lease>, now: number): readonly Lease[] => {
  const ended: Lease[] = [];
  for (const lease of leases) {
    if (lease.state === 'active' && lease.expiresAt !== undefined && now >= lease.expiresAt) ended.push(nextLease(lease, { type: 'tick', now }));
  }
  return ended;
};
