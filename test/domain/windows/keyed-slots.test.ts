import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeyedSlots, hashOfKey } from '../../../src/domain/windows/keyed-slots.ts';

test('a key keeps its slot, and another key gets another', () => {
  const slots = createKeyedSlots(4);
  const first = slots.claim('192.0.2.1', 1);
  expect(slots.claim('192.0.2.2', 2)).not.toBe(first);
  expect(slots.claim('192.0.2.1', 3)).toBe(first);
  expect(slots.keyOf(first)).toBe('192.0.2.1');
  expect(slots.lastUsed(first)).toBe(3);
  expect(slots.find('192.0.2.3')).toBe(-1);
});

test('a full table clears the slot of the least used key before it gives it to a new one, and counts it', () => {
  const cleared: number[] = [];
  const slots = createKeyedSlots(2, (slot) => cleared.push(slot));
  const a = slots.claim('a', 1);
  const b = slots.claim('b', 2);
  slots.claim('a', 3);
  expect(slots.claim('c', 4)).toBe(b);
  expect(cleared).toEqual([b]);
  expect(slots.find('b')).toBe(-1);
  expect(slots.find('a')).toBe(a);
  expect(slots.evicted()).toBe(1);
  expect(slots.size()).toBe(2);
});

test('a key in use survives a flood of one-time keys', () => {
  const slots = createKeyedSlots(64);
  for (let n = 0; n < 10_000; n++) {
    if (n % 32 === 0) slots.claim('root', n * 1_000);
    slots.claim(`flood-${n}`, n * 1_000);
  }
  expect(slots.find('root')).not.toBe(-1);
  expect(slots.size()).toBeLessThanOrEqual(64);
  expect(slots.evicted()).toBeGreaterThan(9_000);
});

test('what was not used since a moment is forgotten, and so is what comes from the future', () => {
  const slots = createKeyedSlots(8);
  slots.claim('old', 10);
  slots.claim('now', 100);
  slots.claim('future', 9_999);
  slots.releaseOutside(50, 500);
  expect([slots.find('old'), slots.find('future')]).toEqual([-1, -1]);
  expect(slots.find('now')).not.toBe(-1);
  expect(slots.size()).toBe(1);
});

test('it never holds more than its capacity, and no two keys share a slot', () => {
  const action = fc.record({ key: fc.integer({ min: 0, max: 40 }), release: fc.boolean() });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), fc.integer({ min: 1, max: 16 }), (actions, capacity) => {
      const slots = createKeyedSlots(capacity);
      const owner = new Map<number, string>();
      for (const [at, { key, release }] of actions.entries()) {
        const slot = slots.claim(`k${key}`, at);
        expect(slot).toBeLessThan(capacity);
        owner.set(slot, `k${key}`);
        if (release) {
          slots.release(slot);
          owner.delete(slot);
        }
        expect(slots.size()).toBe(owner.size);
        for (const [held, name] of owner) expect(slots.find(name)).toBe(held);
      }
    }),
    { numRuns: 60 },
  );
});

test('neighbouring addresses spread over the whole table', () => {
  const slots = createKeyedSlots(50_000);
  for (let n = 0; n < 50_000; n++) slots.claim(`198.51.${n >> 8}.${n & 255}`, n);
  expect(slots.size()).toBeGreaterThan(40_000);
});

test('a key that is used no more gives way in the end, however often it was used', () => {
  const slots = createKeyedSlots(8);
  for (let n = 0; n < 1_000; n++) slots.claim('yesterday', n);
  for (let n = 0; n < 8; n++) slots.claim(`today-${n}`, 86_400_000 + n);
  expect(slots.find('yesterday')).toBe(-1);
});

test('a key has one serial for as long as it stays, and another when it comes back', () => {
  const slots = createKeyedSlots(8);
  const serial = slots.serialOf(slots.claim('root', 1));
  expect(slots.serialOf(slots.claim('root', 2))).toBe(serial);
  expect(slots.serialOf(slots.claim('admin', 3))).not.toBe(serial);
  slots.release(slots.find('root'));
  expect(slots.serialOf(slots.claim('root', 4))).not.toBe(serial);
});

test('it tells by the hash alone that a key cannot be there', () => {
  const slots = createKeyedSlots(8);
  const hash = hashOfKey('root');
  expect(slots.mayHold(hash)).toBe(false);
  const slot = slots.claim('root', 1);
  expect(slots.hashOf(slot)).toBe(hash);
  expect(slots.mayHold(hash)).toBe(true);
  slots.release(slot);
  expect(slots.mayHold(hash)).toBe(false);
});
