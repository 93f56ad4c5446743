import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createThreatScores } from '../../../../src/actors/modules/network_guardian/threat-score.ts';
import { SEVERITIES } from '../../../../src/domain/severity.ts';

const HOUR = 3_600_000;
const entry = (module: string, at: number) => ({ module, type: 'x', severity: 'CRITICAL' as const, at });

test('points lose half their weight in an hour', () => {
  const scores = createThreatScores(64, 50, HOUR);
  scores.add('a', entry('auth_fortress', HOUR));
  expect(scores.add('a', entry('auth_fortress', 2 * HOUR)).points).toBeCloseTo(30, 6);
});

test('one module alone never calls an address an attacker, a second one does, once', () => {
  const scores = createThreatScores(64, 50, HOUR);
  const alone = Array.from({ length: 20 }, (_none, index) => scores.add('a', entry('auth_fortress', index)).isOver);
  expect(alone).not.toContain(true);
  expect(scores.add('a', entry('injection_shield', 30)).isOver).toBe(true);
  expect(scores.add('a', entry('injection_shield', 31)).isOver).toBe(false);
});

test('the ledger keeps at least one entry of each module that counts', () => {
  const scores = createThreatScores(64, 5000, HOUR);
  scores.add('a', entry('injection_shield', 1));
  const last = Array.from({ length: 40 }, (_none, index) => scores.add('a', entry('auth_fortress', 2 + index))).at(-1);
  expect(last?.ledger.length).toBe(12);
  expect(last?.modules).toBe(2);
});

test('an address that was quiet for a day can be called again', () => {
  const scores = createThreatScores(64, 50, HOUR);
  const attack = (at: number) =>
    [scores.add('a', entry('m1', at)), scores.add('a', entry('m2', at)), scores.add('a', entry('m2', at))].some((score) => score.isOver);
  expect(attack(HOUR)).toBe(true);
  expect(attack(HOUR + 60_000)).toBe(false);
  expect(attack(26 * HOUR)).toBe(true);
});

test('whatever comes, points are never negative and the table keeps its bound', () => {
  const entries = fc.array(
    fc.record({
      unit: fc.string({ maxLength: 4 }),
      module: fc.string({ maxLength: 3 }),
      severity: fc.constantFrom(...SEVERITIES),
      at: fc.integer({ min: 0, max: 10 * HOUR }),
    }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(entries, (list) => {
      const scores = createThreatScores(64, 50, HOUR);
      for (const { unit, ...rest } of list) {
        const score = scores.add(unit, { ...rest, type: 'x' });
        if (score.points <= 0 || score.ledger.length > 12) return false;
      }
      return scores.size() <= 64;
    }),
  );
});
