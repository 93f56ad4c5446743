import { fitCells, toCells } from '../text/cells.ts';
import { type Line, type Span, span, spansWidth } from '../text/line.ts';

/** Two panes of the same height next to each other, with a bar between. The left one is filled up to its width. */
export const joinSide = (left: readonly Line[], right: readonly Line[], leftWidth: number, bar: string): readonly Line[] =>
  left.map((line, index) => {
    const missing = Math.max(0, leftWidth - spansWidth(line.spans));
    const fill: readonly Span[] = missing > 0 ? [{ text: fitCells(toCells(''), missing), tone: 'plain' }] : [];
    return { spans: [...line.spans, ...fill, span(bar, 'dim'), ...(right[index]?.spans ?? [])], inverse: line.inverse };
  });
