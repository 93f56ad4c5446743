import { describe, expect, test } from 'vitest';
import { clockTime, countdownText, durationText, fullTime, msUntil } from '../../../src/tui/text/times.ts';

const noon = new Date(2026, 10, 24, 12, 0, 0).getTime();
const iso = (...parts: [number, number, number, number, number, number]): string => new Date(...parts).toISOString();

describe('times', () => {
  test('shows the clock today and the date on other days', () => {
    expect(clockTime(iso(2026, 10, 24, 9, 5, 7), noon)).toBe('09:05:07');
    expect(clockTime(iso(2026, 10, 23, 9, 5, 7), noon)).toBe('11-23');
    expect(clockTime(iso(2025, 10, 24, 9, 5, 7), noon)).toBe('11-24');
  });

  test('an unreadable time is shown as one, never as now', () => {
    expect(clockTime('nonsense', noon)).toBe('--:--:--');
    expect(fullTime('nonsense')).toBe('nonsense');
    expect(msUntil('nonsense', noon)).toBe(0);
  });

  test.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_000, '59 min'],
    [3_600_000, '1 h'],
    [3_900_000, '1 h 5 min'],
    [90_000_000, '1 d'],
  ])('%i ms are %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  test.each([
    [-1, '0:00'],
    [6_001, '0:07'],
    [249_000, '4:09'],
    [3_723_000, '1:02:03'],
  ])('a countdown of %i ms reads %s', (ms, text) => {
    expect(countdownText(ms)).toBe(text);
  });
});
