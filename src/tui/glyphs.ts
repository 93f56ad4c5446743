import type { Severity } from '../domain/severity.ts';
import { type CellText, widthOf } from './text/cells.ts';

/** Single-width signs, no emoji; the ASCII set serves non-UTF-8 locales and `--ascii`. */
export type Glyphs = {
  readonly live: string;
  readonly busy: string;
  readonly offline: string;
  readonly selected: string;
  readonly waiting: string;
  readonly warn: string;
  readonly paused: string;
  readonly ok: string;
  readonly failed: string;
  readonly unknown: string;
  readonly rule: string;
  readonly bar: string;
  readonly enter: string;
  readonly severity: { readonly [name in Severity]: string };
};

export const UNICODE_GLYPHS: Glyphs = {
  live: '●',
  busy: '◐',
  offline: '○',
  selected: '▶',
  waiting: '⚑',
  warn: '▲',
  paused: '⏸',
  ok: '✓',
  failed: '✗',
  unknown: '?',
  rule: '─',
  bar: '│',
  enter: '⏎',
  severity: { CRITICAL: '‼', HIGH: '!', MEDIUM: '~', LOW: '·', INFO: ' ' },
};

export const ASCII_GLYPHS: Glyphs = {
  live: '*',
  busy: '~',
  offline: 'o',
  selected: '>',
  waiting: '#',
  warn: '^',
  paused: '||',
  ok: '+',
  failed: 'x',
  unknown: '?',
  rule: '-',
  bar: '|',
  enter: 'Enter',
  severity: { CRITICAL: '#', HIGH: '!', MEDIUM: '~', LOW: '.', INFO: ' ' },
};

/** The word of a severity in five columns or fewer. */
export const SEVERITY_WORD: { readonly [name in Severity]: string } = { CRITICAL: 'CRIT', HIGH: 'HIGH', MEDIUM: 'MED', LOW: 'LOW', INFO: 'INFO' };

/** The same text with every character outside ASCII replaced by as many columns of ASCII: for terminals that cannot show more. */
export const asciiOnly = (text: CellText): string => (PLAIN.test(text) ? text : text.replace(/[^\x20-\x7e]/gu, asciiFor));

const PLAIN = /^[\x20-\x7e]*$/;
const SUBSTITUTES: { readonly [character: string]: string } = { '…': '~', '␛': '^', '·': '.', '→': '>', '—': '-', '▏': '|', '“': '"', '”': '"', '’': "'" };
// One code point of text that already is laid out in cells.
const asciiFor = (character: string): string => SUBSTITUTES[character] ?? '?'.repeat(widthOf(character as CellText));
