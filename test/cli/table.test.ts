import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pairs, shortTime, table } from '../../src/cli/table.ts';

// Colours are the only escapes that are ours.
const plain = (text: string): string => text.replaceAll(/\u001b\[\d+m/g, '');

describe('tables', () => {
  test('columns stand under each other, the last one is not padded', () => {
    expect(
      plain(
        table(
          ['ID', 'WHAT'],
          [
            ['1', 'one'],
            ['1234', 'two'],
          ],
        ),
      ),
    ).toBe('ID    WHAT\n1     one\n1234  two');
  });

  test('wide characters take two columns', () => {
    expect(
      plain(
        table(
          ['A', 'B'],
          [
            ['日本', 'x'],
            ['abcd', 'y'],
          ],
        ),
      ),
    ).toBe('A     B\n日本  x\nabcd  y');
  });

  test('long cells are cut', () => {
    expect(plain(table(['A', 'B'], [['x'.repeat(500), 'y']])).split('\n')[1]?.length).toBeLessThan(130);
  });

  test('missing cells are empty, no rows are a head', () => {
    expect(plain(table(['A', 'B', 'C'], [['1']]))).toBe('A  B  C\n1');
    expect(plain(table(['A', 'B'], []))).toBe('A  B');
  });

  test('whatever is in the cells, there is one line a row and nothing that moves a cursor', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), { maxLength: 8 }), (rows) => {
        const lines = plain(table(['ONE', 'TWO'], rows)).split('\n');
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
      }),
      { numRuns: 300 },
    );
  });

  test('twenty thousand rows are no matter', () => {
    expect(
      table(
        ['A', 'B'],
        Array.from({ length: 20_000 }, (_, index) => [String(index), 'x']),
      ).split('\n'),
    ).toHaveLength(20_001);
  });
});

describe('pairs', () => {
  test('names are padded, values made safe', () => {
    expect(
      plain(
        pairs([
          ['id', '1'],
          ['what', 'a\nb'],
        ]),
      ),
    ).toBe('id    1\nwhat  a\\nb');
  });

  test('nothing is nothing', () => {
    expect(pairs([])).toBe('');
  });
});

describe('times', () => {
  test('of today without the day, of another day with it', () => {
    const noon = new Date(2031, 4, 6, 12, 0, 0).getTime();
    expect(shortTime(new Date(2031, 4, 6, 9, 8, 7).toISOString(), noon)).toBe('09:08:07');
    expect(shortTime(new Date(2031, 4, 5, 9, 8, 7).toISOString(), noon)).toBe('2031-05-05 09:08:07');
  });
});
