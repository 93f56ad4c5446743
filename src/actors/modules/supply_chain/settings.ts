import { z } from 'zod';

/** Settings of supply_chain. The compatible interface has none; all are ours. */
export const supplySettingsSchema = z.strictObject({
  /** Packages that are known here: never a misspelling of another. */
  known_packages: z.array(z.string().max(214)).max(10_000).default([]),
  /** Versions known to be bad, besides the bundled ones: `{ "name": "x", "versions": ["1.2.3"] }`; no versions means all. */
  advisories: z
    .array(z.strictObject({ name: z.string().max(214), registry: z.string().max(64).default(''), versions: z.array(z.string().max(64)).max(1000).default([]) }))
    .max(50_000)
    .default([]),
  /** Who may change pipelines; empty: anybody. */
  authorized_cicd_users: z.array(z.string().max(128)).max(10_000).default([]),
  /** Names and scopes that come from one's own registry: from a public one they are confusion. */
  private_names: z.array(z.string().max(214)).max(10_000).default([]),
  /** Packages and pipelines remembered for pacing. */
  max_tracked: z.number().int().min(64).max(1_000_000).default(4096),
});

export type SupplySettings = z.infer<typeof supplySettingsSchema>;
