import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createSlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import type { Say } from './say.ts';
import type { PostureSettings } from './settings.ts';

const READS = /^(?:Describe|Get|List|Head|Lookup|Search|Batch(?:Get|Describe)|View|get|list|watch|read)(?=[A-Z_:.]|$)/;
const OFF = /^(?:false|disabled?|none|off|0|no|suspended|inactive)$/i;
const PROTECTIONS =
  /encrypt|\bkms\b|\bsse\b|logging|\blogs?\b|audit|trail|\bmfa\b|2fa|monitor|versioning|backup|firewall|deletion_?protection|waf|guardduty|tls|ssl/i;
const PUBLIC = /^(?:public(?:-read(?:-write)?|read|access)?|authenticated-read|all_?users|everyone|anonymous|world|internet)$/i;
const ANYWHERE = /(?:^|[^\d.:a-f])(?:0\.0\.0\.0\/0|::\/0)(?![\d])/i;

/** Changes of settings: protections taken away, drift, and resources that change all the time. */
export const createChanges = (settings: PostureSettings) => {
  const counters = createSlidingCounters(settings.max_tracked, [{ bucketMs: 60_000, buckets: 60 }]);
  const keys = createKeyedSlots(
    settings.max_tracked,
    (slot) => counters.clear(slot),
    (key) => key,
  );
  return {
    onChange: (event: SecurityEvent, say: Say): void => {
      const { details } = event;
      const resource = textOf(details, 'resource').slice(0, 512);
      if (resource === '') return;
      const kind = textOf(details, 'change_type').slice(0, 128);
      const before = textOf(details, 'old_value').slice(0, 8192);
      const after = textOf(details, 'new_value').slice(0, 8192);
      const expected = Object.hasOwn(settings.expected, resource) ? settings.expected[resource] : undefined;
      if (expected !== undefined && after !== '' && after !== expected) {
        say({
          type: 'config_drift',
          rule: 'expected',
          says: `${resource} was set to ${after.slice(0, 100)}; it must be ${expected.slice(0, 100)}.`,
          field: 'new_value',
          text: after,
        });
      }
      const lost = degradationOf(textOf(details, 'resource_type').slice(0, 128), kind, before, after);
      if (lost !== undefined)
        say({
          type: 'security_degradation',
          rule: lost.rule,
          says: `${resource}: ${lost.says} (${before.slice(0, 80) || 'unknown'} → ${after.slice(0, 80)}).`,
          field: 'new_value',
          text: after,
        });
      if (READS.test(kind)) return;
      const slot = keys.claim(resource, event.at);
      counters.add(slot, 0, event.at, 1);
      const count = counters.count(slot, 0, event.at);
      if (count <= settings.max_changes_per_hour) return;
      say({
        type: 'rapid_config_changes',
        rule: 'changes-an-hour',
        says: `${resource} was changed ${count} times within an hour.`,
        field: 'resource',
        text: resource,
        counters: { changes: count, limit: settings.max_changes_per_hour, windowSeconds: 3600 },
      });
    },
    size: keys.size,
    sweep: (now: number): void => keys.releaseOutside(now - 7_200_000, now + 7_200_000),
  };
};

/** What protection a change takes away; undefined when it takes none. Values are compared as settings, not searched for words. */
export const degradationOf = (
  resourceType: string,
  kind: string,
  before: string,
  after: string,
): { readonly rule: string; readonly says: string } | undefined => {
  const old = before.trim();
  const now = after.trim();
  if (PUBLIC.test(now) && !PUBLIC.test(old)) return { rule: 'public', says: 'it became public' };
  if (PROTECTIONS.test(`${kind} ${resourceType}`) && OFF.test(now) && !OFF.test(old))
    return { rule: 'switched-off', says: `${kind || resourceType} was switched off` };
  if (ANYWHERE.test(now) && !ANYWHERE.test(old) && /firewall|security|ingress|acl|network|rule|nsg|cidr/i.test(`${kind} ${resourceType}`))
    return { rule: 'opened', says: 'it was opened to every address' };
  return undefined;
};
