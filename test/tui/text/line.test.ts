import { describe, expect, test } from 'vitest';
import { lineOf, ruleOf, span, spansWidth, spread, textOfLine } from '../../../src/tui/text/line.ts';

describe('lines', () => {
  test('never get wider than asked', () => {
    expect(textOfLine(lineOf([span('abc'), span('defgh')], 5))).toBe('abcd…');
    expect(textOfLine(lineOf([span('abc'), span('def')], 3))).toBe('abc');
  });

  test('a selected row is inverse over its whole width', () => {
    const line = lineOf([span('ab')], 6, true);
    expect(spansWidth(line.spans)).toBe(6);
    expect(line.inverse).toBe(line.spans.length);
  });

  test('the right part gives way to the left one', () => {
    expect(textOfLine(spread([span('left')], [span('right')], 12))).toBe('left   right');
    expect(textOfLine(spread([span('left')], [span('right')], 8))).toBe('left');
  });

  test('a rule fills the row', () => {
    expect(textOfLine(ruleOf('detail', '─', 14))).toBe('─ detail ─────');
  });
});
