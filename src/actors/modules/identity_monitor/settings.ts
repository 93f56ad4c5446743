import { z } from 'zod';

const count = z.number().int().min(1).max(65_000);

/** Settings of identity_monitor. The compatible interface has none; all are ours. */
export const identitySettingsSchema = z.strictObject({
  /** Accounts created from one address, or with one pattern of names, in an hour. */
  max_creations_per_hour: count.default(10),
  /** Actions of one service account in an hour. */
  max_service_actions_per_hour: count.default(1000),
  /** How long a service account is watched before something new about it is worth a word, hours. */
  baseline_hours: z.number().int().min(1).max(720).default(24),
  /** Roles and groups that give power, besides the known ones. */
  privileged_roles: z.array(z.string().max(128)).max(1000).default([]),
  /** Mail domains for throw-away addresses, besides the known ones. */
  disposable_domains: z.array(z.string().max(253)).max(10_000).default([]),
  /** Addresses that many people share: no limit on accounts created from there. */
  shared_addresses: z.array(z.string().max(64)).max(1000).default([]),
  /** Addresses and service accounts remembered, each. */
  max_tracked: z.number().int().min(64).max(1_000_000).default(10_000),
});

export type IdentitySettings = z.infer<typeof identitySettingsSchema>;
