import { type ActionName, type Target, targetKey } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Decision, HostCap } from '../../domain/decision.ts';
import type { EnforcementPolicy, Policy, PolicyRule } from '../../domain/policy.ts';
import { isAtLeast } from '../../domain/severity.ts';
import type { Veto } from './guard.ts';
import { targetOf } from './targets.ts';

/** What a decision needs to know about this moment; asked lazily, in the order of the checks. */
export type DecisionContext = {
  readonly policy: EnforcementPolicy;
  readonly veto: (action: ActionName, target: Target, allowList: readonly string[]) => Veto | undefined;
  /** Wall-clock ms until which this action is already in force on the target. */
  readonly activeUntil: (action: ActionName, target: Target) => number | undefined;
  /** ms of cooldown left. */
  readonly cooldownLeft: (key: string) => number;
  readonly budgetLeft: (module: string, action: ActionName, limit: number) => number;
  readonly globalBudgetLeft: () => number;
  readonly activeBlocks: () => number;
  /** Undefined when the action can be done here, else why not. */
  readonly unavailable: (action: ActionName) => string | undefined;
};

/** Cooldown key of an action on a target. */
export const cooldownKey = (module: string, action: ActionName, target: Target): string => `${module}:${action}:${targetKey(target)}`;

/** Policy of a module: its own, else the wildcard's. */
export const policyOf = (policy: EnforcementPolicy, module: string): Policy | undefined => policy.policies[module] ?? policy.policies['*'];

/**
 * Alert × policy → one decision a rule, in the policy's order; no effects. Allow list and guards come before everything
 * that could act, so that the history says why nobody was hit. The same action on the same target is decided once.
 */
export const decide = (alert: Alert, context: DecisionContext): readonly Decision[] => {
  const policy = policyOf(context.policy, alert.module);
  if (!context.policy.enabled || policy === undefined || !policy.enabled || !isAtLeast(alert.severity, policy.minSeverity)) return [];
  const decided = new Set<string>();
  const decisions: Decision[] = [];
  for (const rule of policy.rules) {
    if (!ruleApplies(rule, alert)) continue;
    const target = targetOf(rule.action, alert, rule.params);
    const key = cooldownKey(alert.module, rule.action, target);
    if (decided.has(key)) continue;
    decided.add(key);
    decisions.push({ action: rule.action, target, rule, ...judge(alert, policy, rule, target, context) });
  }
  return decisions;
};

/** What one rule that no policy holds, a step of a chain, would come to; as `decide`, without asking whether it applies. */
export const decideRule = (alert: Alert, rule: PolicyRule, context: DecisionContext): Decision => {
  const policy = policyOf(context.policy, alert.module);
  const target = targetOf(rule.action, alert, rule.params);
  if (!context.policy.enabled) return { action: rule.action, target, rule, outcome: 'refused', reason: 'enforcement is switched off' };
  if (policy === undefined || !policy.enabled)
    return { action: rule.action, target, rule, outcome: 'refused', reason: `enforcement is switched off for ${alert.module}` };
  return { action: rule.action, target, rule, ...judge(alert, policy, rule, target, context) };
};

/** True when a rule is about such an alert. */
export const ruleApplies = (rule: PolicyRule, alert: Pick<Alert, 'severity' | 'type'>): boolean =>
  isAtLeast(alert.severity, rule.minSeverity) &&
  (rule.types.length === 0 || rule.types.includes(alert.type)) &&
  // A webhook rule that names no endpoint is not set up yet: nothing to do, and nothing to record.
  !(rule.action === 'webhook' && (rule.params['endpoint'] ?? rule.params['url'] ?? '') === '');

type Judgement = Pick<Decision, 'outcome' | 'reason' | 'cap'>;

const judge = (alert: Alert, policy: Policy, rule: PolicyRule, target: Target, context: DecisionContext): Judgement => {
  const { action } = rule;
  const acts = action !== 'log_only' && action !== 'webhook';
  if (target.kind === 'none') return { outcome: 'no-target', reason: `the alert names no ${target.wanted}` };
  if (acts && alert.isClaim) return { outcome: 'claim-only', reason: 'rests on what a sender says; only a person may act on it' };
  const veto = context.veto(action, target, [...context.policy.globalAllowList, ...policy.allowList]);
  if (veto !== undefined) return veto;
  return limits(alert, policy, rule, target, context) ?? mode(alert, policy, rule, context);
};

const limits = (alert: Alert, policy: Policy, rule: PolicyRule, target: Target, context: DecisionContext): Judgement | undefined => {
  const { action } = rule;
  const until = context.activeUntil(action, target);
  if (until !== undefined) return { outcome: 'cooldown', reason: `already in force until ${new Date(until).toISOString()}` };
  const left = context.cooldownLeft(cooldownKey(alert.module, action, target));
  if (left > 0) return { outcome: 'cooldown', reason: `same action on the same target again in ${Math.ceil(left / 1000)} s at the earliest` };
  const missing = context.unavailable(action);
  if (missing !== undefined) return { outcome: 'unavailable', reason: missing };
  if (context.budgetLeft(alert.module, action, policy.maxActionsPerMinute) <= 0)
    return { outcome: 'over-budget', reason: `${alert.module} has used its ${policy.maxActionsPerMinute} ${action} of this minute` };
  if (action === 'log_only' || action === 'webhook') return undefined;
  if (context.globalBudgetLeft() <= 0)
    return overCap('actions-per-minute', `the host-wide cap of ${context.policy.caps.maxNewActionsPerMinute} actions a minute is reached`);
  if (action === 'block_ip' && context.activeBlocks() >= context.policy.caps.maxActiveBlocks)
    return overCap('active-blocks', `the cap of ${context.policy.caps.maxActiveBlocks} active blocks is reached`);
  return undefined;
};

const overCap = (cap: HostCap, reason: string): Judgement => ({ outcome: 'over-budget', reason: `${reason}: only recorded, as by log_only`, cap });

const mode = (alert: Alert, policy: Policy, rule: PolicyRule, context: DecisionContext): Judgement => {
  if (rule.action === 'log_only') return { outcome: 'execute', reason: 'recorded' };
  if (context.policy.dryRun || policy.dryRun || rule.dryRun) return { outcome: 'dry-run', reason: 'dry run is on' };
  if (needsApproval(alert, rule, context.policy)) return { outcome: 'needs-approval', reason: `${rule.action} waits for a person` };
  return { outcome: 'execute', reason: `${context.policy.preset}: ${rule.action} from ${rule.minSeverity}${autoText(alert, rule, context.policy)}` };
};

/** Said where the severity alone took the place of a person. */
const autoText = (alert: Pick<Alert, 'severity'>, rule: PolicyRule, policy: EnforcementPolicy): string => {
  const above = policy.approvalGate.autoApproveAbove;
  const isAuto = above !== undefined && needsApproval(alert, rule, { ...policy, approvalGate: { ...policy.approvalGate, autoApproveAbove: undefined } });
  return isAuto ? `, approved by itself from ${above} on` : '';
};

/** True when the gate wants a person for this rule; where it wants two, nothing else in the policy takes their place. */
export const needsApproval = (alert: Pick<Alert, 'severity'>, rule: PolicyRule, policy: EnforcementPolicy): boolean => {
  const { approvalGate: gate } = policy;
  if (gate.enabled && gate.twoPerson?.actions.includes(rule.action) === true) return true;
  if (!gate.enabled || rule.skipApproval || !gate.requireApproval.includes(rule.action)) return false;
  return gate.autoApproveAbove === undefined || !isAtLeast(alert.severity, gate.autoApproveAbove);
};
