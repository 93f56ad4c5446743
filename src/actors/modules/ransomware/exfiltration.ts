import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import { type Say, sourceOf } from './say.ts';
import type { RansomwareSettings } from './settings.ts';

const HOUR_MS = 3_600_000;
const MIB = 1_048_576;

/** Bytes of one source to one destination in an hour. A server sends much to many; a thief much to one. */
export const createExfiltration = (settings: RansomwareSettings) => {
  const pairs = createBoundedMap<string, { from: number; bytes: number; wasSaid: boolean }>(settings.max_tracked);
  const allowed: ReadonlySet<string> = new Set(settings.backup_destinations.map((name) => name.toLowerCase()));
  return {
    onSent: (event: SecurityEvent, say: Say): void => {
      const bytes = numberOf(event.details, 'bytes') ?? numberOf(event.details, 'bytes_out') ?? 0;
      const destination = (textOf(event.details, 'destination') || event.destIp || '').slice(0, 253).toLowerCase();
      if (bytes <= 0 || allowed.has(destination)) return;
      const key = `${sourceOf(event)} ${destination}`;
      const known = pairs.get(key);
      const pair = known === undefined || Math.abs(event.at - known.from) > HOUR_MS ? { from: event.at, bytes: 0, wasSaid: false } : known;
      pair.bytes += bytes;
      pairs.set(key, pair);
      if (pair.bytes <= settings.exfil_mb_threshold * MIB || pair.wasSaid) return;
      pair.wasSaid = true;
      say({
        type: 'data_exfiltration',
        rule: 'bytes-an-hour',
        says: `${Math.round(pair.bytes / MIB)} MiB were sent to ${destination || 'one place'} within an hour; ${settings.exfil_mb_threshold} are allowed.`,
        field: 'destination',
        text: destination,
        counters: { bytes: pair.bytes, windowSeconds: 3600 },
        subject: `destination:${destination.slice(0, 128) || 'unknown'}`,
      });
    },
    size: pairs.size,
    sweep: (now: number): void => pairs.prune((pair) => pair.from < now - HOUR_MS),
  };
};
