import chalk from 'chalk';
import { toSafe } from '../domain/safe-text.ts';
import { type CellText, NOTHING, toCells, widthOf } from '../tui/text/cells.ts';

const MAX_CELL = 120;

/** Aligned columns, wide characters counted as two; every cell is made safe. The last column is not padded. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const titles = head.map((title) => toCells(title));
  const safe = rows.map((row) => row.map((cell) => toCells(cell, MAX_CELL)));
  const widths = titles.map((title, column) => safe.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? NOTHING)), widthOf(title)));
  const line = (cells: readonly CellText[]): string =>
    cells
      .map((cell, column) => (column === head.length - 1 ? cell : `${cell}${' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)))}`))
      .join('  ')
      .trimEnd();
  return [chalk.dim(line(titles)), ...safe.map(line)].join('\n');
};

/** `14:02:11` of an RFC 3339 time when it is of today, else with its date; in the host's time zone. */
export const shortTime = (timestamp: string, now: number): string => {
  const time = new Date(timestamp);
  const clock = time.toLocaleTimeString('en-GB', { hour12: false });
  return new Date(now).toDateString() === time.toDateString() ? clock : `${time.toLocaleDateString('sv-SE')} ${clock}`;
};

/** Aligned `name  value` lines. */
export const pairs = (entries: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${chalk.dim(name.padEnd(width))}  ${toSafe(value, 500)}`).join('\n');
};
