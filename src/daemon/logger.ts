import pino, { type Logger } from 'pino';
import { toSafe } from '../domain/safe-text.ts';

export type { Logger } from 'pino';

const LEVELS: { readonly [level: number]: string } = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'ERROR', 60: 'FATAL' };

/** The daemon's log: JSON lines, or one plain line each for a person. Outside text in messages is made safe by the caller. */
export const createLogger = (options: { readonly level: string; readonly format: 'console' | 'json'; readonly write: (line: string) => void }): Logger =>
  pino(
    { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => options.write(options.format === 'json' ? line : plain(line)) },
  );

const plain = (line: string): string => {
  const { level, time, msg, ...rest } = JSON.parse(line) as {
    readonly level: number;
    readonly time: string;
    readonly msg?: string;
    readonly [key: string]: unknown;
  };
  const more = Object.entries(rest).map(([key, value]) => ` ${key}=${toSafe(typeof value === 'string' ? value : JSON.stringify(value), 300)}`);
  return `${time} ${LEVELS[level] ?? level} ${toSafe(msg ?? '', 500)}${more.join('')}\n`;
};
