import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import { createFirstSightings } from '../../../domain/windows/first-sightings.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createSlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit } from '../../contract.ts';
import { isCommonDomain } from './common-domains.ts';
import { type DnsName, entropyOf, readDnsName } from './dns-name.ts';
import { draftOf } from './draft.ts';
import { isRandomLabel } from './random-label.ts';
import type { RuleSet } from './rule-set.ts';
import { createSpeaker } from './speaker.ts';

/** `dns_tunneling`, `dns_exfiltration` and `dga_domain`, for one client and one registered domain. */
export const createDnsRules = (capacity: number): RuleSet => {
  const counts = createSlidingCounters(capacity, [MINUTE, FIVE, FIVE, FIVE, FIVE]);
  const domains = createKeyedSlots(capacity, counts.clear);
  const clientCounts = createSlidingCounters(capacity, [FIVE, FIVE]);
  const clients = createKeyedSlots(capacity, clientCounts.clear);
  const sightings = createFirstSightings(capacity, [300_000]);
  const missing = createKeyedSlots(capacity, sightings.clear);
  const speaker = createSpeaker(4096);

  const tell = (event: SecurityEvent, ip: string, emit: Emit, hit: Hit): void => {
    if (!speaker.allow(`${hit.type} ${unitKey(ip)} ${hit.about}`, event.at)) return;
    const { type, rule, facts, counters } = hit;
    const subject = `dns:${blockUnitOf(ip)}/${toSafe(hit.about, 100)}`;
    const shown = blockUnitOf(ip);
    emit(
      draftOf({
        type,
        rule,
        event,
        ip,
        subject,
        title: `${shown}: ${facts}`,
        description: `${shown}: ${facts}.`,
        field: 'domain',
        text: textOf(event.details, 'domain'),
        counters,
      }),
    );
  };

  const judgeDomain = (event: SecurityEvent, ip: string, name: DnsName, emit: Emit): void => {
    const { at, details } = event;
    const slot = domains.claim(`${unitKey(ip)} ${name.base}`, at);
    const kind = textOf(details, 'query_type').slice(0, 16).trim().toUpperCase();
    counts.add(slot, PER_MINUTE, at, 1);
    counts.add(slot, ALL, at, 1);
    if (name.sub !== '') {
      counts.add(slot, SUBS, at, 1);
      counts.add(slot, LETTERS, at, name.sub.length);
    }
    if (CARRIERS.has(kind)) counts.add(slot, CARRYING, at, 1);
    if (isCommonDomain(name.base)) return;
    const all = counts.count(slot, ALL, at);
    const rate = counts.count(slot, PER_MINUTE, at);
    const subs = counts.count(slot, SUBS, at);
    const mean = subs === 0 ? 0 : counts.count(slot, LETTERS, at) / subs;
    const carrying = counts.count(slot, CARRYING, at);
    const signs = [
      rate > 60 ? `${rate} queries in a minute` : '',
      subs > 10 && mean > 30 ? `names of ${Math.round(mean)} characters on average` : '',
      carrying > 20 && carrying * 2 > all ? `${carrying} of ${all} queries for TXT, NULL or CNAME` : '',
      isPatternless(name.sub) ? 'names without pattern' : '',
    ].filter((sign) => sign !== '');
    if (signs.length >= 2) {
      const facts = `data seems to leave in names under ${toSafe(name.base, 100)}: ${signs.join('; ')}`;
      const counters = { signs: signs.length, perMinute: rate, meanLength: Math.round(mean), carrying };
      tell(event, ip, emit, { type: 'dns_tunneling', rule: 'tunnel', about: name.base, facts, counters });
    }
    const size = numberOf(details, 'response_size') ?? 0;
    if ((kind === 'TXT' || kind === 'NULL') && size > 500 && all > 50) {
      const facts = `${all} queries under ${toSafe(name.base, 100)} in five minutes, the latest answered with ${size} bytes of ${kind}`;
      tell(event, ip, emit, { type: 'dns_exfiltration', rule: 'large-answers', about: name.base, facts, counters: { queries: all, responseSize: size } });
    }
  };

  const judgeName = (event: SecurityEvent, ip: string, name: DnsName, emit: Emit): void => {
    const { at } = event;
    if (!isCommonDomain(name.base) && isRandomLabel(name.label)) {
      const facts = `asks for ${toSafe(name.base, 100)}, a name that looks drawn by lot`;
      tell(event, ip, emit, { type: 'dga_domain', rule: 'random-label', about: 'random', facts });
    }
    const client = clients.claim(unitKey(ip), at);
    clientCounts.add(client, 0, at, 1);
    if (!isMissing(event)) return;
    if (!sightings.isFirst(missing.claim(`${unitKey(ip)} ${name.base}`, at), 0, at)) return;
    clientCounts.add(client, 1, at, 1);
    const absent = clientCounts.count(client, 1, at);
    const all = clientCounts.count(client, 0, at);
    if (absent < MANY_MISSING || absent * 2 < all) return;
    const facts = `asked for ${absent} different domains that do not exist, of ${all} queries in five minutes`;
    tell(event, ip, emit, {
      type: 'dga_domain',
      rule: 'nxdomain-burst',
      about: 'missing',
      facts,
      counters: { missing: absent, queries: all, windowSeconds: 300 },
    });
  };

  return {
    onEvent: (event, ip, emit) => {
      const name = readDnsName(textOf(event.details, 'domain') || textOf(event.details, 'query_name'));
      if (name === undefined || NOT_PUBLIC.test(name.full)) return;
      judgeDomain(event, ip, name, emit);
      judgeName(event, ip, name, emit);
    },
    size: () => domains.size() + clients.size() + missing.size() + speaker.size(),
    sweep: (now) => {
      for (const slots of [domains, clients, missing]) slots.releaseOutside(now - KEEP_MS, now + KEEP_MS);
      speaker.sweep(now);
    },
  };
};

type Hit = {
  readonly type: string;
  readonly rule: string;
  /** What is told once: a domain, or a kind of behaviour. */
  readonly about: string;
  readonly facts: string;
  readonly counters?: { readonly [name: string]: number } | undefined;
};

const MINUTE = { bucketMs: 5000, buckets: 12 };
const FIVE = { bucketMs: 30_000, buckets: 10 };
const [PER_MINUTE, ALL, SUBS, LETTERS, CARRYING] = [0, 1, 2, 3, 4] as const;
const CARRIERS = new Set(['TXT', 'NULL', 'CNAME']);
const MANY_MISSING = 20;
const KEEP_MS = 600_000;
// Reverse look-ups and names of the own network are long and many by nature.
const NOT_PUBLIC = /\.(?:arpa|local|lan|home|internal|localdomain|corp)$/;

// Names of machines are long as well, but made of words and numbers with hyphens and dots between.
const isPatternless = (sub: string): boolean => {
  if (sub.length <= 20) return false;
  const piece = sub.split(/[.-]/).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
  return piece.length > 20 && entropyOf(piece) > 3.8;
};

const isMissing = (event: SecurityEvent): boolean => {
  const answer = (textOf(event.details, 'rcode') || textOf(event.details, 'response_code')).slice(0, 16).trim().toUpperCase();
  return answer === 'NXDOMAIN' || answer === 'NAME_ERROR' || answer === '3';
};
