import { z } from 'zod';
import { ACTIONS } from '../domain/action.ts';
import { ALERT_STATUSES } from '../domain/alert.ts';
import { APPROVAL_STATES } from '../domain/approval.ts';
import { CHAIN_STATES, STEP_STATES } from '../domain/chain.ts';
import { ENTITY_KINDS } from '../domain/correlation.ts';
import { RECORD_KINDS } from '../domain/history.ts';
import { PRESETS } from '../domain/policy.ts';
import { SEVERITIES } from '../domain/severity.ts';

/** Grows when a client made for the older one could misread an answer. */
export const PROTOCOL_VERSION = 1;

/** RFC 3339, UTC. */
const timestamp = z.iso.datetime();
const severity = z.enum(SEVERITIES);
const action = z.enum(ACTIONS);
const freeObject = z.record(z.string(), z.unknown());

export const actorJson = z.object({ name: z.string(), uid: z.number().int(), pid: z.number().int().optional(), via: z.enum(['tui', 'cli', 'api', 'daemon']) });

export const processJson = z.object({
  pid: z.number().int(),
  start_time: z.number(),
  exe: z.string(),
  uid: z.number().int().optional(),
  cgroup: z.string().optional(),
  name: z.string().optional(),
  command_line: z.string().optional(),
});

export const entitiesJson = z.object({
  ip: z.string().optional(),
  user: z.string().optional(),
  process: processJson.optional(),
  file: z.object({ path: z.string(), sha256: z.string().optional() }).optional(),
  session: z.string().optional(),
  agent: z.string().optional(),
});

export const evidenceJson = z.object({
  rule: z.string(),
  field: z.string().optional(),
  span: z.tuple([z.number(), z.number()]).optional(),
  text: z.string().optional(),
  line: z.string().optional(),
  counters: z.record(z.string(), z.number()).optional(),
});

const chainStepsJson = z.array(
  z.object({ stage: z.string(), alert_id: z.string(), module: z.string(), type: z.string(), severity, title: z.string(), at: timestamp }),
);

/** An attack chain and the alerts it is made of, in order. */
export const correlationJson = z.object({
  chain: z.string(),
  joined_by: z.enum(ENTITY_KINDS),
  entity: z.string(),
  steps: chainStepsJson,
  recommended_actions: z.array(z.string()),
});

export const alertJson = z.object({
  id: z.string(),
  timestamp,
  module: z.string(),
  type: z.string(),
  severity,
  status: z.enum(ALERT_STATUSES),
  title: z.string(),
  description: z.string(),
  event_ids: z.array(z.string()),
  /** Kept for the compatible interface: `source_ip`, `username`, `process_id`, `process_name`, `file_path`. */
  metadata: freeObject,
  mitigations: z.array(z.string()),
  entities: entitiesJson,
  evidence: evidenceJson,
  mitre: z.array(z.string()),
  count: z.number().int(),
  first_seen: timestamp,
  last_seen: timestamp,
  claim: z.boolean(),
  /** Only on alerts of the correlator. */
  correlation: correlationJson.optional(),
  /** Raised because nobody acknowledged it: so often, from the severity its findings gave it; `next_at` unless there is no further time. */
  escalation: z.object({ count: z.number().int(), found: severity, next_at: timestamp.optional() }).optional(),
  version: z.number().int(),
});

/** Attack chains: what is known of, what has begun, what was completed lately. */
export const correlatorJson = z.object({
  chain_count: z.number().int(),
  /** Entities remembered, and those forgotten because there was no room. */
  active_sources: z.number().int(),
  evicted: z.number().int(),
  /** Since the start. */
  completed: z.number().int(),
  chains: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      modules: z.array(z.string()),
      stages: z.array(z.object({ name: z.string(), modules: z.array(z.string()), types: z.array(z.string()) })),
      joined_by: z.array(z.enum(ENTITY_KINDS)),
      window_seconds: z.number(),
      min_severity: severity,
      severity,
      mitre_ids: z.array(z.string()),
    }),
  ),
  open: z.array(
    z.object({
      chain: z.string(),
      joined_by: z.enum(ENTITY_KINDS),
      entity: z.string(),
      steps: chainStepsJson,
      missing: z.array(z.string()),
      expires_at: timestamp,
    }),
  ),
  recent: z.array(alertJson),
});
export type CorrelatorJson = z.output<typeof correlatorJson>;

/** How addresses stand with what was found about them, and what the attack chains of each are made of. */
export const threatsJson = z.object({
  threats: z.array(
    z.object({
      ip: z.string(),
      points: z.number(),
      limit: z.number(),
      half_life_seconds: z.number(),
      /** Called an attacker by several modules; whether anything is blocked is in the leases. */
      denied_until: timestamp.optional(),
      blocked: z.boolean(),
      claim: z.boolean(),
      modules: z.array(z.string()),
      first_seen: timestamp,
      last_seen: timestamp,
      ledger: z.array(z.object({ at: timestamp, module: z.string(), type: z.string(), severity, points: z.number() })),
    }),
  ),
  total: z.number().int(),
  blocked_count: z.number().int(),
});
export type ThreatsJson = z.output<typeof threatsJson>;

/** What happens to alerts nobody acknowledges. `severity` is what it is now, `found` what the findings gave it. */
export const escalationsJson = z.object({
  enabled: z.boolean(),
  timeouts: z.record(z.string(), z.object({ timeout_seconds: z.number(), escalate_to: severity, re_notify: z.boolean(), max_escalations: z.number().int() })),
  tracked_alerts: z.number().int(),
  /** Since the start. */
  raised: z.number().int(),
  /** Timers there was no room for. */
  dropped: z.number().int(),
  alerts: z.array(
    z.object({
      alert_id: z.string(),
      module: z.string(),
      type: z.string(),
      title: z.string(),
      severity,
      found: severity,
      escalations: z.number().int(),
      max_escalations: z.number().int(),
      next_at: timestamp,
    }),
  ),
});
export type EscalationsJson = z.output<typeof escalationsJson>;

/** Lists of offenders that others publish, and what became of them. */
export const offenderListsJson = z.object({
  lists: z.array(
    z.object({
      name: z.string(),
      source: z.string(),
      /** In the kernel now; else `why` says why not. */
      active: z.boolean(),
      why: z.string(),
      /** Of the last good list, and how many of them are in the kernel. */
      entries: z.number().int(),
      in_kernel: z.number().int(),
      /** Packets dropped since it is in the kernel. */
      hits: z.number().int(),
      changed_at: timestamp.optional(),
      checked_at: timestamp.optional(),
      max_age_seconds: z.number(),
      error: z.string(),
      /** Entries that are never blocked, the first of them. */
      left_out: z.array(z.string()),
      left_out_total: z.number().int(),
    }),
  ),
});
export type OffenderListsJson = z.output<typeof offenderListsJson>;

/** Storms folded for people. Nothing of it is missing from the alerts or from enforcement. */
export const batchingJson = z.object({
  enabled: z.boolean(),
  window_seconds: z.number(),
  max_batch_size: z.number().int(),
  active_batches: z.number().int(),
  batches: z.array(
    z.object({
      key: z.string(),
      endpoint: z.string(),
      alert_count: z.number().int(),
      highest_severity: severity,
      first_seen: timestamp,
      flush_at: timestamp,
      sample_alert_ids: z.array(z.string()),
      severity_counts: z.record(z.string(), z.number()),
    }),
  ),
  /** Since the start: alerts told at once, alerts held back, notices that went into a batch, versions left out on the stream. */
  immediate: z.number().int(),
  held_back: z.number().int(),
  folded: z.number().int(),
  stream_folded: z.number().int(),
});
export type BatchingJson = z.output<typeof batchingJson>;

export const chainsJson = z.object({
  chains: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      trigger: z.object({ module: z.string(), types: z.array(z.string()), min_severity: severity }),
      entry_point: z.string(),
      steps: z.array(
        z.object({
          name: z.string(),
          action,
          params: z.record(z.string(), z.string()),
          on_success: z.string().optional(),
          on_failure: z.string().optional(),
          max_retries: z.number().int(),
          timeout_seconds: z.number(),
        }),
      ),
    }),
  ),
  total: z.number().int(),
  /** Runs under way. */
  live: z.number().int(),
  /** Since the start: begun, not begun because the same source had one a moment ago, not begun because too many were under way. */
  started: z.number().int(),
  held_back: z.number().int(),
  dropped: z.number().int(),
});
export type ChainsJson = z.output<typeof chainsJson>;

export const chainRunJson = z.object({
  id: z.string(),
  chain: z.string(),
  alert_id: z.string(),
  module: z.string(),
  alert_type: z.string(),
  severity,
  status: z.enum(CHAIN_STATES),
  started_at: timestamp,
  ended_at: timestamp.optional(),
  reason: z.string().optional(),
  undone_by: actorJson.optional(),
  steps: z.array(
    z.object({
      name: z.string(),
      action,
      target: z.string(),
      action_id: z.string(),
      approval_id: z.string().optional(),
      status: z.enum(STEP_STATES),
      attempts: z.number().int(),
      started_at: timestamp,
      ended_at: timestamp.optional(),
      detail: z.string().optional(),
      next_step: z.string().optional(),
    }),
  ),
});
export type ChainRunJson = z.output<typeof chainRunJson>;

export const recordJson = z.object({
  id: z.string(),
  sequence: z.number().int(),
  timestamp,
  kind: z.enum(RECORD_KINDS),
  action_id: z.string().optional(),
  alert_id: z.string().optional(),
  approval_id: z.string().optional(),
  module: z.string().optional(),
  alert_type: z.string().optional(),
  action: action.optional(),
  target: z.string().optional(),
  severity: severity.optional(),
  outcome: z.string().optional(),
  verification: z.enum(['verified', 'unverified', 'failed']).optional(),
  preset: z.string().optional(),
  dry_run: z.boolean().optional(),
  actor: actorJson.optional(),
  reason: z.string(),
  details: freeObject.optional(),
  duration_ms: z.number().optional(),
  previous_hash: z.string(),
  hash: z.string(),
});

/** `also`: what was taken back with it, when a target was named. */
export const undoneJson = recordJson.extend({ also: z.array(recordJson).optional() });

export const approvalJson = z.object({
  id: z.string(),
  action_id: z.string(),
  alert_id: z.string(),
  module: z.string(),
  alert_type: z.string(),
  title: z.string(),
  severity,
  action,
  target: z.string(),
  process: processJson.optional(),
  plan: z.array(z.string()),
  undo_note: z.string(),
  state: z.enum(APPROVAL_STATES),
  held: z.boolean(),
  created_at: timestamp,
  expires_at: timestamp,
  decided_at: timestamp.optional(),
  decided_by: actorJson.optional(),
  reason: z.string().optional(),
  result: z.string().optional(),
  version: z.number().int(),
  /** A decision on this version or a later one counts; `version` when it is left out. */
  basis: z.number().int().optional(),
  /** How many times it was asked for. */
  count: z.number().int().optional(),
  latest_at: timestamp.optional(),
  latest_alert_id: z.string().optional(),
  /** Share of the time to answer after which people were reminded last. */
  reminded: z.number().optional(),
  /** Where more than one person must agree: who has, how many more, and who that may be. */
  votes: z.array(z.object({ by: actorJson, at: timestamp, reason: z.string() })).optional(),
  votes_missing: z.number().int().optional(),
  needed: z.string().optional(),
  break_glass: z.boolean().optional(),
  revoked_by: actorJson.optional(),
  revoked_at: timestamp.optional(),
});

export const leaseJson = z.object({
  id: z.string(),
  action_id: z.string(),
  alert_id: z.string().optional(),
  module: z.string(),
  preset: z.string().optional(),
  action,
  target: z.string(),
  state: z.enum(['intended', 'active', 'ended', 'failed']),
  created_at: timestamp,
  expires_at: timestamp.optional(),
  ended_because: z.string().optional(),
});

/** `matching`: what fitted when it was asked; of these `undone` ended, `failed` did not. `next`: there are more, after this one. */
export const undoneMatchingJson = z.object({
  dry_run: z.boolean(),
  matching: z.array(leaseJson),
  undone: z.array(recordJson),
  failed: z.array(z.object({ lease_id: z.string(), action, target: z.string(), reason: z.string() })),
  next: z.string().optional(),
});

export const allowEntryJson = z.object({
  network: z.string(),
  /** `config`: enforcement.global_allow_list; `live`: added while running. */
  source: z.enum(['config', 'live']),
  reason: z.string(),
  added_by: z.string().optional(),
  added_at: timestamp.optional(),
  expires_at: timestamp.optional(),
});

/** One supervised actor as the operator sees it. */
export const childJson = z.object({
  id: z.string(),
  kind: z.enum(['module', 'collector', 'enforcer', 'delivery', 'sensor', 'firewall', 'store']),
  state: z.string(),
  detail: z.string(),
  restarts: z.number().int(),
  critical: z.boolean(),
});

export const sourceJson = z.object({
  id: z.string(),
  collector: z.string(),
  state: z.string(),
  detail: z.string(),
  lines: z.number(),
  parsed: z.number(),
  dropped: z.number(),
  lag_bytes: z.number(),
});

export const moduleJson = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  tier: z.number().int(),
  enabled: z.boolean(),
  state: z.string(),
  detail: z.string(),
  event_types: z.array(z.string()),
  alert_types: z.array(z.string()),
  findings: z.number().int(),
  restarts: z.number().int(),
});

/** An endpoint as everybody may see it: never its address. */
export const endpointJson = z.object({
  name: z.string(),
  type: z.string(),
  min_severity: severity,
  digest_seconds: z.number().optional(),
  /** `idle`, `sending`, `waiting` (for its next attempt), `broken` (left alone after many failures), … */
  state: z.string(),
  detail: z.string(),
  waiting: z.number().int(),
  dead: z.number().int(),
  delivered: z.number().int(),
  next_attempt: timestamp.optional(),
});

export const deadLetterJson = z.object({
  id: z.string(),
  endpoint: z.string(),
  queued_at: timestamp,
  failed_at: timestamp,
  attempts: z.number().int(),
  reason: z.string(),
  alerts: z.array(z.string()),
});

/** A change to something stronger that goes back by itself unless it is confirmed; `preset` and `dry_run` are what comes back. */
export const pendingRollbackJson = z.object({
  what: z.string(),
  preset: z.enum(PRESETS),
  dry_run: z.boolean(),
  deadline: timestamp,
  seconds_left: z.number().int(),
});
export type PendingRollbackJson = z.output<typeof pendingRollbackJson>;

export const statusJson = z.object({
  version: z.string(),
  protocol: z.number().int(),
  status: z.enum(['running', 'degraded', 'observe-only']),
  hostname: z.string(),
  pid: z.number().int(),
  uptime_secs: z.number(),
  timestamp,
  alerts_total: z.number().int(),
  approvals_pending: z.number().int(),
  leases_active: z.number().int(),
  modules_running: z.number().int(),
  modules_total: z.number().int(),
  enforcement: z.object({
    enabled: z.boolean(),
    /** What addresses are blocked with; left out where they cannot be. */
    firewall: z.enum(['nftables', 'iptables']).optional(),
    dry_run: z.boolean(),
    preset: z.enum(PRESETS),
    /** Who decided it: default, configuration file, set at run time, command line. */
    dry_run_from: z.string().optional(),
    preset_from: z.string().optional(),
    pending_rollback: pendingRollbackJson.optional(),
  }),
  sensor: z.object({ lines: z.number(), parsed: z.number(), dropped: z.number(), lag_ms: z.number(), restarts: z.number().int() }),
  sources: z.array(sourceJson),
  children: z.array(childJson),
  store: z.object({ state: z.string(), detail: z.string(), bytes: z.number(), schema_version: z.number().int() }),
  notifications: z.array(endpointJson).optional(),
  /** What this user or host cannot see or do, a line each. */
  limits: z.array(z.string()),
});

export const availabilityJson = z.object({
  action,
  title: z.string(),
  risk: z.string(),
  privilege: z.string(),
  reversible: z.boolean(),
  available: z.boolean(),
  reason: z.string(),
});

export const enforceStatusJson = z.object({
  enabled: z.boolean(),
  dry_run: z.boolean(),
  preset: z.enum(PRESETS),
  global_allow_list: z.array(z.string()),
  protected: z.array(z.string()),
  actions: z.array(availabilityJson),
  leases_active: z.number().int(),
  approvals_pending: z.number().int(),
  stats: z.object({ total_records: z.number().int(), repairs: z.number().int() }),
  pending_rollback: pendingRollbackJson.optional(),
});

export const ruleJson = z.object({
  action,
  min_severity: severity,
  params: z.record(z.string(), z.string()),
  skip_approval: z.boolean(),
  dry_run: z.boolean(),
  hold: z.boolean(),
  types: z.array(z.string()),
  description: z.string(),
});

export const policyJson = z.object({
  module: z.string(),
  enabled: z.boolean(),
  min_severity: severity,
  cooldown_seconds: z.number().int(),
  max_actions_per_min: z.number().int(),
  dry_run: z.boolean(),
  allow_list: z.array(z.string()),
  actions: z.array(ruleJson),
});

export const presetChangeJson = z.object({
  preset: z.enum(PRESETS),
  previous: z.enum(PRESETS),
  applied: z.boolean(),
  /** One line for each value that differs: `auth_fortress.block_ip.min_severity: CRITICAL → HIGH`. */
  diff: z.array(z.string()),
  /** In what the new table does more to the host; empty: in nothing. */
  stronger: z.array(z.string()).optional(),
  pending_rollback: pendingRollbackJson.optional(),
  policies: z.array(policyJson),
});

/** `kept`: what lies still and was not asked for, with how to bring it back. */
export const cleanupJson = z.object({ removed: z.array(z.string()), left: z.array(z.string()), kept: z.array(z.string()).optional() });

/** A file out of reach. `present`: it lies in the quarantine, as was just looked at. */
export const quarantinedJson = z.object({
  id: z.string(),
  action_id: z.string(),
  path: z.string(),
  size: z.number(),
  sha256: z.string().optional(),
  uid: z.number(),
  gid: z.number(),
  /** Permissions it had, in octal. */
  mode: z.string(),
  quarantined_at: timestamp,
  module: z.string(),
  present: z.boolean(),
});

/** What the stream sends. `sequence` grows by one per message; a client resumes after the last one it saw. */
export const streamMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), sequence: z.number(), protocol: z.number(), status: statusJson }),
  z.object({ type: z.literal('alert'), sequence: z.number(), alert: alertJson }),
  z.object({ type: z.literal('approval'), sequence: z.number(), approval: approvalJson }),
  z.object({ type: z.literal('record'), sequence: z.number(), record: recordJson }),
  z.object({ type: z.literal('status'), sequence: z.number(), status: statusJson }),
  /** Messages `missed` were not sent (slow client, or the daemon restarted). */
  z.object({ type: z.literal('gap'), sequence: z.number(), missed: z.number() }),
]);

export const errorJson = z.object({ error: z.string(), code: z.string(), hint: z.string(), status: z.number().int() });

export type AlertJson = z.infer<typeof alertJson>;
export type ApprovalJson = z.infer<typeof approvalJson>;
export type UndoneMatchingJson = z.infer<typeof undoneMatchingJson>;
export type RecordJson = z.infer<typeof recordJson>;
export type AllowEntryJson = z.infer<typeof allowEntryJson>;
export type LeaseJson = z.infer<typeof leaseJson>;
export type EndpointJson = z.infer<typeof endpointJson>;
export type DeadLetterJson = z.infer<typeof deadLetterJson>;
export type StatusJson = z.infer<typeof statusJson>;
export type ChildJson = z.infer<typeof childJson>;
export type SourceJson = z.infer<typeof sourceJson>;
export type ModuleJson = z.infer<typeof moduleJson>;
export type EnforceStatusJson = z.infer<typeof enforceStatusJson>;
export type PolicyJson = z.infer<typeof policyJson>;
export type QuarantinedJson = z.infer<typeof quarantinedJson>;
export type CleanupJson = z.infer<typeof cleanupJson>;
export type StreamMessage = z.infer<typeof streamMessage>;
export type ActorJson = z.infer<typeof actorJson>;
