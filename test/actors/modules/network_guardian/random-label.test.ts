import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDnsName } from '../../../../src/actors/modules/network_guardian/dns-name.ts';
import { isRandomLabel } from '../../../../src/actors/modules/network_guardian/random-label.ts';

test.each([
  'stackoverflow',
  'googleusercontent',
  'schwarzwaelder',
  'llanfairpwllgwyngyll',
  'dampfschifffahrtsgesellschaft',
  'international',
  'rzeczpospolita',
  'xn--bcher-kva123',
  'deadbeefdeadbeef',
])('%s is a name that somebody made up', (label) => expect(isRandomLabel(label)).toBe(false));

test.each(['xkjqwrtplmnbvczdfgh', 'kqxwzjvbnmtrplhg', 'tbtncvfgkjdhrz', 'a9x7k3q1z8w5v2'])('%s is drawn by lot', (label) =>
  expect(isRandomLabel(label)).toBe(true),
);

test('of labels of 16 letters drawn by lot, nearly all are found', () => {
  const letters = fc.array(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), { minLength: 16, maxLength: 16 });
  const labels = fc.sample(letters, { numRuns: 500, seed: 1 }).map((list) => list.join(''));
  expect(labels.filter(isRandomLabel).length).toBeGreaterThan(400);
});

test.each([
  ['a.b.example.com', 'example.com', 'a.b'],
  ['shop.example.co.uk', 'example.co.uk', 'shop'],
  ['x.example.com.au.', 'example.com.au', 'x'],
  ['me.duckdns.org', 'me.duckdns.org', ''],
  ['EXAMPLE.ORG', 'example.org', ''],
])('%s is registered as %s', (text, base, sub) => expect(readDnsName(text)).toMatchObject({ base, sub }));

test('any text is read or refused, in bounded time', () => {
  fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => (readDnsName(text)?.full.length ?? 0) <= 255));
});
