import { DAY_MS, type GrammarOptions, machineLocalTime } from './options.ts';

/** Reads the times that logs write. Every reader gives wall-clock ms, or NaN when the text at `start` is not of its form. */
export type LogClock = {
  /** `Jan 12 03:04:05` (15 characters, RFC 3164): no year, no zone. */
  readonly rfc3164: (line: string, start: number, receivedAt: number) => number;
  /** `2026-01-12T03:04:05[.123456](Z|+00:00)` up to `end`; a blank instead of the T, no zone = local. */
  readonly iso: (line: string, start: number, end: number, receivedAt: number) => number;
  /** `12/Jan/2026:03:04:05 +0000` (26 characters, access logs). */
  readonly clf: (line: string, start: number, receivedAt: number) => number;
  /** `2026/01/12 03:04:05` (19 characters, nginx error log): local zone. */
  readonly slashed: (line: string, start: number, receivedAt: number) => number;
  /** `Mon Jan 12 03:04:05[.123456] 2026` up to `end` (Apache error log): local zone. */
  readonly ctime: (line: string, start: number, end: number, receivedAt: number) => number;
};

/**
 * A clock for one source. A time without a year belongs to the latest year that is not more than a day after the receipt
 * (so old lines stay in the past and New Year is right both ways). The minute last seen is remembered, not computed again.
 */
export const createLogClock = (options: GrammarOptions): LogClock => {
  const localTime = options.localTime ?? machineLocalTime;
  const maxAhead = options.maxAheadMs ?? DAY_MS;
  const believe = (at: number, receivedAt: number): number => (at > receivedAt + maxAhead ? receivedAt : at);

  let yearlessKey = -1;
  let yearlessBase = 0;
  let localKey = -1;
  let localBase = 0;
  let utcKey = -1;
  let utcBase = 0;

  const localMinute = (year: number, month: number, day: number, hour: number, minute: number): number => {
    const key = (((year * 12 + month) * 32 + day) * 24 + hour) * 60 + minute;
    if (key !== localKey) {
      localKey = key;
      localBase = localTime(year, month, day, hour, minute, 0);
    }
    return localBase;
  };

  const utcMinute = (year: number, month: number, day: number, hour: number, minute: number): number => {
    const key = (((year * 12 + month) * 32 + day) * 24 + hour) * 60 + minute;
    if (key !== utcKey) {
      utcKey = key;
      utcBase = Date.UTC(year, month, day, hour, minute);
    }
    return utcBase;
  };

  const rfc3164 = (line: string, start: number, receivedAt: number): number => {
    const month = monthAt(line, start);
    const day = paddedAt(line, start + 4);
    const hour = twoAt(line, start + 7);
    const minute = twoAt(line, start + 10);
    const second = twoAt(line, start + 13);
    if (month < 0 || !isCalendar(month, day, hour, minute, second)) return Number.NaN;
    if (line.charCodeAt(start + 9) !== COLON || line.charCodeAt(start + 12) !== COLON) return Number.NaN;
    const key = (((Math.floor(receivedAt / DAY_MS) * 12 + month) * 32 + day) * 24 + hour) * 60 + minute;
    if (key !== yearlessKey) {
      yearlessKey = key;
      yearlessBase = latestYear(month, day, hour, minute, receivedAt);
    }
    return yearlessBase + second * 1000;
  };

  const latestYear = (month: number, day: number, hour: number, minute: number, receivedAt: number): number => {
    const next = new Date(receivedAt).getUTCFullYear() + 1;
    for (let year = next; year > next - 9; year -= 1) {
      if (month === 1 && day === 29 && !isLeap(year)) continue;
      const at = localTime(year, month, day, hour, minute, 0);
      if (at <= receivedAt + DAY_MS) return at;
    }
    return receivedAt;
  };

  const iso = (line: string, start: number, end: number, receivedAt: number): number => {
    const year = fourAt(line, start);
    const month = twoAt(line, start + 5) - 1;
    const day = twoAt(line, start + 8);
    const hour = twoAt(line, start + 11);
    const minute = twoAt(line, start + 14);
    const second = twoAt(line, start + 17);
    if (year < 1970 || end < start + 19 || !isCalendar(month, day, hour, minute, second)) return Number.NaN;
    let position = start + 19;
    let fraction = 0;
    if (line.charCodeAt(position) === DOT || line.charCodeAt(position) === COMMA) {
      position += 1;
      for (let scale = 100; position < end && isDigit(line.charCodeAt(position)); position += 1, scale /= 10) {
        if (scale >= 1) fraction += (line.charCodeAt(position) - ZERO) * scale;
      }
    }
    if (position >= end) return believe(localMinute(year, month, day, hour, minute) + second * 1000 + fraction, receivedAt);
    const zone = zoneAt(line, position, end);
    return believe(utcMinute(year, month, day, hour, minute) + second * 1000 + fraction - zone, receivedAt);
  };

  const clf = (line: string, start: number, receivedAt: number): number => {
    const day = twoAt(line, start);
    const month = monthAt(line, start + 3);
    const year = fourAt(line, start + 7);
    const hour = twoAt(line, start + 12);
    const minute = twoAt(line, start + 15);
    const second = twoAt(line, start + 18);
    if (month < 0 || year < 1970 || !isCalendar(month, day, hour, minute, second)) return Number.NaN;
    const zone = zoneAt(line, start + 21, start + 26);
    return believe(utcMinute(year, month, day, hour, minute) + second * 1000 - zone, receivedAt);
  };

  const slashed = (line: string, start: number, receivedAt: number): number => {
    if (line.charCodeAt(start + 4) !== SLASH || line.charCodeAt(start + 7) !== SLASH) return Number.NaN;
    return iso(line, start, start + 19, receivedAt);
  };

  const ctime = (line: string, start: number, end: number, receivedAt: number): number => {
    const month = monthAt(line, start + 4);
    const day = paddedAt(line, start + 8);
    const hour = twoAt(line, start + 11);
    const minute = twoAt(line, start + 14);
    const second = twoAt(line, start + 17);
    const year = fourAt(line, end - 4);
    if (month < 0 || year < 1970 || !isCalendar(month, day, hour, minute, second)) return Number.NaN;
    return believe(localMinute(year, month, day, hour, minute) + second * 1000, receivedAt);
  };

  return { rfc3164, iso, clf, slashed, ctime };
};

const ZERO = 48;
const COLON = 58;
const DOT = 46;
const COMMA = 44;
const SLASH = 47;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

// NaN from a position outside the line fails every comparison below.
const twoAt = (line: string, at: number): number => {
  const tens = line.charCodeAt(at);
  const ones = line.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : Number.NaN;
};

const paddedAt = (line: string, at: number): number => {
  const ones = line.charCodeAt(at + 1);
  return line.charCodeAt(at) === 32 && isDigit(ones) ? ones - ZERO : twoAt(line, at);
};

const fourAt = (line: string, at: number): number => twoAt(line, at) * 100 + twoAt(line, at + 2);

const isCalendar = (month: number, day: number, hour: number, minute: number, second: number): boolean =>
  month >= 0 && month < 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second <= 60;

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

const MONTHS = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, index) => [
    (name.charCodeAt(0) << 16) | (name.charCodeAt(1) << 8) | name.charCodeAt(2),
    index,
  ]),
);

const monthAt = (line: string, at: number): number => MONTHS.get((line.charCodeAt(at) << 16) | (line.charCodeAt(at + 1) << 8) | line.charCodeAt(at + 2)) ?? -1;

// `Z`, `+0100`, `+01:00`, with an optional blank before; NaN for anything else.
const zoneAt = (line: string, start: number, end: number): number => {
  const sign = line.charCodeAt(start);
  if (sign === 90 && end === start + 1) return 0;
  if (sign !== 43 && sign !== 45) return Number.NaN;
  const minutesAt = line.charCodeAt(start + 3) === COLON ? start + 4 : start + 3;
  if (minutesAt + 2 !== end) return Number.NaN;
  const offset = (twoAt(line, start + 1) * 60 + twoAt(line, minutesAt)) * 60_000;
  return sign === 43 ? offset : -offset;
};
