import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allowedSilenceMs, newHabit, nextHabit, type SourceAlarm, type SourceHabit } from '../../src/domain/source-health.ts';

const MINUTE = 60_000;

/** Looks every minute: so many lines and events each. */
const run = (habit: SourceHabit, from: number, looks: readonly (readonly [number, number])[]) => {
  const alarms: SourceAlarm[] = [];
  let current = habit;
  for (const [index, [lines, events]] of looks.entries()) {
    const step = nextHabit(current, { now: from + (index + 1) * MINUTE, lines, events });
    current = step.habit;
    alarms.push(...step.alarms);
  }
  return { habit: current, alarms, now: from + looks.length * MINUTE };
};
const times = (count: number, lines: number, events: number) => Array.from({ length: count }, () => [lines, events] as const);
const settled = () => run(newHabit(0), 0, times(90, 20, 10));

describe('silence', () => {
  test('a busy source that stops is told once, and again only after it spoke', () => {
    const busy = settled();
    const quiet = run(busy.habit, busy.now, times(60, 0, 0));
    expect(quiet.alarms).toEqual(['silent']);
    const back = run(quiet.habit, quiet.now, times(3, 20, 10));
    expect(back.alarms).toEqual([]);
    expect(run(back.habit, back.now, times(60, 0, 0)).alarms).toEqual(['silent']);
  });

  test('pauses it is used to, and the minute of a rotation, are no news', () => {
    const now = run(newHabit(0), 0, Array.from({ length: 40 }, () => [...times(1, 5, 5), ...times(15, 0, 0)]).flat());
    expect(now.alarms).toEqual([]);
    expect(allowedSilenceMs(now.habit)).toBeGreaterThan(60 * MINUTE);
    const busy = settled();
    expect(run(busy.habit, busy.now, [...times(9, 0, 0), ...times(5, 20, 10)]).alarms).toEqual([]);
  });

  test('without history nothing is missed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 29 }), (looks) => {
        expect(run(newHabit(0), 0, [...looks.map((lines) => [lines, 0] as const), ...times(300, 0, 0)]).alarms).toEqual([]);
      }),
    );
  });

  test('a clock that steps back raises nothing', () => {
    const { habit } = settled();
    expect(nextHabit(habit, { now: 5, lines: 0, events: 0 }).alarms).toEqual([]);
    expect(nextHabit(habit, { now: 5, lines: 1, events: 1 }).habit.lastAt).toBe(habit.lastAt);
  });
});

describe('lines that are not understood any more', () => {
  test('are told once, however long it lasts, and are not learned as usual', () => {
    const busy = settled();
    const broken = run(busy.habit, busy.now, times(300, 20, 0));
    expect(broken.alarms).toEqual(['unread']);
    const mended = run(broken.habit, broken.now, times(20, 20, 10));
    expect(run(mended.habit, mended.now, times(20, 20, 0)).alarms).toEqual(['unread']);
  });

  test('fewer than usual is no alarm, nor is a source that never gave much', () => {
    const busy = settled();
    expect(run(busy.habit, busy.now, times(100, 20, 2)).alarms).toEqual([]);
    const poor = run(newHabit(0), 0, times(90, 20, 1));
    expect(run(poor.habit, poor.now, times(100, 20, 0)).alarms).toEqual([]);
  });
});
