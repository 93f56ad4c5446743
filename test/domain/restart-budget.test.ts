import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs, canBeSpent, isRestartDue, planRestart, type RestartPolicy, recentRestarts } from '../../src/domain/restart-budget.ts';

const policy: RestartPolicy = { intensity: 3, periodMs: 10_000, backoffMs: { first: 100, max: 1_000, factor: 4 } };

describe('the restart budget', () => {
  test.each([
    ['the first failure waits the first pause', [], 5_000, { kind: 'restart', at: 5_100, recent: [] }],
    ['the second waits longer', [4_000], 5_000, { kind: 'restart', at: 5_400, recent: [4_000] }],
    ['pauses stop growing at the cap', [4_000, 4_500], 5_000, { kind: 'restart', at: 6_000, recent: [4_000, 4_500] }],
    ['old restarts no longer count', [1_000, 2_000, 3_000], 13_000, { kind: 'restart', at: 13_100, recent: [] }],
    ['a restart exactly one period ago no longer counts', [3_000, 3_001, 3_002], 13_000, { kind: 'restart', at: 14_000, recent: [3_001, 3_002] }],
  ])('%s', (_, restarts, now, plan) => {
    expect(planRestart(policy, restarts, now)).toEqual(plan);
  });

  test('a spent budget parks and says how it was spent', () => {
    expect(planRestart(policy, [4_000, 4_500, 4_900], 5_000)).toEqual({
      kind: 'park',
      because: 'restarted 3 times within 10 s and failed again',
      recent: [4_000, 4_500, 4_900],
    });
  });

  test('restarts from the future count from now on, for one period only', () => {
    expect(recentRestarts(policy, [99_000], 5_000)).toEqual([5_000]);
    expect(recentRestarts(policy, recentRestarts(policy, [99_000], 5_000), 15_000)).toEqual([]);
  });

  test.each([
    [1_000, 999, false],
    [1_000, 1_000, true],
    ['a clock set back does not make it wait longer than the longest pause', 9_000, true],
  ] as const)('a restart planned at %s is due at %s: %s', (at, now, isDue) => {
    expect(isRestartDue(policy, typeof at === 'number' ? at : now + policy.backoffMs.max + 1, now)).toBe(isDue);
  });

  test('knows a budget whose pauses are so long that it could never be spent', () => {
    expect(canBeSpent(policy)).toBe(true);
    expect(canBeSpent({ ...policy, periodMs: 1_500 })).toBe(false);
  });

  test('never allows more than the intensity in any period, however the failures come', () => {
    const policies = fc.record({
      intensity: fc.integer({ min: 0, max: 8 }),
      periodMs: fc.integer({ min: 1, max: 60_000 }),
      backoffMs: fc.record({ first: fc.integer({ min: 0, max: 5_000 }), max: fc.integer({ min: 0, max: 5_000 }), factor: fc.integer({ min: 1, max: 4 }) }),
    });
    fc.assert(
      fc.property(policies, fc.array(fc.nat({ max: 20_000 }), { maxLength: 40 }), (some, lives) => {
        let now = 0;
        let restarts: readonly number[] = [];
        const all: number[] = [];
        for (const life of lives) {
          now += life;
          const plan = planRestart(some, restarts, now);
          if (plan.kind === 'park') {
            expect(plan.recent).toHaveLength(some.intensity);
            continue;
          }
          expect(plan.at - now).toBeLessThanOrEqual(some.backoffMs.max);
          now = plan.at;
          restarts = [...recentRestarts(some, plan.recent, now), now];
          all.push(now);
        }
        for (const end of all) expect(all.filter((at) => at > end - some.periodMs && at <= end).length).toBeLessThanOrEqual(some.intensity);
      }),
    );
  });

  test('pauses never shrink from one restart to the next', () => {
    const pauses = Array.from({ length: 20 }, (_, count) => backoffMs(policy, count));
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(Math.max(...pauses)).toBe(policy.backoffMs.max);
  });
});
