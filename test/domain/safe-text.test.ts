import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toSafe } from '../../src/domain/safe-text.ts';

describe('outside text made safe to show', () => {
  test.each([
    ['plain text stays', 'sshd[12]: Failed password', 'sshd[12]: Failed password'],
    ['an escape sequence is seen', '\u001b[2Jroot', '␛[2Jroot'],
    ['a window title is seen', '\u001b]0;owned\u0007', '␛]0;owned␇'],
    ['an 8-bit control is seen', 'a\u009b2Jb', 'a\\u{9b}2Jb'],
    ['a line break stays one line', 'a\r\nb', 'a\\r\\nb'],
    ['text turned around is seen', 'cod\u202egpj.exe', 'cod\\u{202e}gpj.exe'],
    ['a zero-width space is seen', 'ad\u200bmin', 'ad\\u{200b}min'],
    ['a filler without a glyph is seen', 'ad\u3164min', 'ad\\u{3164}min'],
    ['a joiner without a glyph is seen', 'ad\u034fmin', 'ad\\u{34f}min'],
    ['a tag character is seen', 'a\u{e0041}', 'a\\u{e0041}'],
    ['a lone half of a pair is seen', 'a\ud800b', 'a\\u{d800}b'],
    ['a line separator is seen', 'a\u2028b', 'a\\u{2028}b'],
    ['a blank that is none is seen', 'a\u00a0b', 'a\\u{a0}b'],
    ['a delete is seen', 'a\u007fb', 'a␡b'],
    ['a null is seen', 'a\u0000b', 'a␀b'],
    ['other scripts and emoji stay', 'Привет 你好 ✔️ 👩', 'Привет 你好 ✔️ 👩'],
  ])('%s', (_what, text, shown) => {
    expect(toSafe(text)).toBe(shown);
  });

  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.integer({ min: 0, max: 0x10ffff }).map((code) => (code >= 0xd800 && code <= 0xdfff ? String.fromCharCode(code) : String.fromCodePoint(code))))
      .map((parts) => parts.join('')),
    fc
      .array(
        fc.constantFrom('\u001b', '\u0007', '\n', '\u202e', '\u200b', '\u2066', '\ufeff', '\ud83d', '\udc00', '\u3164', '\u{e0001}', '\u0301', 'a', '👩', ' '),
      )
      .map((parts) => parts.join('')),
  );
  // Written apart from the product's own classes: ranges of code points, not Unicode properties.
  const UNSAFE: readonly (readonly [number, number])[] = [
    [0x00, 0x1f],
    [0x7f, 0xa0],
    [0xad, 0xad],
    [0x34f, 0x34f],
    [0x61c, 0x61c],
    [0x115f, 0x1160],
    [0x17b4, 0x17b5],
    [0x180b, 0x180e],
    [0x2000, 0x200f],
    [0x2028, 0x202f],
    [0x205f, 0x206f],
    [0x3000, 0x3000],
    [0x3164, 0x3164],
    [0xd800, 0xdfff],
    [0xfeff, 0xfeff],
    [0xffa0, 0xffa0],
    [0xfff0, 0xfffb],
    [0xe0000, 0xe0fff],
  ];
  const unsafeIn = (text: string): readonly string[] =>
    [...text].filter((character) => UNSAFE.some(([first, last]) => (character.codePointAt(0) ?? 0) >= first && (character.codePointAt(0) ?? 0) <= last));

  test('no control, bidi, zero-width, separator or broken character ever comes through', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(unsafeIn(toSafe(text))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  test('what is safe already is left as it is', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const once = toSafe(text, 100_000);
        expect(toSafe(once, 100_000)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  test('nothing is lost without a trace: as long as the input at least, in characters', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect([...toSafe(text, 100_000)].length).toBeGreaterThanOrEqual([...text].length);
      }),
    );
  });

  test('long text is cut and says so, and a cut through a pair leaves no half of it', () => {
    expect(toSafe('a'.repeat(50), 10)).toBe(`${'a'.repeat(10)}…`);
    expect(toSafe('aaa👩', 4)).not.toMatch(/[\ud800-\udfff]/u);
  });

  test('a megabyte of controls is answered in linear time', () => {
    const started = performance.now();
    toSafe('\u001b\u202e'.repeat(500_000), 1_000_000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
