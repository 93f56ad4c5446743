import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { blockUnitOf } from '../../../domain/ip.ts';
import { createBoundedMap } from '../../../domain/windows/bounded-map.ts';
import { hashOfKey } from '../../../domain/windows/keyed-slots.ts';
import { accountOf, type Say } from './say.ts';
import type { IdentitySettings } from './settings.ts';

const HOUR_MS = 3_600_000;
const IDLE_MS = 30 * 24 * HOUR_MS;
const MAX_KNOWN = 512;

type Profile = {
  readonly since: number;
  last: number;
  /** Hashes of what is known: actions and places. */
  readonly actions: Set<number>;
  readonly places: Set<number>;
  hourFrom: number;
  inHour: number;
  wasBusy: boolean;
};

/** Service accounts: what they do, from where and how often, learned for a day and compared from then on. */
export const createServices = (settings: IdentitySettings) => {
  const profiles = createBoundedMap<string, Profile>(settings.max_tracked);
  const baselineMs = settings.baseline_hours * HOUR_MS;
  return {
    onActivity: (event: SecurityEvent, say: Say): void => {
      const account = accountOf(event);
      if (account === '') return;
      const { at, sourceIp } = event;
      const profile = profiles.get(account) ?? { since: at, last: at, actions: new Set(), places: new Set(), hourFrom: at, inHour: 0, wasBusy: false };
      profiles.set(account, profile);
      const isKnown = at - profile.since > baselineMs;
      const action = textOf(event.details, 'action').slice(0, 256);
      const place = sourceIp === undefined ? '' : blockUnitOf(sourceIp);
      if (learn(profile.actions, action) && isKnown) {
        say({
          type: 'unusual_svc_activity',
          rule: 'new-action',
          says: `The service account ${account} never did ${action} before.`,
          field: 'action',
          text: action,
          counters: { knownActions: profile.actions.size - 1 },
        });
      }
      if (learn(profile.places, place) && isKnown) {
        say({
          type: 'svc_unusual_ip',
          rule: 'new-place',
          says: `The service account ${account} never came from ${place} before.`,
          field: 'source_ip',
          text: place,
          counters: { knownPlaces: profile.places.size - 1 },
        });
      }
      countHour(profile, at);
      profile.last = Math.max(profile.last, at);
      if (profile.inHour <= settings.max_service_actions_per_hour || profile.wasBusy) return;
      profile.wasBusy = true;
      say({
        type: 'svc_high_volume',
        rule: 'actions-an-hour',
        says: `The service account ${account} did more than ${settings.max_service_actions_per_hour} things within an hour.`,
        field: 'account_id',
        text: account,
        counters: { actions: profile.inHour, limit: settings.max_service_actions_per_hour, windowSeconds: 3600 },
      });
    },
    size: profiles.size,
    sweep: (now: number): void => profiles.prune((profile) => profile.last < now - IDLE_MS),
  };
};

const learn = (known: Set<number>, what: string): boolean => {
  const hash = hashOfKey(what);
  if (what === '' || known.has(hash) || known.size >= MAX_KNOWN) return false;
  known.add(hash);
  return true;
};

const countHour = (profile: Profile, at: number): void => {
  if (Math.abs(at - profile.hourFrom) >= HOUR_MS) {
    profile.hourFrom = at;
    profile.inHour = 0;
    profile.wasBusy = false;
  }
  profile.inHour++;
};
