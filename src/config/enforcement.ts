import type { ActionName } from '../domain/action.ts';
import type { EnforcementPolicy, Policy, PolicyRule, TwoPersonRule } from '../domain/policy.ts';
import { buildEscalationPolicy } from './escalation.ts';
import type { EndpointConfig } from './notify-schema.ts';
import { endpointConfigs, webhookRule } from './rule-endpoints.ts';
import type { Config, PresetFile, UserPolicy } from './schema.ts';

/** What holds when neither the file nor a person says otherwise. */
export const DEFAULT_MODE = { dryRun: true, preset: 'safe' } as const;

/** What was changed at run time and is kept in the store: it wins over the file until the file changes (see `settleOverrides`). */
export type RuntimeOverrides = { readonly dryRun?: boolean | undefined; readonly preset?: EnforcementPolicy['preset'] | undefined };

const DEFAULT_REQUIRE: readonly ActionName[] = ['kill_process', 'quarantine_file', 'disable_user', 'command'];
const DEFAULT_TTL_MS = 30 * 60_000;
const DEFAULT_MAX_PENDING = 10_000;

/** The decision table in force: preset, then the user's policies per key, then run-time changes. Pure. */
export const buildEnforcementPolicy = (config: Config, preset: PresetFile, overrides: RuntimeOverrides): EnforcementPolicy => {
  const { enforcement } = config;
  const gate = { ...preset.approval_gate, ...withoutUndefined(enforcement.approval_gate), ...withoutUndefined(config.approvals) };
  const endpoints = endpointConfigs(config);
  const moduleIds = new Set([...Object.keys(preset.policies), ...Object.keys(enforcement.policies)]);
  return {
    enabled: enforcement.enabled,
    dryRun: overrides.dryRun ?? enforcement.dry_run ?? DEFAULT_MODE.dryRun,
    preset: preset.name,
    globalAllowList: enforcement.global_allow_list,
    policies: Object.fromEntries([...moduleIds].map((id) => [id, mergePolicy(preset.policies[id], enforcement.policies[id], endpoints)])),
    approvalGate: {
      enabled: gate.enabled ?? true,
      requireApproval: gate.require_approval ?? DEFAULT_REQUIRE,
      autoApproveAbove: gate.auto_approve_above,
      ttlMs: gate.ttl ?? DEFAULT_TTL_MS,
      ttlMsBySeverity: gate.ttl_by_severity ?? {},
      maxPending: gate.max_pending ?? DEFAULT_MAX_PENDING,
      twoPerson: twoPersonRule(gate.two_person),
    },
    caps: {
      maxActiveBlocks: enforcement.caps.max_active_blocks,
      maxNewActionsPerMinute: enforcement.caps.max_new_actions_per_min,
      minPrefixV4: 24,
      minPrefixV6: 48,
      maxBlockSeconds: Math.floor(enforcement.caps.max_block_duration / 1000),
    },
    escalation: buildEscalationPolicy(preset.escalation, config.escalation),
  };
};

const twoPersonRule = (rule: Config['approvals']['two_person']): TwoPersonRule | undefined =>
  rule === undefined ? undefined : { actions: rule.actions, groups: rule.groups, allowsBreakGlass: rule.break_glass };

const withoutUndefined = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Value;

const mergePolicy = (
  preset: PresetFile['policies'][string] | undefined,
  user: UserPolicy | undefined,
  endpoints: ReadonlyMap<string, EndpointConfig>,
): Policy => ({
  enabled: user?.enabled ?? true,
  minSeverity: user?.min_severity ?? preset?.min_severity ?? 'HIGH',
  cooldownSeconds: user?.cooldown_seconds ?? preset?.cooldown_seconds ?? 300,
  maxActionsPerMinute: user?.max_actions_per_min ?? preset?.max_actions_per_min ?? 10,
  dryRun: user?.dry_run ?? false,
  allowList: user?.allow_list ?? [],
  rules: (user?.actions ?? preset?.actions ?? []).flatMap((rule) => ruleFrom(rule, endpoints)),
});

const ruleFrom = (rule: NonNullable<UserPolicy['actions']>[number], endpoints: ReadonlyMap<string, EndpointConfig>): readonly PolicyRule[] => {
  const plain = { params: rule.params, minSeverity: rule.min_severity };
  // A webhook nobody configured an endpoint for is not set up yet: nothing to do, and nothing to record.
  const aimed = rule.action === 'webhook' ? webhookRule(plain, endpoints) : plain;
  if (aimed === undefined) return [];
  return [
    {
      action: rule.action,
      ...aimed,
      skipApproval: rule.skip_approval,
      dryRun: rule.dry_run,
      description: rule.description,
      hold: rule.hold,
      types: rule.types,
    },
  ];
};

/** One line for each value that differs between two tables, `module.key: before → after`. */
export const diffPolicies = (before: EnforcementPolicy, after: EnforcementPolicy): readonly string[] => {
  const left = flatten(before);
  const right = flatten(after);
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort();
  return keys.filter((key) => left.get(key) !== right.get(key)).map((key) => `${key}: ${left.get(key) ?? 'none'} → ${right.get(key) ?? 'none'}`);
};

const flatten = (policy: EnforcementPolicy): ReadonlyMap<string, string> => {
  const lines = new Map<string, string>([['preset', policy.preset]]);
  lines.set('approval_gate', JSON.stringify(policy.approvalGate));
  lines.set('escalation', JSON.stringify(policy.escalation));
  for (const [id, entry] of Object.entries(policy.policies)) {
    lines.set(`${id}.enabled`, String(entry.enabled));
    lines.set(`${id}.min_severity`, entry.minSeverity);
    lines.set(`${id}.cooldown_seconds`, String(entry.cooldownSeconds));
    lines.set(`${id}.max_actions_per_min`, String(entry.maxActionsPerMinute));
    lines.set(`${id}.actions`, entry.rules.map(ruleText).join(', '));
  }
  return lines;
};

/** A rule in a few words, without its parameters but the duration. */
export const ruleText = (rule: PolicyRule): string => {
  const types = rule.types.length === 0 ? '' : `[${rule.types.join('|')}]`;
  const duration = rule.params['duration'] === undefined ? '' : ` ${rule.params['duration']}`;
  return `${rule.action}${types}@${rule.minSeverity}${duration}${rule.skipApproval ? ' without asking' : ''}`;
};
