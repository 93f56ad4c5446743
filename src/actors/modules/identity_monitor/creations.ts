import { numberOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createSlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import { domainOf, isCommonDomain, suspicionOf } from './made-up.ts';
import { accountOf, type Say } from './say.ts';
import type { IdentitySettings } from './settings.ts';

const HOUR_MS = 3_600_000;
const THRESHOLD = 50;

/** New accounts: too many from one address or of one pattern, and those that look made up. */
export const createCreations = (settings: IdentitySettings) => {
  const counters = createSlidingCounters(settings.max_tracked, [{ bucketMs: 60_000, buckets: 60 }]);
  const keys = createKeyedSlots(
    settings.max_tracked,
    (slot) => counters.clear(slot),
    (key) => key,
  );
  const shared: ReadonlySet<string> = new Set(settings.shared_addresses);
  const disposable: ReadonlySet<string> = new Set(settings.disposable_domains.map((domain) => domain.toLowerCase()));
  const countOf = (key: string, at: number): number => {
    const slot = keys.claim(key, at);
    counters.add(slot, 0, at, 1);
    return counters.count(slot, 0, at);
  };
  return {
    onCreated: (event: SecurityEvent, say: Say): void => {
      const account = accountOf(event);
      if (account === '') return;
      const { at, details, sourceIp } = event;
      const mail = textOf(details, 'email');
      const name = textOf(details, 'name');
      const limit = settings.max_creations_per_hour;
      const fromThere = sourceIp === undefined || shared.has(sourceIp) ? 0 : countOf(`ip:${blockUnitOf(sourceIp)}`, at);
      const pattern = patternOf(account, mail);
      const alike = pattern === '' ? 0 : countOf(pattern, at);
      if (fromThere > limit) {
        say({
          type: 'bulk_identity_creation',
          rule: 'creations-of-address',
          says: `${fromThere} accounts were created from ${sourceIp} within an hour.`,
          field: 'source_ip',
          text: sourceIp ?? '',
          counters: { accounts: fromThere, limit, windowSeconds: 3600 },
          subject: `ip:${sourceIp}`,
        });
      } else if (alike > limit) {
        say({
          type: 'bulk_identity_creation',
          rule: 'creations-of-pattern',
          says: `${alike} accounts of one pattern were created within an hour (${pattern}).`,
          field: 'user_id',
          text: account,
          counters: { accounts: alike, limit, windowSeconds: 3600 },
          subject: `pattern:${pattern.slice(0, 128)}`,
        });
      }
      const suspicion = suspicionOf(mail, name, fromThere > limit, disposable);
      if (suspicion.score >= THRESHOLD) {
        say({
          type: 'synthetic_identity',
          rule: 'made-up',
          says: `The account ${account} looks made by a machine: ${suspicion.indicators.join(', ')}.`,
          field: 'email',
          text: mail,
          counters: { scorePercent: suspicion.score },
        });
      }
      // An account of the system itself that is root under another name.
      if (numberOf(details, 'uid') === 0 && account !== 'root') {
        say({
          type: 'privilege_escalation',
          rule: 'second-root',
          severity: 'CRITICAL',
          says: `The account ${account} was created with user id 0: it is root under another name.`,
          field: 'uid',
          text: account,
        });
      }
    },
    size: keys.size,
    sweep: (now: number): void => keys.releaseOutside(now - 2 * HOUR_MS, now + 2 * HOUR_MS),
  };
};

// `u0@example.com`, `u1@example.com`: names that differ in a number only, at one domain. People differ in letters.
const patternOf = (account: string, mail: string): string => {
  const domain = domainOf(mail);
  const name = (mail.includes('@') ? mail.slice(0, mail.lastIndexOf('@')) : account).slice(0, 128).toLowerCase();
  if (!/\d/.test(name) || isCommonDomain(domain)) return '';
  return `${name.replace(/\d+/g, '#')}@${domain}`;
};
