import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDurationMs } from '../../src/domain/duration.ts';

describe('reading a duration', () => {
  test.each([
    ['90', 90_000],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['1h30m', 5_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    [' 5m ', 300_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  test.each([
    '',
    '0',
    '0s',
    '-5m',
    '5 m',
    '1.5h',
    '5M',
    'm',
    '5w',
    '1h-30m',
    '1h 30m',
    '1h30',
    '30 1h',
    '9999999999s',
    '1s1s1s1s1s1s',
    'NaN',
    'Infinity',
    '5m;reboot',
  ])('%j is none', (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });

  test('whatever the text, the answer is a positive whole number or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9hmsd ]{0,30}$/)), (text) => {
        const ms = parseDurationMs(text);
        expect(ms === undefined || (Number.isSafeInteger(ms) && ms > 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a sum of parts is the sum of the parts', () => {
    const amount = fc.integer({ min: 1, max: 999_999_999 });
    fc.assert(
      fc.property(amount, amount, (hours, minutes) => {
        expect(parseDurationMs(`${hours}h${minutes}m`)).toBe(hours * 3_600_000 + minutes * 60_000);
      }),
    );
  });
});

describe('showing a duration', () => {
  test.each([
    [0, '0s'],
    [-5000, '0s'],
    [499, '0s'],
    [59_400, '59s'],
    [60_000, '1m'],
    [65_000, '1m 5s'],
    [599_000, '9m 59s'],
    [600_000, '10m'],
    [3_599_000, '59m'],
    [3_600_000, '1h'],
    [11_100_000, '3h 5m'],
    [86_400_000, '1d'],
    [187_200_000, '2d 4h'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('what is shown is never more than the time, and less by under one of the smaller unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 400 * 86_400_000 }), (ms) => {
        const shown = formatDuration(ms);
        const back = parseDurationMs(shown.replaceAll(' ', '')) ?? 0;
        const smallest = ms < 600_000 ? 1000 : ms < 86_400_000 ? 60_000 : 3_600_000;
        expect(back).toBeLessThanOrEqual(ms + 500);
        expect(ms - back).toBeLessThan(smallest + 500);
        expect(shown.split(' ').length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 1000 },
    );
  });
});
