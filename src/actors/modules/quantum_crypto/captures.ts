import { bytesText } from '../../../domain/bytes-text.ts';
import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import { hashOfKey } from '../../../domain/windows/keyed-slots.ts';
import { isClassical } from './algorithms.ts';
import type { Say } from './say.ts';
import type { CryptoSettings } from './settings.ts';

const DAY_MS = 86_400_000;
const MIB = 1_048_576;
const MAX_DESTINATIONS = 512;

type Source = { from: number; bytes: number; events: number; isTapped: boolean; isClassical: boolean; readonly destinations: Set<number> };

/** Encrypted traffic that is collected now to be read later: much of it, by a tap or a mirror, with an exchange that will be broken. */
export const createCaptures = (settings: CryptoSettings) => {
  const sources = createBoundedMap<string, Source>(settings.max_tracked);
  return {
    onTransfer: (event: SecurityEvent, say: Say): void => {
      const { details } = event;
      const bytes = numberOf(details, 'bytes_transferred') ?? numberOf(details, 'bytes') ?? 0;
      if (bytes <= 0) return;
      const name = event.sourceIp ?? textOf(details, 'source_ip').slice(0, 64);
      const known = sources.get(name);
      const source: Source =
        known === undefined || Math.abs(event.at - known.from) > DAY_MS
          ? { from: event.at, bytes: 0, events: 0, isTapped: false, isClassical: false, destinations: new Set() }
          : known;
      sources.set(name, source);
      source.bytes += bytes;
      source.events++;
      if (/\b(?:mirror|tap|pcap|span|sniff\w{0,8}|capture)\b/i.test(textOf(details, 'capture_type').slice(0, 64))) source.isTapped = true;
      if (isClassical(textOf(details, 'cipher_suite')) || isClassical(textOf(details, 'key_exchange'))) source.isClassical = true;
      const destination = event.destIp ?? textOf(details, 'dest_ip').slice(0, 64);
      if (destination !== '' && source.destinations.size < MAX_DESTINATIONS) source.destinations.add(hashOfKey(destination));
      const subject = `ip:${name || 'unknown'}`;
      const amount = bytesText(source.bytes);
      // Volume alone is what servers do: somebody must have seen a tap.
      const signs = [source.bytes > 1024 * MIB, source.destinations.size > 20, source.isClassical].filter(Boolean).length;
      if (source.bytes > settings.capture_mb_threshold * MIB && source.isTapped && signs >= 1) {
        say({
          type: 'hndl_attack',
          rule: 'harvest',
          says: `${amount} of encrypted traffic of ${name} were captured within a day, by an exchange that can be broken later.`,
          field: 'capture_type',
          text: textOf(details, 'capture_type').slice(0, 64),
          counters: { bytes: source.bytes, events: source.events },
          subject,
        });
      }
      if (source.bytes > 500 * MIB && source.events > 100 && source.isTapped) {
        say({
          type: 'bulk_traffic_capture',
          rule: 'bulk',
          says: `${amount} of traffic of ${name} were captured in ${source.events} pieces within a day.`,
          field: 'bytes_transferred',
          text: String(source.bytes),
          counters: { bytes: source.bytes, events: source.events },
          subject,
        });
      }
    },
    size: sources.size,
    sweep: (now: number): void => sources.prune((source) => source.from < now - 3 * DAY_MS),
  };
};
