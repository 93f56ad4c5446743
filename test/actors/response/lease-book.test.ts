import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLeaseBook } from '../../../src/actors/response/lease-book.ts';
import { targetKey } from '../../../src/domain/action.ts';
import type { Lease } from '../../../src/domain/lease.ts';
import { LEASE_STATES } from '../../../src/domain/lease.ts';
import { START, sampleLease } from '../../store/store-fixtures.ts';

const one = sampleLease(1);

describe('the leases in force', () => {
  test('are found by action and target, and by the id of their action', () => {
    const book = createLeaseBook([one, sampleLease(2)]);
    expect(book.find('block_ip', { kind: 'ip', address: '198.51.0.1' })).toEqual(one);
    expect(book.find('drop_connection', one.target)).toBeUndefined();
    expect(book.byActionId(one.actionId)).toEqual(one);
    expect(book.liveOf('drop_connection')).toEqual([]);
    expect(book.count('block_ip')).toBe(2);
  });

  test.each(['ended', 'failed'] as const)('leave when they are %s', (state) => {
    const book = createLeaseBook([one]);
    book.set({ ...one, state });
    expect(book.live()).toEqual([]);
    expect(book.find('block_ip', one.target)).toBeUndefined();
    expect(book.count('block_ip')).toBe(0);
    book.set({ ...one, state });
    expect(book.count('block_ip')).toBe(0);
  });

  test('count while they are only intended: what was promised is not promised twice', () => {
    const book = createLeaseBook([]);
    book.set({ ...one, state: 'intended' });
    expect(book.find('block_ip', one.target)?.state).toBe('intended');
    book.set(one);
    expect(book.count('block_ip')).toBe(1);
  });

  test('the end of an older lease does not hide the newer one on the same target', () => {
    const newer = { ...sampleLease(2), target: one.target };
    const book = createLeaseBook([one, newer]);
    expect(book.all('block_ip', one.target)).toEqual([one, newer]);
    book.set({ ...one, state: 'ended' });
    expect(book.find('block_ip', one.target)).toEqual(newer);
  });

  test('nor does the end of the newer one hide the older', () => {
    const newer = { ...sampleLease(2), target: one.target };
    const book = createLeaseBook([one, newer]);
    book.set({ ...newer, state: 'ended' });
    expect(book.find('block_ip', one.target)).toEqual(one);
  });

  test('are due at their end and not before; without an end never', () => {
    const endless = sampleLease(3, { expiresAt: undefined });
    const book = createLeaseBook([one, endless]);
    expect(book.due(START + 3_599_999)).toEqual([]);
    expect(book.due(START + 3_600_000)).toEqual([one]);
  });

  test('however they change, the count is the number of live ones', () => {
    const change = fc.record({ number: fc.integer({ min: 1, max: 6 }), state: fc.constantFrom(...LEASE_STATES) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const book = createLeaseBook([]);
        const model = new Map<string, Lease>();
        for (const { number, state } of changes) {
          const lease = sampleLease(number, { state, target: { kind: 'ip', address: `203.0.113.${1 + (number % 3)}` } });
          book.set(lease);
          if (state === 'intended' || state === 'active') model.set(lease.id, lease);
          else model.delete(lease.id);
        }
        expect(book.count('block_ip')).toBe(model.size);
        for (const target of [1, 2, 3].map((address) => ({ kind: 'ip' as const, address: `203.0.113.${address}` }))) {
          const isThere = [...model.values()].some((lease) => targetKey(lease.target) === target.address);
          expect(book.find('block_ip', target) !== undefined).toBe(isThere);
        }
        expect([...book.live()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([...model.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
      }),
    );
  });
});
