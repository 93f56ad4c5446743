import { z } from 'zod';

const count = z.number().int().min(1).max(65_000);

/** Settings of auth_fortress. The first three are those of the compatible interface, the others are ours. */
export const authSettingsSchema = z.strictObject({
  /** Failed logins of one address (IPv6: one /64) in a minute. Also the floor of the two slower limits. */
  max_failures_per_minute: count.default(10),
  /** How long an attempt of an attacking address is reported as made in spite of the attack, s. Nothing is locked here. */
  lockout_duration_seconds: z.number().int().min(1).max(86_400).default(300),
  /** Different names tried from one address in a minute. */
  stuffing_threshold: count.default(50),
  /** One address; tries of a name that does not exist count twice here and in the next. */
  max_failures_per_hour: count.default(30),
  max_failures_per_day: count.default(40),
  /** One account from one address. */
  max_pair_failures_per_hour: count.default(20),
  max_pair_failures_per_day: count.default(24),
  /** One account from many addresses: failures in ten minutes, an hour and a day. */
  account_failures_per_10_minutes: count.default(20),
  account_failures_per_hour: count.default(30),
  account_failures_per_day: count.default(60),
  /** Addresses that make it "many". */
  account_addresses: count.default(5),
  /** Failures on an account in ten minutes after which a login from a place new to it is worth a look. */
  account_failures_before_login: count.default(10),
  /** Names tried in ten minutes that make a spray, by one address or by several together. */
  spray_users: count.default(20),
  /** Logins from one place make it trusted for the user this long, days; 0 trusts no place. */
  trusted_place_days: z.number().int().min(0).max(365).default(30),
  /** A trusted user at a trusted place may fail this many times as often. */
  trusted_place_factor: z.number().int().min(1).max(100).default(3),
  /** Addresses, accounts and pairs remembered, each. */
  max_tracked: z.number().int().min(64).max(1_000_000).default(32_000),
});

export type AuthSettings = z.infer<typeof authSettingsSchema>;
