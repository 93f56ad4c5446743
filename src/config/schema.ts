import { z } from 'zod';
import { ACTIONS } from '../domain/action.ts';
import { PRESETS } from '../domain/policy.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { checkChains } from './chain-checks.ts';
import { chainSchema } from './chain-schema.ts';
import { durationMs, network, paramText, severity } from './fields.ts';
import { checkGates } from './gate-checks.ts';
import { notificationsSchema } from './notify-schema.ts';
import { offenderListsSchema } from './offender-lists.ts';
import { checkRules } from './rule-checks.ts';

export const ruleSchema = z.strictObject({
  action: z.enum(ACTIONS),
  min_severity: severity.default('INFO'),
  params: z.record(z.string(), paramText).default({}),
  skip_approval: z.boolean().default(false),
  dry_run: z.boolean().default(false),
  description: z.string().max(500).default(''),
  hold: z.boolean().default(false),
  types: z.array(z.string().max(64)).default([]),
});

/** A preset's policy, merged: whole. In a file that extends another, only what differs. */
const presetPolicySchema = z.strictObject({
  min_severity: severity,
  cooldown_seconds: z.number().int().min(0),
  max_actions_per_min: z.number().int().min(0),
  actions: z.array(ruleSchema),
});

/** A user's policy: what is named is merged over the preset's, per key (replacing it whole would silently drop the preset's rules). */
export const userPolicySchema = z.strictObject({
  enabled: z.boolean().optional(),
  min_severity: severity.optional(),
  cooldown_seconds: z.number().int().min(0).optional(),
  max_actions_per_min: z.number().int().min(0).optional(),
  dry_run: z.boolean().optional(),
  allow_list: z.array(network).optional(),
  actions: z.array(ruleSchema).optional(),
});

/** A user name, or a group of this host after `@`. */
const person = z.string().regex(/^@?[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,63}\$?$/, 'expected a user name, or @ and the name of a group');

const twoPersonSchema = z.strictObject({
  actions: z.array(z.enum(ACTIONS)).min(1),
  /** One person of each, all of them different; an empty group is anybody who may decide. */
  groups: z.array(z.array(person).max(64)).min(2).max(5).default([[], []]),
  break_glass: z.boolean().default(true),
});

/** A question must stay long enough to be read, and may not stay for ever. */
const ttl = durationMs.refine((ms) => ms >= 1000 && ms <= 7 * 86_400_000, 'expected between 1s and 7 days');

export const gateSchema = z.strictObject({
  enabled: z.boolean().optional(),
  require_approval: z.array(z.enum(ACTIONS)).optional(),
  auto_approve_above: severity.optional(),
  ttl: ttl.optional(),
  ttl_by_severity: z.partialRecord(severity.pipe(z.enum(SEVERITIES)), ttl).optional(),
  max_pending: z.number().int().min(1).max(10_000).optional(),
  two_person: twoPersonSchema.optional(),
});

const escalationSchema = z.strictObject({
  enabled: z.boolean().optional(),
  timeouts: z
    .partialRecord(
      z.enum(SEVERITIES),
      z.strictObject({
        timeout: durationMs.refine((ms) => ms >= 1000, 'expected 1s or more'),
        escalate_to: severity,
        re_notify: z.boolean().default(true),
        max_escalations: z.number().int().min(0).max(100),
      }),
    )
    .optional(),
});

export const presetSchema = z.strictObject({
  name: z.enum(PRESETS),
  title: z.string(),
  /** The preset this one says only the differences to. */
  extends: z.enum(PRESETS).optional(),
  approval_gate: gateSchema.default({}),
  escalation: escalationSchema.optional(),
  policies: z.record(z.string(), presetPolicySchema.partial()),
});

const moduleSchema = z.strictObject({ enabled: z.boolean().default(true), settings: z.record(z.string(), z.unknown()).default({}) });

const sourceSchema = z.strictObject({
  path: z.string().startsWith('/', 'expected an absolute path'),
  grammar: z.enum(['auth', 'web', 'weberror', 'mail', 'app', 'firewall', 'services', 'container', 'auto']).default('auto'),
});

const capsSchema = z.strictObject({
  max_active_blocks: z.number().int().min(1).max(1_000_000).default(100_000),
  max_new_actions_per_min: z.number().int().min(1).default(600),
  max_block_duration: durationMs.default(7 * 86_400_000),
});

/** How blocks of the same address grow; `factor` 1 (the default): they do not. */
const repeatSchema = z.strictObject({
  factor: z.number().min(1).max(10).default(1),
  max_duration: durationMs.default(7 * 86_400_000),
  decay: durationMs.refine((ms) => ms >= 60_000, 'expected 1m or more').default(7 * 86_400_000),
  jitter: z.number().min(0).max(0.5).default(0.1),
});

/** Sections of the compatible interface that this version accepts and does not use; `1sec config` says so. */
const later = z.unknown().optional();

/** The configuration file. Key names are those that 1-SEC configuration files have always had; `sources` and `caps` were added here. */
export const configSchema = z
  .strictObject({
    server: z
      .strictObject({
        socket: z.string().optional(),
        host: later,
        port: later,
        api_keys: later,
        read_only_keys: later,
        allow_unauthenticated_read: later,
        cors_origins: later,
        tls_cert: later,
        tls_key: later,
      })
      .default({}),
    alerts: z
      .strictObject({ max_store: z.number().int().min(100).max(10_000_000).default(100_000), enable_console: later, webhook_urls: later })
      .default({ max_store: 100_000 }),
    logging: z
      .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info'), format: z.enum(['console', 'json']).default('console') })
      .default({ level: 'info', format: 'console' }),
    modules: z.record(z.string(), moduleSchema).default({}),
    sources: z
      .strictObject({
        auto: z.boolean().default(true),
        files: z.array(sourceSchema).max(256).default([]),
        processes: z.boolean().default(true),
        journald: z.boolean().default(true),
        /** Left out: where sources are found by themselves. */
        sockets: z.boolean().optional(),
        /** Proxies in front of this host's servers: the client they name is the source, and they are never acted on. */
        trusted_proxies: z.array(network).max(1024).default([]),
        /** An alert when a source falls silent, or is hardly understood any more. */
        silence_alerts: z.boolean().default(true),
        /** Events that programs bring (`POST /api/v1/events`). */
        ingest: z
          .strictObject({ trust_root: z.boolean().default(false), max_events_per_second: z.number().int().min(1).max(100_000).default(2000) })
          .prefault({}),
      })
      .prefault({}),
    enforcement: z
      .strictObject({
        enabled: z.boolean().default(true),
        // Without a default here: whether the file says it decides against what was set at run time.
        dry_run: z.boolean().optional(),
        preset: z.enum(PRESETS).optional(),
        global_allow_list: z.array(network).default([]),
        policies: z.record(z.string(), userPolicySchema).default({}),
        approval_gate: gateSchema.default({}),
        caps: capsSchema.prefault({}),
        repeat_offenders: repeatSchema.prefault({}),
        offender_lists: offenderListsSchema.default([]),
        allow_command: z.boolean().default(false),
        /** What addresses are blocked with; `auto`: nftables where nft is installed, else iptables with ipset. */
        firewall: z.enum(['auto', 'nftables', 'iptables']).default('auto'),
      })
      .prefault({}),
    /** The same keys as `enforcement.approval_gate`; each in one of the two places only. */
    approvals: gateSchema.default({}),
    notifications: notificationsSchema.prefault({}),
    escalation: escalationSchema.prefault({}),
    chains: z.array(chainSchema).max(64).default([]),
    syslog: later,
    bus: later,
    archive: later,
    cloud: later,
    token_vault: later,
    rust_engine: later,
    auto_update: later,
  })
  .superRefine(checkRules)
  .superRefine(checkChains)
  .superRefine(checkGates);

export type Config = z.output<typeof configSchema>;
/** A preset as it is written. */
export type PresetLayer = z.output<typeof presetSchema>;
/** A preset with everything it extends merged in. */
export type PresetFile = Omit<PresetLayer, 'extends' | 'policies'> & { readonly policies: { readonly [module: string]: z.output<typeof presetPolicySchema> } };
export type UserPolicy = z.output<typeof userPolicySchema>;
