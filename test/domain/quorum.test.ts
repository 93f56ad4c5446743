import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptySeats, neededText, voteProblem, votesMissing } from '../../src/domain/quorum.ts';

const person = (uid: number, seats: readonly number[]) => ({ by: { name: `user${uid}`, uid, via: 'cli' as const }, at: uid, reason: '', seats });

/** Most seats that can be filled with each person in one seat at most, by trying everything. */
const mostFilled = (seats: number, people: readonly (readonly number[])[]): number => {
  const [first, ...rest] = people;
  if (first === undefined) return 0;
  const without = mostFilled(seats, rest);
  return first.reduce((best, seat) => {
    const others = rest.map((free) => free.filter((other) => other !== seat));
    return Math.max(best, 1 + mostFilled(seats, others));
  }, without);
};

describe('who must agree', () => {
  test('as many seats are filled as can be, each by one person, whatever the order in which they came', () => {
    const voter = fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(voter, { maxLength: 5 }), (seats, people) => {
        const allowed = people.map((free) => free.filter((seat) => seat < seats));
        const votes = people.map((free, index) => person(index, free));
        expect(seats - emptySeats(seats, votes).length).toBe(mostFilled(seats, allowed));
        expect(seats - emptySeats(seats, votes.toReversed()).length).toBe(mostFilled(seats, allowed));
      }),
      { numRuns: 500 },
    );
  });

  test('one person is one person, however often and through however many clients', () => {
    const twice = [person(1, [0, 1]), { ...person(1, [0, 1]), by: { name: 'user1', uid: 1, via: 'tui' as const } }];
    expect(votesMissing({ seats: [[], []], votes: twice })).toBe(1);
    expect(voteProblem({ seats: [[], []], votes: [person(1, [0, 1])] }, person(1, [0, 1]))).toContain('another person');
  });

  test('a word that fills no seat is refused and says who is needed', () => {
    const approval = { seats: [['alice', 'bob'], ['@ops']], votes: [person(1, [0])] };
    expect(voteProblem(approval, person(2, [0]))).toBe('user2 is not one of those who are still needed: @ops');
    expect(voteProblem(approval, person(2, [1]))).toBeUndefined();
    expect(neededText({ seats: [['alice', 'bob'], []] })).toBe('alice or bob and anybody');
  });

  test('without seats one word is enough', () => {
    expect([votesMissing({}), votesMissing({}, [person(1, [])]), voteProblem({}, person(1, []))]).toEqual([1, 0, undefined]);
  });
});
