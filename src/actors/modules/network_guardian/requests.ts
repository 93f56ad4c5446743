import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createSlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import type { RuleSet } from './rule-set.ts';
import type { NetworkSettings } from './settings.ts';
import { createSpeaker } from './speaker.ts';

/** `rate_limit` for one address, and for one address on one path; `ddos` for all addresses together. */
export const createRequestRules = (settings: NetworkSettings, capacity: number): RuleSet => {
  const counts = createSlidingCounters(capacity, [SECOND, MINUTE]);
  const units = createKeyedSlots(capacity, counts.clear);
  const pathCounts = createSlidingCounters(capacity, [MINUTE]);
  const paths = createKeyedSlots(capacity, pathCounts.clear);
  const all = createSlidingCounters(1, [SECOND]);
  const speaker = createSpeaker(2048);
  const { burst_size: burst, max_requests_per_minute: perMinute, max_endpoint_requests_per_minute: perPath } = settings;
  const flood = Math.min(perMinute * 10, MAX_COUNT);

  const judgePath = (event: SecurityEvent, unit: string, ip: string, emit: Emit): void => {
    const path = pathOf(event);
    if (path === '') return;
    const slot = paths.claim(`${unit} ${path}`, event.at);
    pathCounts.add(slot, 0, event.at, 1);
    const count = pathCounts.count(slot, 0, event.at);
    if (count <= perPath || !speaker.allow(`path ${unit} ${path}`, event.at)) return;
    const facts = `${count} requests from ${blockUnitOf(ip)} to ${toSafe(path, 100)} in a minute`;
    emit(rateDraft(event, ip, 'endpoint-minute', `${facts} (limit ${perPath}).`, { requests: count, limit: perPath, windowSeconds: 60 }));
  };

  return {
    onEvent: (event, ip, emit) => {
      const { at } = event;
      const unit = unitKey(ip);
      const slot = units.claim(unit, at);
      counts.add(slot, 0, at, 1);
      counts.add(slot, 1, at, 1);
      all.add(0, 0, at, 1);
      const inSecond = counts.count(slot, 0, at);
      const inMinute = counts.count(slot, 1, at);
      const isOver = inMinute > perMinute || inSecond > burst;
      if (isOver && speaker.allow(`rate ${unit}`, at)) {
        const isBurst = inMinute <= perMinute;
        const [count, limit, seconds] = isBurst ? [inSecond, burst, 1] : [inMinute, perMinute, 60];
        const facts = `${count} requests from ${blockUnitOf(ip)} in ${isBurst ? 'a second' : 'a minute'} (limit ${limit}).`;
        emit(rateDraft(event, ip, isBurst ? 'address-second' : 'address-minute', facts, { requests: count, limit, windowSeconds: seconds }));
      }
      // Pairs are only worth their memory where the address is busy.
      if (inMinute > perPath / 8) judgePath(event, unit, ip, emit);
      const together = all.count(0, 0, at);
      if (together > flood && speaker.allow('flood', at)) emit(floodDraft(event, together, flood));
    },
    size: () => units.size() + paths.size() + speaker.size(),
    sweep: (now) => {
      units.releaseOutside(now - KEEP_MS, now + KEEP_MS);
      paths.releaseOutside(now - KEEP_MS, now + KEEP_MS);
      speaker.sweep(now);
    },
  };
};

const SECOND = { bucketMs: 100, buckets: 10 };
const MINUTE = { bucketMs: 5000, buckets: 12 };
// What a saturating counter can still tell from its limit.
const MAX_COUNT = 65_000;
const KEEP_MS = 300_000;

const pathOf = (event: SecurityEvent): string => {
  const path = textOf(event.details, 'path') || textOf(event.details, 'endpoint');
  const mark = path.indexOf('?');
  return (mark < 0 ? path : path.slice(0, mark)).slice(0, 200);
};

const rateDraft = (event: SecurityEvent, ip: string, rule: string, facts: string, counters: { readonly [name: string]: number }) =>
  draftOf({
    type: 'rate_limit',
    rule,
    event,
    title: facts.slice(0, -1),
    description: facts,
    subject: `ip:${blockUnitOf(ip)}`,
    ip,
    field: 'source_ip',
    counters,
  });

// Nobody is named: the address of the last request is any of them.
const floodDraft = (event: SecurityEvent, requests: number, limit: number) =>
  draftOf({
    type: 'ddos',
    rule: 'flood-second',
    event,
    title: `${requests} requests in a second`,
    description: `${requests} requests of all addresses together in a second (limit ${limit}).`,
    subject: 'host:requests',
    ip: undefined,
    counters: { requests, limit, windowSeconds: 1 },
  });
