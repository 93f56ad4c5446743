import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutCells, fitCells, toCells, widthOf, wrapCells } from '../../../src/tui/text/cells.ts';

describe('toCells', () => {
  test.each([
    ['colour', '\u001b[31mred', '␛[31mred'],
    ['conceal', '\u001b[8mhidden', '␛[8mhidden'],
    ['hyperlink', '\u001b]8;;http://192.0.2.1\u0007x', '␛]8;;http://192.0.2.1␇x'],
    ['line break', 'a\nb', 'a\\nb'],
    ['carriage return', 'good\rBAD', 'good\\rBAD'],
    ['tab', 'a\tb', 'a\\tb'],
    ['bidi override', 'a\u202eb', 'a\\u{202e}b'],
    ['zero-width space', 'a\u200bb', 'a\\u{200b}b'],
    ['C1 control', 'a\u009bb', 'a\\u{9b}b'],
    ['variation selector', 'a\ufe0fb', 'a\\u{fe0f}b'],
    ['Hangul filler', 'a\u3164b', 'a\\u{3164}b'],
    ['blank Braille cell', 'a\u2800b', 'a\\u{2800}b'],
    ['flag', '\u{1f1e9}', '\\u{1f1e9}'],
    ['leading combining mark', '\u0301a', '\\u{301}a'],
    ['mark that would sit on a blank', 'a \u0301b', 'a \\u{301}b'],
    ['third mark of a pile', 'a\u0301\u0302\u0303\u0304', 'a\u0301\u0302\\u{303}\\u{304}'],
  ])('shows %s', (_name, text, expected) => {
    expect(toCells(text)).toBe(expected);
  });

  test('leaves plain words of any script alone', () => {
    for (const text of ['root@web-1', 'Grüße', 'ファイル', 'Ελληνικά', 'é']) expect(toCells(text)).toBe(text);
  });

  test('no control, format or invisible character survives, and no line break', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(toCells(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      }),
    );
  });
});

describe('width', () => {
  test.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['🦀', 2],
    ['ｱ', 1],
    ['Ａ', 2],
    ['‼●◐▶⚑⏸─', 7],
  ])('%s takes %i columns', (text, width) => {
    expect(widthOf(toCells(text))).toBe(width);
  });

  test('fitting gives exactly the width asked for, and cutting never more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 40 }), (text, width) => {
        const cells = toCells(text);
        expect(widthOf(cutCells(cells, width))).toBeLessThanOrEqual(width);
        expect(widthOf(fitCells(cells, width))).toBe(width);
      }),
    );
  });

  test('a wide character is not cut in half', () => {
    expect(cutCells(toCells('日本語'), 4)).toBe('日…');
    expect(fitCells(toCells('日本語'), 4)).toBe('日… ');
  });

  test('what was cut away is marked', () => {
    expect(cutCells(toCells('0123456789'), 5)).toBe('0123…');
    expect(cutCells(toCells('01234'), 5)).toBe('01234');
  });
});

describe('wrapCells', () => {
  test('breaks at blanks and loses nothing but them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 2, max: 40 }), (text, width) => {
        const cells = toCells(text);
        const lines = wrapCells(cells, width, 1000);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(cells.replaceAll(' ', ''));
      }),
    );
  });

  test('prefers a blank in the second half of the line', () => {
    expect(wrapCells(toCells('failed logins as root'), 14)).toEqual(['failed logins', 'as root']);
  });

  test('says that there is more when the lines run out', () => {
    expect(wrapCells(toCells('one two three four'), 5, 2)).toEqual(['one', 'two …']);
  });

  test('a text of 90,000 characters is done in a moment', () => {
    const before = performance.now();
    wrapCells(toCells('x'.repeat(90_000), 8192), 80, 40);
    expect(performance.now() - before).toBeLessThan(200);
  });
});
