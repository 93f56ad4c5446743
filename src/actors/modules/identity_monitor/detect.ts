import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createPace } from '../../../domain/windows/pace.ts';
import { type Detector, defineModule } from '../../contract.ts';
import { createCreations } from './creations.ts';
import { judgeGrant } from './grants.ts';
import { manifest } from './manifest.ts';
import { judgeMutation } from './mutations.ts';
import { accountOf, draftOf, type Said, type Say } from './say.ts';
import { createServices } from './services.ts';
import type { IdentitySettings } from './settings.ts';

// The first words about one account are for people; after that a reminder is enough.
const PACE = { burst: 32, everyMs: 30_000, quietMs: 600_000 };

/** Judges what happens to accounts. */
export const createDetector = (settings: IdentitySettings): Detector => {
  const creations = createCreations(settings);
  const services = createServices(settings);
  const roles: ReadonlySet<string> = new Set(settings.privileged_roles.map((role) => role.toLowerCase()));
  const disposable: ReadonlySet<string> = new Set(settings.disposable_domains.map((domain) => domain.toLowerCase()));
  const pace = createPace(settings.max_tracked, PACE);
  const slots = createKeyedSlots(
    settings.max_tracked,
    (slot) => pace.clear(slot),
    (key) => key,
  );
  return {
    onEvent: (event, emit) => {
      const say = (said: Said): void => {
        const draft = draftOf(event, said);
        if (pace.allow(slots.claim(`${said.type} ${draft.subject}`, event.at), event.at)) emit(draft);
      };
      const judge = JUDGES.get(event.type);
      if (judge === 'created') creations.onCreated(event, say);
      else if (judge === 'changed') judgeMutation(event, disposable, say);
      else if (judge === 'granted') judgeGrant(event, roles, say);
      else if (judge === 'service') services.onActivity(event, say);
      else if (judge === 'verified') judgeVerification(event, say);
    },
    size: () => creations.size() + services.size() + slots.size(),
    sweep: (now) => {
      creations.sweep(now);
      services.sweep(now);
    },
  };
};

/** The module. */
export const identityMonitor = defineModule({ manifest, createDetector });

type Judge = 'created' | 'changed' | 'granted' | 'service' | 'verified';

const all = (judge: Judge, ...types: readonly string[]): readonly [string, Judge][] => types.map((type) => [type, judge]);

const JUDGES: ReadonlyMap<string, Judge> = new Map([
  ...all('created', 'user_created', 'identity_created', 'account_created'),
  ...all(
    'changed',
    'user_updated',
    'account_updated',
    'profile_updated',
    'email_changed',
    'account_email_changed',
    'password_changed',
    'password_reset',
    'account_recovery',
  ),
  ...all('granted', 'role_change', 'privilege_change', 'permission_grant'),
  ...all('service', 'service_account_activity', 'api_key_usage'),
  ...all('verified', 'identity_verification', 'kyc_check'),
]);

const FAILED: ReadonlySet<string> = new Set(['failed', 'fail', 'failure', 'rejected', 'reject', 'denied']);

const judgeVerification = (event: SecurityEvent, say: Say): void => {
  const result = textOf(event.details, 'result').trim().toLowerCase();
  if (!FAILED.has(result)) return;
  const method = textOf(event.details, 'method').slice(0, 128);
  say({
    type: 'verification_failed',
    rule: 'verification',
    says: `${accountOf(event) || 'Somebody'} could not prove who they are${method === '' ? '' : ` (${method})`}.`,
    field: 'result',
    text: result,
  });
};
