import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeValue } from '../../../../src/actors/modules/injection_shield/judge.ts';

const linesOf = (file: string): readonly string[] =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

const rulesOf = (text: string): readonly string[] => judgeValue(text).findings.map((finding) => finding.rule);
const categoriesOf = (text: string): readonly string[] => judgeValue(text).findings.map((finding) => finding.category);

test.each(linesOf('./attacks.txt'))('attack: %s', (text) => {
  expect(judgeValue(text).verdict).not.toBe('clean');
});

test('nearly every attack is certain, not only suspicious', () => {
  const attacks = linesOf('./attacks.txt');
  const certain = attacks.filter((text) => judgeValue(text).verdict === 'malicious');
  expect(attacks.length).toBeGreaterThan(250);
  expect(certain.length / attacks.length).toBeGreaterThanOrEqual(0.97);
});

test.each(linesOf('./look-alikes.txt'))('look-alike: %s', (text) => {
  expect(rulesOf(text)).toEqual([]);
});

describe('one attack behind several disguises', () => {
  const plain = "1' or 1=1-- ";
  const encode = (text: string): string => encodeURIComponent(text).replaceAll("'", '%27');
  test.each([
    ['URL encoded', encode(plain)],
    ['URL encoded twice', encodeURIComponent(encode(plain))],
    ['URL encoded three times', encodeURIComponent(encodeURIComponent(encode(plain)))],
    ['HTML references', [...plain].map((character) => `&#${character.charCodeAt(0)};`).join('')],
    ['HTML references without semicolons', plain.replace("'", '&#39 ')],
    ['JavaScript escapes', [...plain].map((character) => `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')],
    ['wide URL encoding', plain.replace("'", '%u0027')],
    ['full-width letters', plain.replace('or', '\uff4f\uff52').replace("'", '\uff07')],
    ['look-alike quote', plain.replace("'", '\u2019')],
    ['letters without width inside', plain.replace('or', 'o\u200br')],
    ['plus for blank', plain.replaceAll(' ', '+')],
    ['comments for blanks', plain.replaceAll(' ', '/**/')],
    ['line breaks for blanks', plain.replaceAll(' ', '\n')],
    ['mixed case', plain.replace('or', 'oR')],
    ['base64', Buffer.from(`${plain}and more of it`).toString('base64')],
  ])('%s', (_, text) => {
    expect(categoriesOf(text)).toContain('sqli');
  });
});

test.each([
  ['http://2130706433/', 'ssrf_internal_ip'],
  ['http://0x7f.1/', 'ssrf_internal_ip'],
  ['http://0251.0376.0251.0376/latest/', 'ssrf_cloud_metadata'],
  ['http://[::ffff:169.254.169.254]/', 'ssrf_cloud_metadata'],
  ['http://user:pass@localhost/', 'ssrf_internal_ip'],
])('reads the address of %s', (text, rule) => {
  expect(rulesOf(text)).toContain(rule);
});

test('a public address and a name are left alone', () => {
  expect(rulesOf('see http://198.51.100.20/a and https://www.example.org/')).toEqual([]);
});

test('two suspicions together are a certainty', () => {
  expect(judgeValue('1 like 1').verdict).toBe('suspicious');
  expect(judgeValue('$(foo) http://198.51.100.7/x').verdict).toBe('suspicious');
  expect(judgeValue('../a?$(foo)').verdict).toBe('malicious');
});

test('an attack behind 100,000 characters of padding is found at both ends', () => {
  const padding = 'lorem ipsum '.repeat(9000);
  expect(rulesOf(`<script>alert(1)</script>${padding}`)).toContain('xss_script_tag');
  expect(rulesOf(`${padding}<script>alert(1)</script>`)).toContain('xss_script_tag');
});

test('whatever the text, it answers, and spans lie in the reading they belong to', () => {
  const piece = fc.constantFrom(
    "'",
    '"',
    '<',
    '>',
    '(',
    ')',
    '--',
    '/*',
    '%25',
    '%u00',
    '&#',
    '${',
    '{{',
    '../',
    'or ',
    'select ',
    'union ',
    '\\',
    '`',
    ';',
    '|',
    '\0',
    '\n',
    '+',
    '\u202e',
    '\ud800',
    '1',
    '=',
    'on',
    'script',
    ' ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
      ),
      (text) => {
        for (const { span, text: shown } of judgeValue(text).findings) {
          expect(span[0]).toBeGreaterThanOrEqual(0);
          expect(span[0]).toBeLessThanOrEqual(shown.length);
          expect(span[1]).toBeGreaterThanOrEqual(span[0]);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test.each(["'", '(', '<a b=', '${', '../', '%25', '&#60;', 'or ', '||', '/*', '\\x41', 'http://a@', '{"a":', '`', '\r\nset-cookie:'])(
  '16 KiB of %j take milliseconds',
  (unit) => {
    const text = unit.repeat(Math.ceil(16_384 / unit.length));
    judgeValue(text);
    const started = performance.now();
    judgeValue(text);
    expect(performance.now() - started).toBeLessThan(100);
  },
);
