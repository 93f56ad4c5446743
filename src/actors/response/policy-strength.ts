import { ACTIONS, type ActionName } from '../../domain/action.ts';
import { parseDurationMs } from '../../domain/duration.ts';
import type { EnforcementPolicy, Policy, PolicyRule } from '../../domain/policy.ts';
import { isAtLeast, SEVERITIES, type Severity } from '../../domain/severity.ts';
import { needsApproval, policyOf, ruleApplies } from './decide.ts';

const OTHER_TYPE = 'any other type';
const HARMLESS: ReadonlySet<ActionName> = new Set(['log_only', 'webhook']);

/** How far a table goes on its own: nothing, ask, suspend and ask, act. */
const LEVELS = ['nothing', 'ask', 'hold and ask', 'act'] as const;

/**
 * In what a table does more to the host than another, a line each; empty when in nothing. Decided cell by cell (module, alert type,
 * severity, action), never by the names of presets: a higher level, a longer block, a shorter cooldown or a larger budget is more.
 * Records and notices are not counted. Leaving dry run is always more.
 */
export const strongerBecause = (before: EnforcementPolicy, after: EnforcementPolicy): readonly string[] => {
  const lines: string[] = [];
  if (before.enabled && !after.enabled) return lines;
  if (!before.enabled && after.enabled) lines.push('enforcement is switched on');
  if (before.dryRun && !after.dryRun) lines.push('dry run is left');
  const types = [...typesOf(before), ...typesOf(after)];
  for (const module of new Set([...Object.keys(before.policies), ...Object.keys(after.policies), '*']))
    lines.push(...moduleLines(module, before, after, new Set([OTHER_TYPE, ...types])));
  return lines;
};

const typesOf = (table: EnforcementPolicy): readonly string[] => Object.values(table.policies).flatMap(({ rules }) => rules.flatMap(({ types }) => types));

const moduleLines = (module: string, before: EnforcementPolicy, after: EnforcementPolicy, types: ReadonlySet<string>): readonly string[] => {
  const lines: string[] = [];
  let isActing = false;
  for (const action of ACTIONS) {
    if (HARMLESS.has(action)) continue;
    for (const type of types)
      for (const severity of SEVERITIES) {
        const old = cellOf(before, module, action, { type, severity });
        const next = cellOf(after, module, action, { type, severity });
        if (old.level > 0 && next.level > 0) isActing = true;
        const place = `${module}: ${action} at ${severity} for ${type}`;
        if (next.level > old.level) lines.push(`${place}: ${LEVELS[old.level]} → ${LEVELS[next.level]}`);
        else if (next.level === old.level && next.level > 0 && next.durationMs > old.durationMs) lines.push(`${place}: longer`);
      }
  }
  const [old, next] = [policyOf(before, module), policyOf(after, module)];
  if (isActing && old !== undefined && next !== undefined) lines.push(...paceLines(module, old, next));
  return lines;
};

const paceLines = (module: string, before: Policy, after: Policy): readonly string[] => [
  ...(after.cooldownSeconds < before.cooldownSeconds ? [`${module}: cooldown ${before.cooldownSeconds} s → ${after.cooldownSeconds} s`] : []),
  ...(budgetOf(after) > budgetOf(before) ? [`${module}: budget ${budgetOf(before)} → ${budgetOf(after)} a minute`] : []),
];

const budgetOf = (policy: Policy): number => (policy.maxActionsPerMinute === 0 ? Number.POSITIVE_INFINITY : policy.maxActionsPerMinute);

type Cell = { readonly level: 0 | 1 | 2 | 3; readonly durationMs: number };

const NOTHING: Cell = { level: 0, durationMs: 0 };

const cellOf = (table: EnforcementPolicy, module: string, action: ActionName, alert: { readonly type: string; readonly severity: Severity }): Cell => {
  const policy = policyOf(table, module);
  if (policy === undefined || !table.enabled || !policy.enabled || table.dryRun || policy.dryRun || !isAtLeast(alert.severity, policy.minSeverity))
    return NOTHING;
  // The first rule that applies decides, as in the decision itself.
  const rule = policy.rules.find((candidate) => candidate.action === action && ruleApplies(candidate, alert));
  if (rule === undefined || rule.dryRun) return NOTHING;
  return { level: levelOf(rule, alert.severity, table), durationMs: durationOf(rule) };
};

const levelOf = (rule: PolicyRule, severity: Severity, table: EnforcementPolicy): Cell['level'] => {
  if (!needsApproval({ severity }, rule, table)) return 3;
  return rule.hold ? 2 : 1;
};

const durationOf = (rule: PolicyRule): number => parseDurationMs(rule.params['duration'] ?? '') ?? 0;
