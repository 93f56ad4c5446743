import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endDue, type LeaseEvent, leaseMachine, nextLease } from '../../machines/lease.ts';
import { asId } from '../../src/domain/ids.ts';
import { LEASE_STATES, type Lease } from '../../src/domain/lease.ts';
import { restingStates } from './table.ts';

const lease: Lease = {
  id: asId('01J0000000000000000000LEAS'),
  actionId: asId('01J0000000000000000000ACTN'),
  alertId: undefined,
  module: 'auth_fortress',
  action: 'block_ip',
  target: { kind: 'ip', address: '203.0.113.7' },
  state: 'intended',
  createdAt: 1_000,
  expiresAt: 10_000,
};
const events: { readonly [name: string]: LeaseEvent } = {
  applied: { type: 'lease.applied', now: 2_000 },
  failed: { type: 'lease.failed', reason: 'nft said\u001b no', now: 2_000 },
  longer: { type: 'lease.extended', expiresAt: 20_000, now: 2_000 },
  shorter: { type: 'lease.extended', expiresAt: 5_000, now: 2_000 },
  'without end': { type: 'lease.extended', expiresAt: undefined, now: 2_000 },
  undone: { type: 'lease.undone', reason: 'by ops', now: 3_000 },
  'early tick': { type: 'tick', now: 9_999 },
  'due tick': { type: 'tick', now: 10_000 },
};
const leads: { readonly [state in Lease['state']]: { readonly [event: string]: Partial<Lease> } } = {
  intended: {
    applied: { state: 'active' },
    failed: { state: 'failed', endedAt: 2_000, endedBecause: 'nft said␛ no' },
    undone: { state: 'ended', endedAt: 3_000, endedBecause: 'by ops' },
  },
  active: {
    failed: { state: 'failed', endedAt: 2_000, endedBecause: 'nft said␛ no' },
    longer: { state: 'active', expiresAt: 20_000 },
    'without end': { state: 'active', expiresAt: undefined },
    undone: { state: 'ended', endedAt: 3_000, endedBecause: 'by ops' },
    'due tick': { state: 'ended', endedAt: 10_000, endedBecause: 'expired' },
  },
  ended: {},
  failed: {},
};

describe('a lease', () => {
  test('has exactly the states of the record', () => {
    expect([...restingStates(leaseMachine)].sort()).toEqual([...LEASE_STATES].sort());
  });

  const table = LEASE_STATES.flatMap((state) => Object.keys(events).map((event) => ({ state, event, change: leads[state][event] })));
  test.each(table)('$state + $event', ({ state, event, change }) => {
    const before = { ...lease, state };
    const after = nextLease(before, events[event] ?? { type: 'tick', now: 0 });
    if (change === undefined) expect(after).toBe(before);
    else expect(after).toEqual({ ...before, ...change });
  });

  test('without an end never ends by itself, and cannot be given one by an extension', () => {
    const forever: Lease = { ...lease, state: 'active', expiresAt: undefined };
    expect(nextLease(forever, { type: 'tick', now: Number.MAX_SAFE_INTEGER })).toBe(forever);
    expect(nextLease(forever, { type: 'lease.extended', expiresAt: 5, now: 1 })).toBe(forever);
  });

  test('is found and ended when it is due, among 20,000 that are not, without touching those', () => {
    const many = Array.from({ length: 20_000 }, (_, index): Lease => ({ ...lease, id: asId(`L${index}`), state: 'active', expiresAt: 10_000 + index }));
    expect(endDue([lease, { ...lease, state: 'active', expiresAt: undefined }, ...many], 9_999)).toEqual([]);
    const ended = endDue(many, 10_001);
    expect(ended.map(({ id, state, endedAt }) => [id, state, endedAt])).toEqual([
      ['L0', 'ended', 10_001],
      ['L1', 'ended', 10_001],
    ]);
  });

  test('survives JSON between any two events, never gets shorter, and never comes back once it is over', () => {
    const event = fc.oneof(
      fc.constantFrom(...Object.values(events)),
      fc.record({ type: fc.constant('lease.extended' as const), expiresAt: fc.nat(50_000), now: fc.nat(50_000) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (story) => {
        let current: Lease = lease;
        for (const one of story) {
          const stored: Lease = JSON.parse(JSON.stringify(current));
          const next = nextLease(stored, one);
          expect(JSON.stringify(next)).toBe(JSON.stringify(nextLease(current, one)));
          if (current.state === 'ended' || current.state === 'failed') expect(next).toBe(stored);
          expect(next.expiresAt ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(current.expiresAt ?? Number.POSITIVE_INFINITY);
          current = next;
        }
      }),
    );
  });
});
