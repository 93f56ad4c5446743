/** Wall-clock ms of a local date and time; months count from 0. */
export type LocalTime = (year: number, month: number, day: number, hour: number, minute: number, second: number) => number;

/** What a grammar needs from outside; the defaults are those of a live source on this machine. */
export type GrammarOptions = {
  /** The zone of lines that name none; this machine's when left out. */
  readonly localTime?: LocalTime | undefined;
  /** A line's own time further than this ahead of its receipt is not believed (default one day). `Infinity` for old logs. */
  readonly maxAheadMs?: number | undefined;
  /** Networks whose hosts speak for others: their clients are who `X-Forwarded-For` names. */
  readonly trustedProxies?: readonly string[] | undefined;
};

export const DAY_MS = 86_400_000;

/** This machine's zone. */
export const machineLocalTime: LocalTime = (year, month, day, hour, minute, second) => new Date(year, month, day, hour, minute, second).getTime();
