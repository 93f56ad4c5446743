import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOffenceBook } from '../../../src/actors/response/offence-book.ts';
import { createManualClock } from '../../../src/domain/clock.ts';
import { START, withStore } from '../../store/store-fixtures.ts';

const HOUR = 3_600_000;
const rule = { factor: 2, maxMs: 24 * HOUR, decayMs: 48 * HOUR, jitter: 0 };

describe('blocks of the same address', () => {
  test('grow with each offence up to the longest, of that address only, and shrink again with time', async () => {
    await withStore((store) => {
      const clock = createManualClock(START);
      const book = createOffenceBook({ store, clock, rule, random: () => 0.5 });
      const next = (address: string): number => book.nextBlockMs(address, HOUR) / HOUR;
      expect(Array.from({ length: 7 }, () => next('192.0.2.7'))).toEqual([1, 2, 4, 8, 16, 24, 24]);
      expect(next('192.0.2.8')).toBe(1);
      clock.advance(5 * 48 * HOUR);
      expect(next('192.0.2.7')).toBe(4);
      clock.advance(100 * 48 * HOUR);
      expect(next('192.0.2.7')).toBe(1);
    });
  });

  test('are counted over a restart', async () => {
    await withStore(async (store) => {
      const clock = createManualClock(START);
      const book = createOffenceBook({ store, clock, rule, random: () => 0.5 });
      book.nextBlockMs('192.0.2.7', HOUR);
      clock.advance(60_000);
      await book.tick();
      expect(createOffenceBook({ store, clock, rule, random: () => 0.5 }).nextBlockMs('192.0.2.7', HOUR)).toBe(2 * HOUR);
    });
  });

  test('are never shorter than asked for, and vary by the jitter at most', async () => {
    await withStore((store) => {
      fc.assert(
        fc.property(
          fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
          fc.integer({ min: 1000, max: HOUR }),
          (dice, asked) => {
            let at = 0;
            const book = createOffenceBook({
              store,
              clock: createManualClock(START),
              rule: { ...rule, jitter: 0.1 },
              random: () => dice[at++ % dice.length] ?? 0,
            });
            return dice.every((_, index) => {
              const ms = book.nextBlockMs('192.0.2.7', asked);
              const middle = Math.min(asked * 2 ** index, rule.maxMs);
              return ms >= asked && ms <= Math.ceil(middle * 1.1) && ms >= Math.floor(middle * 0.9);
            });
          },
        ),
      );
    });
  });
});
