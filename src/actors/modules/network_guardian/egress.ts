import type { SecurityEvent } from '../../../domain/event.ts';
import { blockUnitOf, networkOf, networkText } from '../../../domain/ip.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import { isInside } from './endpoints.ts';
import type { NetworkSettings } from './settings.ts';
import { createSpeaker } from './speaker.ts';

export type EgressRules = {
  readonly onSent: (event: SecurityEvent, ip: string, host: string, bytes: number, emit: Emit) => void;
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};

/** Bytes of one source in an hour against its own usual hour, and much data to a network it never talked to. */
export const createEgressRules = (settings: NetworkSettings, capacity: number): EgressRules => {
  const since = new Float64Array(capacity);
  const hour = new Float64Array(capacity);
  const sentInHour = new Float64Array(capacity);
  const usual = new Float64Array(capacity);
  const sources = createKeyedSlots(capacity, (slot) => {
    for (const column of [since, hour, sentInHour, usual]) column[slot] = 0;
  });
  const sentThere = new Float64Array(capacity * 4);
  const knownSince = new Float64Array(capacity * 4);
  const places = createKeyedSlots(capacity * 4, (slot) => {
    sentThere[slot] = 0;
    knownSince[slot] = 0;
  });
  const speaker = createSpeaker(1024, true);
  const learningMs = settings.learning_hours * HOUR_MS;

  // Closes the hours that are over: the usual hour follows slowly, so that a flood does not become usual at once.
  const roll = (slot: number, at: number): void => {
    const now = Math.floor(at / HOUR_MS);
    const before = hour[slot] ?? 0;
    if (now <= before) return;
    if (before > 0) {
      const kept = Math.min(sentInHour[slot] ?? 0, Math.max(FLOOR_BYTES, (usual[slot] ?? 0) * FACTOR));
      usual[slot] = ((usual[slot] ?? 0) * (1 - WEIGHT) + kept * WEIGHT) * (1 - WEIGHT) ** Math.min(1000, now - before - 1);
    }
    hour[slot] = now;
    sentInHour[slot] = 0;
  };

  return {
    onSent: (event, ip, host, bytes, emit) => {
      if (bytes <= 0 || isInside(host)) return;
      const { at } = event;
      const slot = sources.claim(unitKey(ip), at);
      if (since[slot] === 0) since[slot] = at;
      roll(slot, at);
      sentInHour[slot] = (sentInHour[slot] ?? 0) + bytes;
      const place = places.claim(`${unitKey(ip)} ${wideOf(event, host)}`, at);
      if (knownSince[place] === 0) knownSince[place] = at;
      sentThere[place] = (sentThere[place] ?? 0) + bytes;
      if (at - (since[slot] ?? at) < learningMs) return;
      const unit = blockUnitOf(ip);
      const limit = Math.max(FLOOR_BYTES, (usual[slot] ?? 0) * FACTOR);
      const sent = sentInHour[slot] ?? 0;
      if (sent > limit && speaker.allow(`volume ${unit}`, at)) {
        const facts = `${unit} sent ${megabytes(sent)} in an hour, usually ${megabytes(usual[slot] ?? 0)}`;
        emit(
          draftOf({
            type: 'egress_volume',
            rule: 'hour',
            event,
            ip,
            subject: `ip:${unit}`,
            title: facts,
            description: `${facts} (limit ${megabytes(limit)}).`,
            field: 'bytes_out',
            counters: { bytes: sent, usual: Math.round(usual[slot] ?? 0) },
          }),
        );
      }
      const there = sentThere[place] ?? 0;
      if (at - (knownSince[place] ?? 0) > NEW_FOR_MS || there < RARE_BYTES) return;
      const network = wideOf(event, host);
      if (!speaker.allow(`rare ${unit} ${network}`, at)) return;
      const facts = `${unit} sent ${megabytes(there)} to ${toSafe(network, 100)}, where it never sent anything before`;
      emit(
        draftOf({
          type: 'rare_destination',
          rule: 'new-network',
          event,
          ip,
          subject: `flow:${unit}/${toSafe(network, 100)}`,
          title: facts,
          description: `${facts}.`,
          field: 'dest_ip',
          counters: { bytes: there },
        }),
      );
    },
    size: () => sources.size() + places.size() + speaker.size(),
    sweep: (now) => {
      sources.releaseOutside(now - KEEP_MS, now + KEEP_MS);
      places.releaseOutside(now - KEEP_MS, now + KEEP_MS);
      speaker.sweep(now);
    },
  };
};

const HOUR_MS = 3_600_000;
const KEEP_MS = 30 * 86_400_000;
const NEW_FOR_MS = HOUR_MS;
const FLOOR_BYTES = 100_000_000;
const RARE_BYTES = 10_000_000;
const FACTOR = 8;
// A day of hours makes two thirds of what is usual.
const WEIGHT = 1 / 24;

const wideOf = (event: SecurityEvent, host: string): string => (host === event.destIp ? networkText(networkOf(host, host.includes(':') ? 48 : 24)) : host);

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
