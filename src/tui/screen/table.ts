import { cutCells, fitCells, toCells } from '../text/cells.ts';
import { type Line, lineOf, type Span, type Tone } from '../text/line.ts';

/** A column of a list. `width` 0 takes what is left. `minColumns`: narrower lists leave it out. */
export type Column<Item> = {
  readonly head: string;
  readonly width: number;
  readonly minColumns: number;
  readonly isRight?: boolean;
  readonly text: (item: Item) => string;
  readonly tone?: (item: Item) => Tone;
};

/** The columns that fit, with their widths; the flexible one gets the rest. */
export const fitColumns = <Item>(columns: readonly Column<Item>[], width: number): readonly (Column<Item> & { readonly fitted: number })[] => {
  const shown = columns.filter((column) => width >= column.minColumns);
  const fixed = shown.reduce((sum, column) => sum + column.width, 0) + shown.length - 1;
  const rest = Math.max(4, width - MARKER_WIDTH - fixed);
  return shown.map((column) => ({ ...column, fitted: column.width === 0 ? rest : column.width }));
};

/** Columns before the first cell: the selection marker and a blank. */
export const MARKER_WIDTH = 2;

/** One item as one row: marker, cells, exactly one line whatever they hold. Longer texts are cut before they are looked at. */
export const rowLine = <Item>(
  columns: readonly (Column<Item> & { readonly fitted: number })[],
  item: Item,
  options: { readonly width: number; readonly marker: string; readonly isSelected: boolean; readonly isStale: boolean },
): Line => {
  const spans: Span[] = [{ text: fitCells(toCells(options.isSelected ? options.marker : ''), MARKER_WIDTH), tone: 'plain' }];
  columns.forEach((column, index) => {
    const cell = cellOf(column.text(item), column.fitted, column.isRight === true, options.width);
    const blank = index === columns.length - 1 ? '' : ' ';
    spans.push({ text: toCells(`${cell}${blank}`, 4096), tone: options.isStale ? 'stale' : (column.tone?.(item) ?? 'plain') });
  });
  return lineOf(spans, options.width, options.isSelected);
};

/** The column heads. */
export const headLine = <Item>(columns: readonly (Column<Item> & { readonly fitted: number })[], width: number): Line => {
  const text = columns.map((column) => cellOf(column.head, column.fitted, column.isRight === true, width)).join(' ');
  return lineOf(
    [
      { text: fitCells(toCells(''), MARKER_WIDTH), tone: 'dim' },
      { text: toCells(text, 4096), tone: 'dim' },
    ],
    width,
  );
};

const cellOf = (text: string, width: number, isRight: boolean, columns: number): string => {
  // A row never needs more than two screens' widths of a text, however long it is.
  const cell = toCells(text, columns * 2);
  return isRight ? cutCells(cell, width).padStart(width) : fitCells(cell, width);
};
