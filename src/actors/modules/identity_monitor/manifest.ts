import type { ModuleManifest } from '../../contract.ts';
import { ALERT_TYPES } from './alert-types.ts';
import { type IdentitySettings, identitySettingsSchema } from './settings.ts';

/** What identity_monitor is, takes and raises. */
export const manifest: ModuleManifest<IdentitySettings> = {
  id: 'identity_monitor',
  tier: 3,
  title: 'Accounts',
  description: 'The life of accounts: who is created, changed, given power; service accounts that leave their pattern.',
  eventTypes: [
    'user_created',
    'identity_created',
    'account_created',
    'user_updated',
    'account_updated',
    'profile_updated',
    'email_changed',
    'account_email_changed',
    'password_changed',
    'password_reset',
    'account_recovery',
    'role_change',
    'privilege_change',
    'permission_grant',
    'service_account_activity',
    'api_key_usage',
    'identity_verification',
    'kyc_check',
  ],
  alertTypes: ALERT_TYPES,
  settings: identitySettingsSchema,
};
