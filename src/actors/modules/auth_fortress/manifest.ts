import type { ModuleManifest } from '../../contract.ts';
import { ALERT_TYPES } from './alert-types.ts';
import { type AuthSettings, authSettingsSchema } from './settings.ts';

/** What auth_fortress is, takes and raises. */
export const manifest: ModuleManifest<AuthSettings> = {
  id: 'auth_fortress',
  tier: 3,
  title: 'Logins',
  description: 'Guessed passwords, fast, slow and from many places; logins that worked after them; sessions, tokens and second factors.',
  eventTypes: [
    'auth_failure',
    'auth_success',
    'auth_attempt',
    'login_failure',
    'login_success',
    'login_attempt',
    'session_activity',
    'privilege_change',
    'password_spray',
    'distributed_auth',
    'mfa_attempt',
    'oauth_grant',
    'oauth_consent',
    'oauth_token',
    'token_usage',
    'api_key_usage',
    'jwt_validation',
    'token_event',
    'logout',
    'token_revocation',
    'passkey_register',
    'passkey_auth',
    'webauthn_ceremony',
    'auth_downgrade',
  ],
  alertTypes: ALERT_TYPES,
  settings: authSettingsSchema,
};
