import type { Entities } from './entity.ts';
import type { Severity } from './severity.ts';

/**
 * Where an event came from, set by the ingest layer and never by the sender.
 * `sensor`: read by our own collector. `spoofable`: unauthenticated network input. `claim`: an API client says so.
 */
export type Trust = 'sensor' | 'spoofable' | 'claim';

/** Free fields of an event, by the names of the event catalogue. Read them with `textOf`, `numberOf` and `flagOf`. */
export type Details = { readonly [key: string]: unknown };

/** A fact from a source, in memory. The wire form is in `event-json.ts`. */
export type SecurityEvent = {
  readonly id: string;
  /** The event's own time, wall-clock ms. Detectors use this and nothing else as their clock. */
  readonly at: number;
  /** Collector and place: `file:/var/log/auth.log`, `journald`, `process`, `replay:<file>`, `api`. */
  readonly source: string;
  /** Who reported it (host name, relay), apart from who did it. */
  readonly observer?: string | undefined;
  /** Reporter's label; routing never looks at it. */
  readonly module: string;
  readonly type: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly details: Details;
  /** The source line, at most 8 KiB. */
  readonly raw?: string | undefined;
  /** The exact bytes that came as `raw_data`, when `raw` cannot hold them (not UTF-8, or over 8 KiB): uploads, firmware, images. */
  readonly bytes?: Uint8Array | undefined;
  readonly sourceIp?: string | undefined;
  readonly destIp?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly requestId?: string | undefined;
  readonly entities: Entities;
  readonly trust: Trust;
};

/** Text of a details key: strings as they are, numbers and booleans written out, anything else the empty string. */
export const textOf = (details: Details, key: string): string => {
  const value = details[key];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
};

/** Number of a details key: numbers and numeric text; undefined when missing or not a number. */
export const numberOf = (details: Details, key: string): number | undefined => {
  const value = details[key];
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
};

/** Truth of a details key: booleans, 1/0 and the usual words; undefined when it is none of them. */
export const flagOf = (details: Details, key: string): boolean | undefined => {
  const word = textOf(details, key).trim().toLowerCase();
  if (['true', '1', 'yes', 'ok', 'success'].includes(word)) return true;
  return ['false', '0', 'no', 'failure', 'failed', 'denied'].includes(word) ? false : undefined;
};
