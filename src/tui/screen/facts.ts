import { fitCells, toCells, wrapCells } from '../text/cells.ts';
import { EMPTY_LINE, type Line, lineOf, span, type Tone } from '../text/line.ts';

/** A named text of a detail page. Long texts wrap under their name; `tone` colours the text, not the name. */
export type Fact = { readonly name: string; readonly text: string; readonly tone?: Tone; readonly maxLines?: number };

const NAME_WIDTH = 11;

/** Facts as lines, without the empty ones. A fact without a name is a paragraph. */
export const factLines = (facts: readonly Fact[], width: number): readonly Line[] =>
  facts.filter((fact) => fact.text !== '').flatMap((fact) => (fact.name === '' ? paragraph(fact, width) : named(fact, width)));

const named = (fact: Fact, width: number): readonly Line[] =>
  wrapCells(toCells(fact.text, 8192), Math.max(8, width - NAME_WIDTH - 1), fact.maxLines ?? 40).map((text, index) =>
    lineOf(
      [
        { text: fitCells(toCells(index === 0 ? ` ${fact.name}` : ''), NAME_WIDTH + 1), tone: 'dim' },
        { text, tone: fact.tone ?? 'plain' },
      ],
      width,
    ),
  );

const paragraph = (fact: Fact, width: number): readonly Line[] =>
  wrapCells(toCells(fact.text, 8192), Math.max(8, width - 1), fact.maxLines ?? 40).map((text) =>
    lineOf([span(' '), { text, tone: fact.tone ?? 'plain' }], width),
  );

/** Exactly `height` lines from `scroll` on, filled up with empty ones. */
export const pageOf = (lines: readonly Line[], scroll: number, height: number): readonly Line[] => {
  const shown = lines.slice(scroll, scroll + Math.max(0, height));
  return [...shown, ...Array.from({ length: Math.max(0, height - shown.length) }, () => EMPTY_LINE)];
};

/** Furthest scroll position that still fills the page. */
export const maxScroll = (lines: readonly Line[], height: number): number => Math.max(0, lines.length - Math.max(1, height));
