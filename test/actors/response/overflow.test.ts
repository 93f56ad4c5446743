import fc from 'fast-check';
import { expect, test } from 'vitest';
import { victimFor } from '../../../src/actors/response/overflow.ts';
import type { Approval } from '../../../src/domain/approval.ts';
import { SEVERITIES, severityRank } from '../../../src/domain/severity.ts';
import { sampleApproval } from '../../store/store-fixtures.ts';
import { OPERATOR } from './room.ts';

const severity = fc.constantFrom(...SEVERITIES);
const waiting = fc
  .array(fc.record({ severity, isHeld: fc.boolean(), isVoted: fc.boolean(), state: fc.constantFrom('pending' as const, 'executing' as const) }), {
    maxLength: 12,
  })
  .map((list) =>
    list.map(({ isVoted, ...more }, index): Approval => {
      const votes = isVoted ? [{ by: OPERATOR, at: 1, reason: '', seats: [] }] : [];
      return sampleApproval(index, { ...more, votes });
    }),
  );

test('room is made only by one that is less severe, unanswered, not suspended, and never by the oldest', () => {
  fc.assert(
    fc.property(waiting, severity, (list, newcomer) => {
      const victim = victimFor(list, newcomer);
      const able = list.slice(1).filter((one) => one.state === 'pending' && !one.isHeld && one.votes?.length === 0);
      const less = able.filter((one) => severityRank(one.severity) < severityRank(newcomer));
      expect(victim === undefined).toBe(less.length === 0);
      if (victim === undefined) return;
      expect(less).toContain(victim);
      const least = Math.min(...less.map((one) => severityRank(one.severity)));
      expect(victim).toBe(less.filter((one) => severityRank(one.severity) === least).at(-1));
    }),
    { numRuns: 500 },
  );
});
