import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPairSlots } from '../../../src/domain/windows/pair-slots.ts';

test('a pair keeps its slot, and the same numbers the other way round are another pair', () => {
  const slots = createPairSlots(8);
  const slot = slots.claim(1, 2, 10);
  expect(slots.claim(1, 2, 20)).toBe(slot);
  expect(slots.lastUsed(slot)).toBe(20);
  expect(slots.find(2, 1)).toBe(-1);
  expect(slots.claim(2, 1, 30)).not.toBe(slot);
});

test('a full table clears the slot of the least used pair before it gives it to a new one', () => {
  const cleared: number[] = [];
  const slots = createPairSlots(2, (slot) => cleared.push(slot));
  const often = slots.claim(1, 1, 1);
  const once = slots.claim(1, 2, 2);
  slots.claim(1, 1, 3);
  expect(slots.claim(1, 3, 4)).toBe(once);
  expect(cleared).toEqual([once]);
  expect([slots.find(1, 2), slots.find(1, 1)]).toEqual([-1, often]);
  expect(slots.size()).toBe(2);
});

test('a pair in use survives a flood of pairs that come once', () => {
  const slots = createPairSlots(64);
  for (let n = 0; n < 10_000; n++) {
    if (n % 32 === 0) slots.claim(7, 7, n * 1000);
    slots.claim(8, n, n * 1000);
  }
  expect(slots.find(7, 7)).not.toBe(-1);
  expect(slots.size()).toBeLessThanOrEqual(64);
});

test('what was not used since a moment is forgotten, and so is what comes from the future', () => {
  const slots = createPairSlots(8);
  for (const [second, at] of [10, 100, 9999].entries()) slots.claim(1, second, at);
  slots.releaseOutside(50, 500);
  expect([slots.find(1, 0), slots.find(1, 2)]).toEqual([-1, -1]);
  expect(slots.find(1, 1)).not.toBe(-1);
  expect(slots.size()).toBe(1);
});

test('it never holds more than its capacity, and no two pairs share a slot', () => {
  const action = fc.record({ first: fc.integer({ min: 1, max: 6 }), second: fc.integer({ min: 0, max: 6 }), release: fc.boolean() });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), fc.integer({ min: 1, max: 16 }), (actions, capacity) => {
      const slots = createPairSlots(capacity);
      const owner = new Map<number, string>();
      for (const [at, { first, second, release }] of actions.entries()) {
        const slot = slots.claim(first, second, at);
        expect(slot).toBeLessThan(capacity);
        owner.set(slot, `${first} ${second}`);
        if (release) {
          slots.release(slot);
          owner.delete(slot);
        }
        expect(slots.size()).toBe(owner.size);
        for (const [place, name] of owner) {
          const [a = 0, b = 0] = name.split(' ').map(Number);
          expect(slots.find(a, b)).toBe(place);
        }
      }
    }),
  );
});
