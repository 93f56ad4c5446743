import chalk from 'chalk';
import { toSafe } from '../domain/safe-text.ts';
import type { Severity } from '../domain/severity.ts';

const MAX_CELL = 120;

/** Aligned columns; every cell is made safe. The last column is not padded. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const safe = rows.map((row) => row.map((cell) => toSafe(cell, MAX_CELL)));
  const widths = head.map((title, column) => Math.max(title.length, ...safe.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [chalk.dim(line(head)), ...safe.map(line)].join('\n');
};

/** Severity in words and colour; the words carry the meaning. */
export const severityText = (severity: Severity): string => severity;

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
