import type { LogClock } from './log-time.ts';

/** Where the parts of one syslog line lie. One object is filled again for each line. */
export type SyslogPrefix = {
  at: number;
  host: string | undefined;
  program: string;
  pid: string;
  /** Index of the first character of the message. */
  start: number;
};

/** An empty one, to be filled by `readSyslogPrefix`. */
export const createSyslogPrefix = (): SyslogPrefix => ({ at: 0, host: undefined, program: '', pid: '', start: 0 });

/**
 * Reads what the syslog daemon wrote before the message: RFC 3164, RFC 3339 (rsyslog, Debian 12) and RFC 5424 forms, an optional
 * `<PRI>`, or only `program[pid]: `. False when the line has no such prefix.
 */
export const readSyslogPrefix = (line: string, clock: LogClock, receivedAt: number, into: SyslogPrefix): boolean => {
  const from = line.charCodeAt(0) === LESS ? afterPri(line) : 0;
  into.host = undefined;
  into.pid = '';
  into.program = '';
  if (isUpper(line.charCodeAt(from)) && line.charCodeAt(from + 3) === BLANK) {
    const at = clock.rfc3164(line, from, receivedAt);
    if (!Number.isNaN(at) && line.charCodeAt(from + 15) === BLANK) {
      into.at = at;
      return readHostAndTag(line, from + 16, into);
    }
  }
  if (isDigit(line.charCodeAt(from))) {
    if (from > 0 && line.charCodeAt(from) === ONE && line.charCodeAt(from + 1) === BLANK) return readRfc5424(line, from + 2, clock, receivedAt, into);
    const timeEnd = line.indexOf(' ', from);
    const at = timeEnd < 0 || timeEnd > from + 40 ? Number.NaN : clock.iso(line, from, timeEnd, receivedAt);
    if (Number.isNaN(at)) return false;
    into.at = at;
    return readHostAndTag(line, timeEnd + 1, into);
  }
  into.at = receivedAt;
  return readTag(line, from, into);
};

const LESS = 60;
const BLANK = 32;
const ONE = 49;
const MAX_TAG = 96;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isUpper = (code: number): boolean => code >= 65 && code <= 90;

const afterPri = (line: string): number => {
  for (let at = 1; at <= 4; at += 1) {
    if (line.charCodeAt(at) === 62) return at > 1 ? at + 1 : 0;
    if (!isDigit(line.charCodeAt(at))) return 0;
  }
  return 0;
};

const readHostAndTag = (line: string, from: number, into: SyslogPrefix): boolean => {
  const hostEnd = line.indexOf(' ', from);
  if (hostEnd < 0 || hostEnd - from > 255) return false;
  // Some daemons leave the host out: `Jan 12 03:04:05 sshd[7]: …`.
  if (line.charCodeAt(hostEnd - 1) === 58) return readTag(line, from, into);
  into.host = line.slice(from, hostEnd);
  const next = hostEnd + 1;
  return readTag(line, next, into) || readTag(line, afterFacility(line, next), into);
};

// busybox writes `host auth.info sshd[7]: …`.
const afterFacility = (line: string, from: number): number => {
  const blank = line.indexOf(' ', from);
  const dot = line.indexOf('.', from);
  return blank > 0 && dot > from && dot < blank && blank - from < 20 ? blank + 1 : line.length;
};

// `program: `, `program[pid]: `; the program has no blanks.
const readTag = (line: string, from: number, into: SyslogPrefix): boolean => {
  const limit = Math.min(line.length, from + MAX_TAG);
  let bracket = -1;
  for (let at = from; at < limit; at += 1) {
    const code = line.charCodeAt(at);
    if (code === BLANK) return false;
    if (code === 91 && bracket < 0) bracket = at;
    if (code !== 58) continue;
    if (at === from) return false;
    if (at + 1 < line.length && line.charCodeAt(at + 1) !== BLANK) continue;
    into.program = line.slice(from, bracket < 0 ? at : bracket);
    into.pid = bracket < 0 ? '' : line.slice(bracket + 1, line.charCodeAt(at - 1) === 93 ? at - 1 : at);
    into.start = Math.min(at + 2, line.length);
    return true;
  }
  return false;
};

// `TIME HOST APP PID MSGID SD MSG`, after `<PRI>1 `.
const readRfc5424 = (line: string, from: number, clock: LogClock, receivedAt: number, into: SyslogPrefix): boolean => {
  let at = from;
  const word = (): string => {
    const end = line.indexOf(' ', at);
    const text = line.slice(at, end < 0 ? line.length : end);
    at = end < 0 ? line.length : end + 1;
    return text;
  };
  const time = word();
  const stamp = time === '-' ? receivedAt : clock.iso(time, 0, time.length, receivedAt);
  if (Number.isNaN(stamp)) return false;
  into.at = stamp;
  const host = word();
  into.host = host === '-' ? undefined : host;
  into.program = word();
  const pid = word();
  into.pid = pid === '-' ? '' : pid;
  word();
  const afterData = line.charCodeAt(at) === 91 ? afterStructuredData(line, at) : at + 1;
  if (afterData < 0) return false;
  into.start = Math.min(line.charCodeAt(afterData) === BLANK ? afterData + 1 : afterData, line.length);
  if (line.charCodeAt(into.start) === 0xfeff) into.start += 1;
  return into.program !== '';
};

// Values are quoted; `\"`, `\\` and `\]` are escaped inside (RFC 5424 §6.3.3).
const afterStructuredData = (line: string, from: number): number => {
  let isQuoted = false;
  for (let at = from; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (isQuoted && code === 92) at += 1;
    else if (code === 34) isQuoted = !isQuoted;
    else if (!isQuoted && code === 93 && line.charCodeAt(at + 1) !== 91) return at + 1;
  }
  return -1;
};
