import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import { createFirstSightings } from '../../../domain/windows/first-sightings.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createSlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import { destinationOf, isForMany, isInside } from './endpoints.ts';
import type { RuleSet } from './rule-set.ts';
import { createSpeaker } from './speaker.ts';

/**
 * `vertical_scan` (many ports of one host), `horizontal_scan` (one port of many hosts), each in five minutes and in six hours, and
 * `stealth_scan` (very fast, or packets that no client sends). Different ports and hosts are counted, not attempts.
 */
export const createScanRules = (capacity: number): RuleSet => {
  const triples = capacity * 4;
  const sightings = createFirstSightings(triples, [FAST_MS, SLOW_MS]);
  const seen = createKeyedSlots(triples, sightings.clear);
  const portCounts = createSlidingCounters(capacity, [FAST, SLOW]);
  const targets = createKeyedSlots(capacity, portCounts.clear);
  const hostCounts = createSlidingCounters(capacity, [FAST, SLOW]);
  const services = createKeyedSlots(capacity, hostCounts.clear);
  const attempts = createSlidingCounters(capacity, [SECONDS, FAST]);
  const units = createKeyedSlots(capacity, attempts.clear);
  const speaker = createSpeaker(4096);

  const tell = (event: SecurityEvent, ip: string, emit: Emit, hit: Hit): void => {
    const unit = blockUnitOf(ip);
    if (!speaker.allow(`${hit.type} ${unit}`, event.at)) return;
    const subject = `ip:${unit}`;
    const blocked = isRefused(event) ? ' A firewall refused the latest attempt.' : '';
    const severity = isRefused(event) ? LESS[hit.type] : undefined;
    emit(
      draftOf({ ...hit, event, ip, subject, severity, title: `${unit}: ${hit.facts}`, description: `${unit}: ${hit.facts}.${blocked}`, field: 'dest_port' }),
    );
  };

  return {
    onEvent: (event, ip, emit) => {
      const { at, details } = event;
      const host = destinationOf(event) ?? '(this host)';
      if (isForMany(host)) return;
      const port = numberOf(details, 'dest_port') ?? numberOf(details, 'port');
      const unit = unitKey(ip);
      const source = units.claim(unit, at);
      attempts.add(source, 0, at, 1);
      const odd = textOf(details, 'flags_kind');
      if (odd !== '') attempts.add(source, 1, at, 1);
      if (port === undefined || port < 1 || port > 65_535) return;
      const target = targets.claim(`${unit} ${host}`, at);
      const service = services.claim(`${unit} :${port}`, at);
      const triple = seen.claim(`${unit} ${host} ${port}`, at);
      for (const window of WINDOWS) {
        if (!sightings.isFirst(triple, window, at)) continue;
        portCounts.add(target, window, at, 1);
        hostCounts.add(service, window, at, 1);
      }
      const ports = portCounts.count(target, 0, at);
      const fast = attempts.count(source, 0, at);
      const shown = toSafe(host, 100);
      if (fast > STEALTH_ATTEMPTS && ports >= STEALTH_PORTS) {
        const facts = `${fast} attempts in five seconds on ${ports} ports of ${shown}`;
        tell(event, ip, emit, { type: 'stealth_scan', rule: 'stealth-fast', facts, counters: { attempts: fast, ports, windowSeconds: 5 } });
      }
      const strange = odd === '' ? 0 : attempts.count(source, 1, at);
      if (strange >= ODD_PACKETS) {
        const facts = `${strange} packets that no ordinary client sends (${toSafe(odd, 16)}), on ${ports} ports of ${shown}`;
        tell(event, ip, emit, { type: 'stealth_scan', rule: 'stealth-flags', facts, counters: { packets: strange, ports, windowSeconds: 300 } });
      }
      const slowPorts = portCounts.count(target, 1, at);
      if (ports >= FAST_PORTS || slowPorts >= SLOW_PORTS) {
        const isFast = ports >= FAST_PORTS;
        const facts = `${isFast ? ports : slowPorts} different ports of ${shown} in ${isFast ? 'five minutes' : 'six hours'}`;
        const counters = { ports: isFast ? ports : slowPorts, limit: isFast ? FAST_PORTS : SLOW_PORTS, windowSeconds: isFast ? 300 : 21_600 };
        tell(event, ip, emit, { type: 'vertical_scan', rule: isFast ? 'vertical-fast' : 'vertical-slow', facts, counters });
      }
      // A client of the own network reads pages and asks names of many hosts all day.
      if (CLIENT_PORTS.has(port) && isInside(ip) && !isInside(host)) return;
      const hosts = hostCounts.count(service, 0, at);
      const slowHosts = hostCounts.count(service, 1, at);
      if (hosts < FAST_HOSTS && slowHosts < SLOW_HOSTS) return;
      const isFast = hosts >= FAST_HOSTS;
      const facts = `port ${port} of ${isFast ? hosts : slowHosts} different hosts in ${isFast ? 'five minutes' : 'six hours'}`;
      const counters = { hosts: isFast ? hosts : slowHosts, limit: isFast ? FAST_HOSTS : SLOW_HOSTS, windowSeconds: isFast ? 300 : 21_600 };
      tell(event, ip, emit, { type: 'horizontal_scan', rule: isFast ? 'horizontal-fast' : 'horizontal-slow', facts, counters });
    },
    size: () => seen.size() + targets.size() + services.size() + units.size() + speaker.size(),
    sweep: (now) => {
      for (const slots of [seen, targets, services, units]) slots.releaseOutside(now - SLOW_MS, now + SLOW_MS);
      speaker.sweep(now);
    },
  };
};

type Hit = { readonly type: string; readonly rule: string; readonly facts: string; readonly counters: { readonly [name: string]: number } };

const CLIENT_PORTS = new Set([53, 80, 123, 443, 853]);
const FAST_MS = 300_000;
const SLOW_MS = 21_600_000;
const SECONDS = { bucketMs: 500, buckets: 10 };
const FAST = { bucketMs: 30_000, buckets: 10 };
const SLOW = { bucketMs: 1_800_000, buckets: 12 };
const WINDOWS = [0, 1] as const;
const FAST_PORTS = 20;
const SLOW_PORTS = 20;
const FAST_HOSTS = 10;
const SLOW_HOSTS = 15;
const STEALTH_ATTEMPTS = 50;
const STEALTH_PORTS = 15;
const ODD_PACKETS = 5;

// What a firewall refuses is worth a look, not a night call.
const LESS: { readonly [type: string]: Severity } = { stealth_scan: 'HIGH', vertical_scan: 'MEDIUM', horizontal_scan: 'MEDIUM' };

const isRefused = (event: SecurityEvent): boolean => REFUSED.has(textOf(event.details, 'action').toLowerCase());
const REFUSED = new Set(['drop', 'dropped', 'block', 'blocked', 'reject', 'rejected', 'deny', 'denied']);
