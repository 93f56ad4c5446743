import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../../src/tui/filter/grammar.ts';
import { type Filterable, matches } from '../../../src/tui/filter/match.ts';

const row: Filterable = {
  severity: 'HIGH',
  module: 'auth_fortress',
  source: '203.0.113.7',
  user: 'root',
  type: 'brute_force',
  haystack: '32 failed logins as root\nauth_fortress\nbrute_force\n203.0.113.7',
};

const hits = (text: string, one: Filterable = row): boolean => {
  const filter = parseFilter(text);
  if (!filter.ok) throw new Error(filter.error);
  return matches(filter.value, one);
};

describe('filter', () => {
  test.each([
    ['', true],
    ['failed', true],
    ['FAILED Logins', true],
    ['failed sudo', false],
    ['!sudo', true],
    ['!failed', false],
    ['sev:high', true],
    ['sev:crit', false],
    ['sev:med', true],
    ['sev>=med', true],
    ['!sev:crit', true],
    ['mod:auth', true],
    ['mod:web', false],
    ['user:ROOT', true],
    ['type:brute', true],
    ['type:!brute', false],
    ['src:203.0.113.7', true],
    ['src:203.0.113.', true],
    ['src:203.0.113.0/24', true],
    ['src:198.51.100.0/24', false],
    ['!src:203.0.113.0/24', false],
    ['src:2001:db8::/32', false],
    ['sev:high mod:auth src:203.0.113.0/24 user:root failed', true],
    ['http://x', false],
    ['!', true],
  ])('%j %s', (text, expected) => {
    expect(hits(text)).toBe(expected);
  });

  test('finds an IPv6 source by network and by its start', () => {
    const six = { ...row, source: '2001:db8::7' };
    expect(hits('src:2001:db8::/32', six)).toBe(true);
    expect(hits('src:2001:db8', six)).toBe(true);
    expect(hits('src:2001:db9::/32', six)).toBe(false);
  });

  test('a network that is blocked as a whole is found by the network around it only', () => {
    const network = { ...row, source: '203.0.113.0/24' };
    expect(hits('src:203.0.0.0/16', network)).toBe(true);
    expect(hits('src:203.0.113.0/28', network)).toBe(false);
  });

  test('a row without a severity is never high enough', () => {
    expect(hits('sev:info', { haystack: '' })).toBe(false);
  });

  test.each([
    ['sev:banana', /sev: one of/],
    ['sev:', /needs a value/],
    ['mod:', /needs a value/],
    ['a '.repeat(20), /at most 16/],
  ])('says what is wrong with %j', (text, problem) => {
    const parsed = parseFilter(text);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error).toMatch(problem);
  });

  test('any text is read or refused, never thrown on, and a term turned round gives the opposite', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        parseFilter(text);
        const word = text.replaceAll(/[\s!]/g, '').slice(0, 50);
        const plain = parseFilter(word);
        if (word === '' || !plain.ok) return;
        expect(hits(`!${word}`)).toBe(!hits(word));
      }),
    );
  });
});
