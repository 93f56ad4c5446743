import { type CellText, cutCells, NOTHING, toCells, widthOf } from './cells.ts';

/** What a piece of text means. Components never name a colour: the theme does. */
export type Tone =
  | 'plain'
  | 'dim'
  | 'heading'
  | 'accent'
  | 'ok'
  | 'warn'
  | 'danger'
  | 'stale'
  | 'severity.critical'
  | 'severity.high'
  | 'severity.medium'
  | 'severity.low'
  | 'severity.info';

export type Span = { readonly text: CellText; readonly tone: Tone };

/** One row of the screen, never wider than it was fitted to. The first `inverse` spans are drawn inverse: the selection. */
export type Line = { readonly spans: readonly Span[]; readonly inverse: number };

/** A piece of any text, ours or not: it goes through the same gate. */
export const span = (text: string, tone: Tone = 'plain', maxLength = 1024): Span => ({ text: toCells(text, maxLength), tone });

/** Spans as one row of at most `width` columns. */
export const lineOf = (spans: readonly Span[], width: number, isSelected = false): Line => {
  let left = width;
  const fitted: Span[] = [];
  for (const piece of spans) {
    if (left <= 0) break;
    const text = cutCells(piece.text, left);
    left -= widthOf(text);
    if (text !== '') fitted.push({ text, tone: piece.tone });
  }
  if (isSelected && left > 0) fitted.push(span(' '.repeat(left)));
  return { spans: fitted, inverse: isSelected ? fitted.length : 0 };
};

/** Left and right parts with blanks between; the right part goes first when there is no room. */
export const spread = (left: readonly Span[], right: readonly Span[], width: number): Line => {
  const gap = width - spansWidth(left) - spansWidth(right);
  if (right.length === 0 || gap < 1) return lineOf(left, width);
  return lineOf([...left, span(' '.repeat(gap)), ...right], width);
};

/** A rule across the row, with a title near its left end. */
export const ruleOf = (title: string, glyph: string, width: number): Line => {
  const head = title === '' ? '' : `${glyph} ${title} `;
  const text = toCells(head);
  return lineOf([{ text, tone: 'dim' }, span(glyph.repeat(Math.max(0, width - widthOf(text))), 'dim', 4096)], width);
};

export const spansWidth = (spans: readonly Span[]): number => spans.reduce((sum, piece) => sum + widthOf(piece.text), 0);

export const EMPTY_LINE: Line = { spans: [], inverse: 0 };

/** Plain text of a row, for linear mode and tests. */
export const textOfLine = (line: Line): string => line.spans.map((piece) => piece.text).join('') || NOTHING;
