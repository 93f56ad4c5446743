import type { LogClock } from '../log-time.ts';

/** What stands before the message in the log file of a service: its time, and where the message begins. */
export type OwnHead = { at: number; start: number };

/**
 * Reads the time that a service writes before its message: ISO with blank or T, `2026/01/12`, `Mon Jan 12 … 2026`, `12-Jan-2026`,
 * seconds since the epoch, `01/12/2026`, `260112`, `Jan 12`; in brackets or not, after `<W>`, `t=` or `time=`. A line without one
 * begins with its message and counts as of its receipt.
 */
export const readOwnHead = (line: string, clock: LogClock, receivedAt: number, into: OwnHead): void => {
  into.at = receivedAt;
  into.start = 0;
  const head = line.slice(0, 72);
  for (const [form, read] of FORMS) {
    const found = form.exec(head);
    if (found === null) continue;
    const at = read(found[1] ?? '', clock, receivedAt);
    if (!Number.isFinite(at)) continue;
    into.at = at;
    into.start = found[0].length;
    return;
  }
};

type Reader = (text: string, clock: LogClock, receivedAt: number) => number;

const iso: Reader = (text, clock, receivedAt) => {
  const plain = text
    .replace(/ ?(?:[A-Z]{2,5})$/, (zone) => (zone === 'Z' || /UTC|GMT/.test(zone) ? 'Z' : ''))
    .replace(/ (?=[+-][0-9])/, '')
    .replace(/[T ] ?(?=[0-9]:)/, ' 0');
  return clock.iso(plain, 0, plain.length, receivedAt);
};

const slashed: Reader = (text, clock, receivedAt) => clock.slashed(text, 0, receivedAt);
const ctime: Reader = (text, clock, receivedAt) => {
  const short = text.replace(/ [A-Z]{3,5}(?= [0-9]{4}$)/, '');
  return clock.ctime(short, 0, short.length, receivedAt);
};
const plain: Reader = (text, clock, receivedAt) => clock.rfc3164(text, 0, receivedAt);
const epoch: Reader = (text, _clock, receivedAt) => {
  const at = Math.floor(Number(text) * 1000);
  return at > 0 && at <= receivedAt + DAY_MS ? at : receivedAt;
};
const DAY_MS = 86_400_000;

// `12-Jan-2026 03:04:05`, `12/Jan/2026:03:04:05 +0000`
const dayFirst: Reader = (text, clock, receivedAt) => {
  const [, day = '', month = '', year = '', time = '', zone = ''] = DAY_FIRST.exec(text) ?? [];
  return zone === ''
    ? clock.ctime(`Mon ${month} ${day.padStart(2)} ${time} ${year}`, 0, 24, receivedAt)
    : clock.clf(`${day.padStart(2, '0')}/${month}/${year}:${time} ${zone}`, 0, receivedAt);
};
const DAY_FIRST = /^([0-9]{1,2})[-/ ]([A-Z][a-z]{2})[-/ ]([0-9]{4})[ :]([0-9:]{8})(?:\.[0-9]{1,6})?(?: ([+-][0-9]{4}))?$/;

// `01/12/2026 03:04:05`: the month comes first unless it cannot be one.
const numeric: Reader = (text, clock, receivedAt) => {
  const [, first = '', second = '', year = '', time = ''] = NUMERIC.exec(text) ?? [];
  const [month, day] = Number(first) > 12 || text.includes('.') ? [second, first] : [first, second];
  return iso(`${year.length === 2 ? `20${year}` : year}-${month}-${day} ${time}`, clock, receivedAt);
};
const NUMERIC = /^([0-9]{2})[/.]([0-9]{2})[/.]([0-9]{4}|[0-9]{2}),? ([0-9:]{8})/;

// `260112  3:04:05`
const sixDigits: Reader = (text, clock, receivedAt) =>
  iso(`20${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4, 6)} ${text.slice(7).trim().padStart(8, '0')}`, clock, receivedAt);

const FORMS: readonly (readonly [RegExp, Reader])[] = [
  [
    /^(?:<[A-Za-z]{1,8}>|t=|time=|ts=)?["[]?([0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]| {2}(?=[0-9]:))[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?(?: ?(?:Z|UTC|GMT|WES?T|BST|CES?T|EES?T|MSK|IST|SGT|HKT|JST|KST|A[CE][DS]T|SAST|[ECMP][DS]T|[+-][0-9]{2}:?[0-9]{2}))?)(?:["\]]|(?=[\t ,;|:]|$))[\t ,;|:]{0,3}/,
    iso,
  ],
  [/^\[?([0-9]{4}\/[0-9]{2}\/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,][0-9]{1,6})?(?:\]|(?=[ ,;|:]|$))[ ,;|]{0,3}/, slashed],
  [/^\[?([A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?: [A-Z]{3,5})? [0-9]{4})(?:\]|(?=[ :]|$))[ :]{0,2}/, ctime],
  [/^\[?([0-9]{1,2}[-/ ][A-Z][a-z]{2}[-/ ][0-9]{4}[ :][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?: [+-][0-9]{4})?)(?:\]|(?=[ :]|$))[ :]{0,2}/, dayFirst],
  [/^\[?([0-9]{10}(?:\.[0-9]{1,6})?)(?:\]|(?=[ :]))[ :]{0,2}/, epoch],
  [/^\[?([0-9]{2}[/.][0-9]{2}[/.](?:[0-9]{4}|[0-9]{2}),? [0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,][0-9]{1,9})?(?: [AP]M)?(?:\]|(?=[ :]))[ :]{0,2}/, numeric],
  [/^([0-9]{6} [ 0-9][0-9]:[0-9]{2}:[0-9]{2}) {1,2}/, sixDigits],
  [/^\[?([A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,6})?(?:\]|(?=[ ]))[ ]?/, plain],
];
