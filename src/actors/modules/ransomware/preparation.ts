import type { SecurityEvent } from '../../../domain/event.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import type { RansomwareAlertType } from './alert-types.ts';
import { type Say, sourceOf } from './say.ts';

const GAP_MS = 1_800_000;
const KINDS: ReadonlySet<RansomwareAlertType> = new Set<RansomwareAlertType>(['shadow_copy_delete', 'backup_destruction', 'service_stop']);
const MANY_SERVICES = 3;

type Seen = { last: number; readonly kinds: Set<string>; readonly services: Set<string>; firstEvent: string };

/** Ways of recovery that are taken away one after the other, in one place. */
export const createPreparation = (maxTracked: number) => {
  const places = createBoundedMap<string, Seen>(maxTracked);
  return {
    /** Notes what was found; says so when it is the second way, or the third service. */
    onFound: (event: SecurityEvent, type: RansomwareAlertType, text: string, say: Say): void => {
      if (!KINDS.has(type)) return;
      const place = sourceOf(event);
      const known = places.get(place);
      const seen: Seen =
        known === undefined || event.at - known.last > GAP_MS ? { last: event.at, kinds: new Set(), services: new Set(), firstEvent: event.id } : known;
      seen.last = Math.max(seen.last, event.at);
      seen.kinds.add(type);
      if (type === 'service_stop' && seen.services.size < 32) seen.services.add(text.slice(0, 128));
      places.set(place, seen);
      if (type === 'service_stop' && seen.services.size === MANY_SERVICES) {
        say({
          type: 'service_stop',
          rule: 'many-services',
          severity: 'HIGH',
          says: `${MANY_SERVICES} services that hold data were stopped within half an hour.`,
          field: 'command_line',
          text,
          counters: { services: seen.services.size },
          subject: place,
        });
      }
      if (seen.kinds.size < 2) return;
      say({
        type: 'compound_ransomware_prep',
        rule: 'several-ways',
        says: `Recovery is made impossible in ${seen.kinds.size} ways: ${[...seen.kinds].join(', ')}.`,
        field: 'command_line',
        text,
        counters: { ways: seen.kinds.size },
        subject: place,
        earlier: [seen.firstEvent],
      });
    },
    size: places.size,
    sweep: (now: number): void => places.prune((seen) => seen.last < now - GAP_MS),
  };
};
