import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLiteralMatcher } from '../../../src/domain/matching/literal-matcher.ts';

const found = (literals: readonly string[], text: string): readonly string[] => {
  const hits = new Uint8Array(literals.length);
  createLiteralMatcher(literals).scan(text, hits);
  return literals.filter((_, index) => hits[index] === 1);
};

test.each([
  { literals: ['he', 'she', 'his', 'hers'], text: 'ushers', want: ['he', 'she', 'hers'], why: 'overlapping literals' },
  { literals: ['union', 'onion'], text: 'UnIoN', want: ['union'], why: 'any case' },
  { literals: [' or '], text: "1'\tor\n1", want: [' or '], why: 'blanks and controls count as a space' },
  { literals: ['..', '../'], text: 'a../b', want: ['..', '../'], why: 'a literal inside another' },
  { literals: ['abc'], text: 'ab\u0441c', want: [], why: 'a look-alike letter is not the letter' },
  { literals: ['a'], text: '', want: [], why: 'nothing in nothing' },
])('finds $why', ({ literals, text, want }) => {
  expect(found(literals, text)).toEqual(want);
});

test('answers only how many marks are new', () => {
  const matcher = createLiteralMatcher(['ab', 'b']);
  const hits = new Uint8Array(2);
  expect(matcher.scan('abab', hits)).toBe(2);
  expect(matcher.scan('abab', hits)).toBe(0);
});

test.each(['', 'Upper', 'caf\u00e9'])('refuses %j, which it could never find', (literal) => {
  expect(() => createLiteralMatcher([literal])).toThrow(RangeError);
});

test('agrees with a plain search for every set of literals and every text', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', '.'), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 12 }),
      fc.string({ unit: fc.constantFrom('a', 'B', 'c', '/', '.', 'x', '\u00e9') }),
      (literals, text) => {
        expect(found(literals, text)).toEqual(literals.filter((literal) => text.toLowerCase().includes(literal)));
      },
    ),
  );
});
