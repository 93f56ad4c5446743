import { type SafeText, toSafe } from '../../domain/safe-text.ts';

declare const cells: unique symbol;

/** Text that may be laid out: safe, one line, and of a width every terminal agrees on. Only `toCells` makes it. */
export type CellText = SafeText & { readonly [cells]: true };

/**
 * Makes outside text fit for a fixed grid. On top of `toSafe`, characters that are invisible or whose width terminals disagree
 * about (variation selectors, fillers, flags, skin tones, bare jamo, leading or piled-up marks) are shown as `\u{…}`.
 */
export const toCells = (text: string, maxLength = 1024): CellText => {
  const safe = toSafe(text, maxLength);
  return (PLAIN.test(safe) ? safe : safe.replace(UNSURE, showCodePoint)) as CellText;
};

/** Columns the text takes. An upper bound where a cluster may be drawn narrower, so that a row can never overflow. */
export const widthOf = (text: CellText): number => {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
};

/** At most `width` columns; what was cut away is marked by `…`. */
export const cutCells = (text: CellText, width: number): CellText => {
  if (width <= 0) return NOTHING;
  if (widthOf(text) <= width) return text;
  return `${headOf(text, width - 1)}…` as CellText;
};

/** Exactly `width` columns: cut, or padded with blanks. */
export const fitCells = (text: CellText, width: number): CellText => {
  const cut = cutCells(text, width);
  return (cut + ' '.repeat(Math.max(0, width - widthOf(cut)))) as CellText;
};

/** Lines of at most `width` columns, broken at blanks where there is one, at most `maxLines` (the last then ends in `…`). */
export const wrapCells = (text: CellText, width: number, maxLines = 200): readonly CellText[] => {
  if (width <= 0) return [];
  const lines: CellText[] = [];
  let rest: string = text;
  while (rest !== '' && lines.length < maxLines) {
    const piece = nextPiece(rest, width);
    const isLast = lines.length === maxLines - 1 && piece.length < rest.length;
    lines.push((isLast ? cutCells(rest as CellText, width) : piece.trimEnd()) as CellText);
    rest = rest.slice(piece.length).trimStart();
  }
  return lines.length === 0 ? [NOTHING] : lines;
};

export const NOTHING = '' as CellText;

const PLAIN = /^[\x20-\x7e]*$/;

// Linear: single characters, each with a look-behind of fixed length.
const UNSURE =
  /\p{Default_Ignorable_Code_Point}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u20e3|[\u2800\u1160-\u11ff\ud7b0-\ud7fb]|(?<=^|[ ]|\p{M}\p{M})\p{M}/gu;

const showCodePoint = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

const MARK = /^[\p{Mn}\p{Me}]$/u;
// East Asian Width W and F (Unicode 16, blocks rounded outwards) and everything drawn as an emoji by default.
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dff\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u2630-\u2637\u268a-\u268f\u{16fe0}-\u{1b2ff}\u{1d300}-\u{1d37f}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

const characterWidth = (character: string): number => {
  if (character < '\u007f') return 1;
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
};

const headOf = (text: string, width: number): string => {
  let used = 0;
  let length = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) break;
    length += character.length;
  }
  return text.slice(0, length);
};

const nextPiece = (text: string, width: number): string => {
  const head = headOf(text, width);
  // A single wide character in one column: taken anyway, so that the loop moves on.
  if (head === '') return String.fromCodePoint(text.codePointAt(0) ?? 0x20);
  if (head.length === text.length || text[head.length] === ' ') return head;
  const blank = head.lastIndexOf(' ');
  return blank > head.length / 2 ? head.slice(0, blank + 1) : head;
};
