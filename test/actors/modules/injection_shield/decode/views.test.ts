import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64Text } from '../../../../../src/actors/modules/injection_shield/decode/base64.ts';
import { resolveLookups } from '../../../../../src/actors/modules/injection_shield/decode/lookups.ts';
import { decodePercent } from '../../../../../src/actors/modules/injection_shield/decode/percent.ts';
import { normaliseInput, viewsOf } from '../../../../../src/actors/modules/injection_shield/decode/views.ts';

test.each([
  ['%41%62', 'Ab'],
  ['%u0041', 'A'],
  ['%c3%a9', '\u00e9'],
  ['%c0%ae', '.'],
  ['%e0%80%af', '/'],
  ['%f0%9f%98%80', '\u{1f600}'],
  ['%ff', '\u00ff'],
  ['%zz%4', '%zz%4'],
  ['100%', '100%'],
])('undoes one layer of %s', (text, want) => {
  expect(decodePercent(text)).toBe(want);
});

test('percent decoding undoes what encodeURIComponent does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decodePercent(encodeURIComponent(text))).toBe(text);
    }),
  );
});

test.each([
  ['S\u0415LECT', 'SELECT', 'a Cyrillic letter'],
  ['\uff1cscript\uff1e', '<script>', 'full-width brackets'],
  ['SEL\u200bECT', 'SELECT', 'a character without width'],
  ['UN/*x*/ION', 'UNION', 'a comment'],
  ['a\u00a0 \tb', 'a b', 'blanks of all kinds'],
  ['&#x3c;b&#62;', '<b>', 'character references'],
  ['%26lt;b%26gt;', '<b>', 'references behind URL encoding'],
  ['\\u003cb\\x3e', '<b>', 'script escapes'],
])('normalises %j to %j: %s', (text, want) => {
  expect(normaliseInput(text)).toBe(want);
});

test('a plus is read both as a blank and as a plus', () => {
  const { decoded, others } = viewsOf("'a'+'b'", 'blank');
  expect([decoded, ...others].map((view) => view.text).sort()).toEqual(["'a' 'b'", "'a'+'b'"].sort());
});

test('lower case never moves an offset', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const { raw, decoded, others } = viewsOf(text, 'unknown');
      for (const view of [raw, decoded, ...others]) expect(view.lower.length).toBe(view.text.length);
    }),
  );
});

test.each([
  ['$' + '{$' + '{lower:j}ndi:x}', '$' + '{jndi:x}'],
  ['$' + '{$' + '{::-j}$' + '{::-n}di:x}', '$' + '{jndi:x}'],
  ['$' + '{$' + '{env:none:-j}ndi:x}', '$' + '{jndi:x}'],
])('resolves the lookups of %s', (text, want) => {
  expect(resolveLookups(text)).toBe(want);
});

test('base64 of text is seen, words and keys are not', () => {
  expect(decodeBase64Text(Buffer.from('select 1 from users').toString('base64'))).toBe('select 1 from users');
  expect(decodeBase64Text('internationalisation')).toBeUndefined();
  expect(decodeBase64Text('d41d8cd98f00b204e9800998ecf8427e')).toBeUndefined();
});
