import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SecurityEvent } from '../../src/domain/event.ts';
import { createRecentEvents } from '../../src/workers/recent-events.ts';

const event = (number: number): SecurityEvent => ({
  id: `e${number}`,
  at: number,
  source: 'test',
  module: 'test',
  type: number % 3 === 0 ? 'third' : 'other',
  severity: 'INFO',
  summary: '',
  details: {},
  entities: {},
  trust: 'sensor',
});

test('the newest are given, oldest first, each once, and what was overwritten is counted', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), fc.nat(60), fc.integer({ min: 1, max: 30 }), (count, size, asked, limit) => {
      const recent = createRecentEvents(size);
      for (let number = 1; number <= count; number += 1) recent.add(event(number));
      const after = Math.min(asked, count);
      const reply = recent.read({ after, limit });
      const expected = Array.from({ length: count }, (_, index) => index + 1).filter((number) => number > after && number > count - size);
      expect(reply.events.map(({ number }) => number)).toEqual(expected.slice(-limit));
      expect(reply.events.map((one) => one.event.id)).toEqual(expected.slice(-limit).map((number) => `e${number}`));
      expect(reply).toMatchObject({ newest: count, missed: Math.max(0, count - size - after) });
    }),
  );
});

test('a type leaves out the others, and a number of an earlier sensor asks for everything', () => {
  const recent = createRecentEvents(8);
  for (let number = 1; number <= 7; number += 1) recent.add(event(number));
  expect(recent.read({ after: 0, type: 'third', limit: 10 }).events.map(({ number }) => number)).toEqual([3, 6]);
  expect(recent.read({ after: 90_000, limit: 10 }).events).toHaveLength(7);
});
