import { z } from 'zod';
import { parseNetwork } from '../../../domain/ip.ts';

const count = z.number().int().min(1).max(65_000);
const countries = z.union([z.string().max(2000), z.array(z.string().max(8)).max(300)]).default('');
const networks = z.array(z.string().refine((text) => parseNetwork(text) !== undefined, { error: 'expected an address or a network such as 192.0.2.0/24' }));

/** Settings of network_guardian. The first five are those of the compatible interface, the others are ours. */
export const networkSettingsSchema = z.strictObject({
  /** Requests of one address (IPv6: one /64) in a minute. Ten times as many in a second, of all together, are a flood. */
  max_requests_per_minute: count.default(1000),
  /** Requests of one address in a second. */
  burst_size: count.default(100),
  /** `block`: the listed countries are reported. `allow`: all others are, when the list is not empty. */
  geo_mode: z.enum(['block', 'allow']).default('block'),
  /** Country codes, as a list or as text with commas. */
  blocked_countries: countries,
  allowed_countries: countries,
  /** Requests of one address to one path in a minute. */
  max_endpoint_requests_per_minute: count.default(600),
  /** Addresses and networks known to be bad. */
  malicious_ips: networks.max(100_000).default([]),
  /** Addresses and networks that are never reported as a source; loopback is always one. */
  own_networks: networks.max(1000).default([]),
  /** Destinations that programs may call on at regular times: time servers, monitoring, mirrors. */
  regular_destinations: networks.max(1000).default([]),
  /** Points of findings of at least two modules at which an address is called an attacker. */
  block_score: z.number().int().min(10).max(1000).default(50),
  /** Time in which points lose half their weight, minutes. */
  score_half_life_minutes: z.number().int().min(1).max(10_080).default(60),
  /** How long an address called an attacker stays on the list, hours. */
  deny_hours: z.number().int().min(1).max(720).default(24),
  /** Time of the first events of a source in which no destination is rare and no volume unusual, hours. */
  learning_hours: z.number().int().min(1).max(720).default(72),
  /** Keys remembered by each table. */
  max_tracked: z.number().int().min(64).max(262_144).default(16_384),
});

export type NetworkSettings = z.infer<typeof networkSettingsSchema>;
