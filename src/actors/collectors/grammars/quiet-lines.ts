/** True promises that a grammar finds the line of these bytes `irrelevant`: it need not even become text. */
export type QuietLines = (bytes: Uint8Array, from: number, to: number) => boolean;

export type QuietOptions = {
  /** Programs that the grammar listens to. */
  readonly programs: readonly string[];
  /** And all whose names begin like one of these. */
  readonly families: readonly string[];
  /** The grammar also looks for requests of an access log in it. */
  readonly mayHoldRequest: boolean;
};

/**
 * Knows lines of a syslog daemon (RFC 3164, or with an ISO time as of Debian 12) that are of a program nobody asked for and are no
 * message of PAM. Anything unusual about a line makes it a line to be read. The check looks at a few dozen bytes.
 */
export const createQuietLines = ({ programs, families, mayHoldRequest }: QuietOptions): QuietLines => {
  const heard = new Set(programs.map(hashOf));
  const starts = families.map((family) => Buffer.from(family));

  return (bytes, from, to) => {
    const hasIso = isDigit(bytes[from]);
    const hostStart = hasIso ? afterBlank(bytes, from + 19, Math.min(to, from + 41)) : from + 16;
    if (hostStart < 0) return false;
    const tag = afterBlank(bytes, hostStart, Math.min(to, hostStart + MAX_HOST));
    if (tag < 0 || tag === hostStart + 1 || bytes[tag - 2] === COLON) return false;
    let at = tag;
    let hash = 0;
    for (const limit = Math.min(to, tag + MAX_PROGRAM); at < limit && isOfName(bytes[at]); at += 1) hash = step(hash, bytes[at] ?? 0);
    if (at === tag || heard.has(hash)) return false;
    for (const start of starts) if (startsWith(bytes, tag, to, start)) return false;
    const message = afterTag(bytes, at, to);
    if (message < 0 || startsWith(bytes, message, to, PAM_MODULE) || startsWith(bytes, message, to, PAM)) return false;
    if (!(hasIso ? isIsoTime(bytes, from, hostStart - 1) : isPlainTime(bytes, from))) return false;
    return !mayHoldRequest || !holdsRequest(bytes, message, to);
  };
};

const MAX_HOST = 200;
const MAX_PROGRAM = 64;
const MAX_PID = 10;
const BLANK = 32;
const COLON = 58;
const PAM_MODULE = Buffer.from('pam_');
const PAM = Buffer.from('PAM ');

// Two programs with one hash are both heard: a line more is read, none is lost.
const step = (hash: number, byte: number): number => (Math.imul(hash, 31) + byte) | 0;
const hashOf = (name: string): number => Buffer.from(name).reduce(step, 0);

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;
// Letters, digits, `_`, `-`, `.`, `/`.
const isOfName = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 45 && byte <= 57) || byte === 95);

const afterBlank = (bytes: Uint8Array, from: number, to: number): number => {
  for (let at = from; at < to; at += 1) if (bytes[at] === BLANK) return at + 1;
  return -1;
};

// `: ` or `[123]: `.
const afterTag = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from;
  if (bytes[at] === 91) {
    at += 1;
    const limit = Math.min(to, at + MAX_PID);
    while (at < limit && isDigit(bytes[at])) at += 1;
    if (bytes[at] !== 93) return -1;
    at += 1;
  }
  return at + 1 < to && bytes[at] === COLON && bytes[at + 1] === BLANK ? at + 2 : -1;
};

const startsWith = (bytes: Uint8Array, from: number, to: number, words: Uint8Array): boolean => {
  if (to - from < words.length) return false;
  for (let index = 0; index < words.length; index += 1) if (bytes[from + index] !== words[index]) return false;
  return true;
};

const twoAt = (bytes: Uint8Array, at: number): number =>
  isDigit(bytes[at]) && isDigit(bytes[at + 1]) ? ((bytes[at] ?? 0) - 48) * 10 + (bytes[at + 1] ?? 0) - 48 : Number.NaN;

const isTimeOfDay = (bytes: Uint8Array, at: number): boolean =>
  bytes[at + 2] === COLON && bytes[at + 5] === COLON && twoAt(bytes, at) < 24 && twoAt(bytes, at + 3) < 60 && twoAt(bytes, at + 6) <= 60;

const MONTHS = new Set(['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map(hashOf));

// `Jan 12 03:04:05 `
const isPlainTime = (bytes: Uint8Array, from: number): boolean => {
  const month = step(step(step(0, bytes[from] ?? 0), bytes[from + 1] ?? 0), bytes[from + 2] ?? 0);
  const day = bytes[from + 4] === BLANK ? (isDigit(bytes[from + 5]) ? (bytes[from + 5] ?? 0) - 48 : Number.NaN) : twoAt(bytes, from + 4);
  const hasBlanks = bytes[from + 3] === BLANK && bytes[from + 6] === BLANK && bytes[from + 15] === BLANK;
  return hasBlanks && day >= 1 && day <= 31 && isLetters(bytes, from) && MONTHS.has(month) && isTimeOfDay(bytes, from + 7);
};

// Three of them, the first a capital: of such no two have one hash.
const isLetters = (bytes: Uint8Array, at: number): boolean => {
  const [first = 0, second = 0, third = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  return first >= 65 && first <= 90 && second >= 97 && second <= 122 && third >= 97 && third <= 122;
};

// `2026-01-12T03:04:05[.123456](Z|+00:00)` up to `to`.
const isIsoTime = (bytes: Uint8Array, from: number, to: number): boolean => {
  const year = twoAt(bytes, from) * 100 + twoAt(bytes, from + 2);
  const [month, day] = [twoAt(bytes, from + 5), twoAt(bytes, from + 8)];
  if (bytes[from + 4] !== 45 || bytes[from + 7] !== 45 || bytes[from + 10] !== 84 || !isTimeOfDay(bytes, from + 11)) return false;
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return false;
  let at = from + 19;
  if (bytes[at] === 46) for (at += 1; at < to && isDigit(bytes[at]); at += 1);
  if (bytes[at] === 90) return at + 1 === to;
  const isZone = (bytes[at] === 43 || bytes[at] === 45) && bytes[at + 3] === COLON && twoAt(bytes, at + 1) < 24 && twoAt(bytes, at + 4) < 60;
  return isZone && at + 6 === to;
};

// `] "` stands between the time and the request of an access log.
const holdsRequest = (bytes: Uint8Array, from: number, to: number): boolean => {
  for (let at = from; at + 2 < to; at += 1) if (bytes[at] === 93 && bytes[at + 1] === BLANK && bytes[at + 2] === 34) return true;
  return false;
};
