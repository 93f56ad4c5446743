import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { Severity } from '../../../domain/severity.ts';
import { createFirstSightings } from '../../../domain/windows/first-sightings.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createSlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { draftOf } from './draft.ts';
import { destinationOf } from './endpoints.ts';
import { lateralFactsOf, ticketHours, usesRc4 } from './kerberos.ts';
import type { RuleSet } from './rule-set.ts';
import { createSpeaker } from './speaker.ts';

/** From host to host: one source that reaches many, and the ways to do it with stolen hashes and tickets. */
export const createLateralRules = (capacity: number): RuleSet => {
  const sightings = createFirstSightings(capacity * 2, [SPAN_MS]);
  const pairs = createKeyedSlots(capacity * 2, sightings.clear);
  const counts = createSlidingCounters(capacity, [HALF_HOUR, HALF_HOUR, TEN_MINUTES]);
  const units = createKeyedSlots(capacity, counts.clear);
  const speaker = createSpeaker(2048);

  const tell = (event: SecurityEvent, ip: string, emit: Emit, hit: Hit): void => {
    const unit = blockUnitOf(ip);
    if (!speaker.allow(`${hit.type} ${unit}`, event.at)) return;
    const facts = `${unit} ${hit.facts}`;
    emit(draftOf({ ...hit, event, ip, subject: `ip:${unit}`, title: facts, description: `${facts}${userWords(event)}.` }));
  };

  return {
    onEvent: (event, ip, emit) => {
      const { at } = event;
      const unit = unitKey(ip);
      const source = units.claim(unit, at);
      const { technique, protocol, ticket, service } = lateralFactsOf(event);
      const host = destinationOf(event);
      const isSeenOnly = event.type === 'network_connection';
      if (host !== undefined && sightings.isFirst(pairs.claim(`${unit} ${host}`, at), 0, at)) counts.add(source, isSeenOnly ? 1 : 0, at, 1);
      const hosts = counts.count(source, 0, at);
      const seen = counts.count(source, 1, at);
      if (hosts >= SPREAD_HOSTS) {
        tell(event, ip, emit, {
          type: 'lateral_spread',
          rule: 'spread',
          facts: `reached ${hosts} different hosts in half an hour`,
          counters: { hosts, limit: SPREAD_HOSTS },
        });
      } else if (isSeenOnly && seen >= SEEN_HOSTS) {
        const facts = `opened remote logins to ${seen} different hosts in half an hour`;
        tell(event, ip, emit, { type: 'lateral_spread', rule: 'spread-connections', severity: 'MEDIUM', facts, counters: { hosts: seen, limit: SEEN_HOSTS } });
      }
      if (isSeenOnly) return;
      if ((protocol.startsWith('ntlm') || PASS_HASH.has(technique)) && hosts >= HASH_HOSTS) {
        tell(event, ip, emit, {
          type: 'pass_the_hash',
          rule: 'pass-the-hash',
          facts: `used NTLM on ${hosts} hosts in half an hour`,
          counters: { hosts, limit: HASH_HOSTS },
        });
      }
      if (PASS_TICKET.has(technique) || (protocol === 'kerberos' && ticket === 'tgs' && technique === 'ticket_reuse')) {
        tell(event, ip, emit, { type: 'pass_the_ticket', rule: 'pass-the-ticket', facts: 'used a ticket that was made out to another place' });
      }
      if (technique === 'golden_ticket' || (ticket === 'tgt' && (ticketHours(event) ?? 0) > LONGEST_TICKET_HOURS)) {
        tell(event, ip, emit, {
          type: 'golden_ticket',
          rule: technique === 'golden_ticket' ? 'golden-named' : 'golden-lifetime',
          facts: 'has a ticket that no domain gives out',
        });
      }
      if (DCSYNC.has(technique) || DRS.test(service)) {
        tell(event, ip, emit, { type: 'dcsync', rule: 'dcsync', facts: 'asked a domain controller for its password database' });
      }
      if (technique === 'kerberoasting' || (ticket === 'tgs' && usesRc4(event))) {
        counts.add(source, 2, at, 1);
        const requests = counts.count(source, 2, at);
        if (requests < ROAST_REQUESTS) return;
        const facts = `asked for ${requests} service tickets with RC4 in ten minutes`;
        tell(event, ip, emit, { type: 'kerberoasting', rule: 'rc4-tickets', facts, counters: { requests, limit: ROAST_REQUESTS, windowSeconds: 600 } });
      }
    },
    size: () => pairs.size() + units.size() + speaker.size(),
    sweep: (now) => {
      for (const slots of [pairs, units]) slots.releaseOutside(now - SPAN_MS, now + SPAN_MS);
      speaker.sweep(now);
    },
  };
};

type Hit = {
  readonly type: string;
  readonly rule: string;
  readonly facts: string;
  readonly severity?: Severity | undefined;
  readonly counters?: { readonly [name: string]: number } | undefined;
};

const SPAN_MS = 1_800_000;
const HALF_HOUR = { bucketMs: 180_000, buckets: 10 };
const TEN_MINUTES = { bucketMs: 60_000, buckets: 10 };
const SPREAD_HOSTS = 5;
// Connections alone are what a host for administration makes all day.
const SEEN_HOSTS = 15;
const HASH_HOSTS = 3;
const ROAST_REQUESTS = 5;
// Ten hours are usual, a week is the longest renewal that domains are set up with.
const LONGEST_TICKET_HOURS = 168;
const PASS_HASH = new Set(['pass_the_hash', 'pth']);
const PASS_TICKET = new Set(['pass_the_ticket', 'ptt']);
const DCSYNC = new Set(['dcsync', 'drs_replication']);
const DRS = /drs_?getncchanges|drsgetncchanges/;

const userWords = (event: SecurityEvent): string => {
  const user = textOf(event.details, 'username');
  return user === '' ? '' : ` as ${toSafe(user, 64)}`;
};
