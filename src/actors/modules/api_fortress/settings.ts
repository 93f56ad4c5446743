import { z } from 'zod';

const count = z.number().int().min(1).max(65_000);

/** Settings of api_fortress. The first four are those of the compatible interface. */
export const apiSettingsSchema = z.strictObject({
  /** Different objects one user may ask for before it is enumeration; an address may ask for twice as many. */
  bola_threshold: count.default(20),
  graphql_max_depth: count.default(10),
  graphql_max_aliases: count.default(20),
  /** Requests of one address to one route in a minute. */
  api_max_rpm: count.default(200),
  /** Operations in one GraphQL batch. */
  graphql_max_batch: count.default(10),
  /** How long routes are learned after the first event, minutes of event time. 0: none is reported as unknown. */
  learning_minutes: z.number().int().min(0).max(100_000).default(60),
  /** Routes that are documented, `GET /api/items/{id}`: never reported as unknown. */
  documented_routes: z.array(z.string().max(512)).max(10_000).default([]),
  /** Body fields a client may set although they sound privileged. */
  allowed_body_fields: z.array(z.string().max(128)).max(1000).default([]),
  /** Hosts that tool servers may be registered from, besides this one. */
  approved_tool_hosts: z.array(z.string().max(253)).max(1000).default([]),
  /** Users, addresses and routes remembered, each. */
  max_tracked: z.number().int().min(64).max(1_000_000).default(20_000),
});

export type ApiSettings = z.infer<typeof apiSettingsSchema>;
