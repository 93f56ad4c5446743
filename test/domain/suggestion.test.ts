import fc from 'fast-check';
import { expect, test } from 'vitest';
import { suggestion } from '../../src/domain/suggestion.ts';

const COMMANDS = ['start', 'daemon', 'status', 'alerts', 'modules', 'enforce', 'stop', 'replay', 'scan', 'config'];

test.each([
  ['stats', 'status'],
  ['statsu', 'status'],
  ['alert', 'alerts'],
  ['enfroce', 'enforce'],
  ['conf', 'config'],
  ['relpay', 'replay'],
])('%s is taken for %s', (word, meant) => {
  expect(suggestion(word, COMMANDS)).toBe(meant);
});

test.each(['', 'x', 'zzzzzz', 'docker', '\u001b[2J', '__proto__', 'constructor'])('%j is near nothing', (word) => {
  expect(suggestion(word, COMMANDS)).toBeUndefined();
});

test('nothing is near when nothing is known', () => {
  expect(suggestion('status', [])).toBeUndefined();
});

test('a known word is its own suggestion, and one wrong letter in it is forgiven', () => {
  fc.assert(
    fc.property(fc.constantFrom(...COMMANDS), fc.nat({ max: 8 }), fc.constantFrom('q', 'j', '0'), (word, place, letter) => {
      expect(suggestion(word, COMMANDS)).toBe(word);
      const at = Math.min(place, word.length - 1);
      expect(suggestion(`${word.slice(0, at)}${letter}${word.slice(at + 1)}`, COMMANDS)).toBe(word);
    }),
  );
});

test('a word of a megabyte is answered at once', () => {
  const started = performance.now();
  suggestion('a'.repeat(1_000_000), COMMANDS);
  expect(performance.now() - started).toBeLessThan(200);
});
