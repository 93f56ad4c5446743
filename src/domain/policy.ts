import type { ActionName } from './action.ts';
import type { EscalationPolicy } from './escalation.ts';
import type { Severity } from './severity.ts';

export const PRESETS = ['lax', 'safe', 'balanced', 'strict', 'vps-agent'] as const;
export type PresetName = (typeof PRESETS)[number];

/** One action a policy takes, from a severity on. */
export type PolicyRule = {
  readonly action: ActionName;
  readonly minSeverity: Severity;
  readonly params: { readonly [name: string]: string };
  readonly skipApproval: boolean;
  readonly dryRun: boolean;
  readonly description: string;
  /** Suspend the target while the approval waits (kill_process only). */
  readonly hold: boolean;
  /** Only these alert types; empty means every type of the module. */
  readonly types: readonly string[];
};

/** What is done about alerts of one module. */
export type Policy = {
  readonly enabled: boolean;
  readonly minSeverity: Severity;
  readonly cooldownSeconds: number;
  /** Budget per action type and minute; log_only and webhook have budgets of their own. 0 = no limit. */
  readonly maxActionsPerMinute: number;
  readonly dryRun: boolean;
  readonly allowList: readonly string[];
  readonly rules: readonly PolicyRule[];
};

/** How the approval gate works. `requireApproval` names actions, times are ms. */
export type ApprovalGate = {
  readonly enabled: boolean;
  readonly requireApproval: readonly ActionName[];
  /** Alerts at or above this severity skip the gate; undefined = never. */
  readonly autoApproveAbove: Severity | undefined;
  readonly ttlMs: number;
  /** Where a severity has another. */
  readonly ttlMsBySeverity: { readonly [severity in Severity]?: number | undefined };
  readonly maxPending: number;
  readonly twoPerson: TwoPersonRule | undefined;
};

/** Actions that need one person of each group, all of them different. An empty group: anybody who may decide. */
export type TwoPersonRule = {
  readonly actions: readonly ActionName[];
  readonly groups: readonly (readonly string[])[];
  /** One person may do it alone: with a reason, a second confirmation, and everybody told. */
  readonly allowsBreakGlass: boolean;
};

/** The whole decision table in force, immutable; a change swaps it whole. */
export type EnforcementPolicy = {
  readonly enabled: boolean;
  readonly dryRun: boolean;
  readonly preset: PresetName;
  readonly globalAllowList: readonly string[];
  /** By module id; `*` is used for modules without an own policy. */
  readonly policies: { readonly [moduleId: string]: Policy };
  readonly approvalGate: ApprovalGate;
  /** Hard caps: over them an action degrades to a record and a loud alert. */
  readonly caps: EnforcementCaps;
  /** When alerts that nobody acknowledges are raised; undefined = never. */
  readonly escalation?: EscalationPolicy | undefined;
};

export type EnforcementCaps = {
  readonly maxActiveBlocks: number;
  readonly maxNewActionsPerMinute: number;
  /** Smallest prefix lengths that may ever be blocked: /24 and /48. */
  readonly minPrefixV4: number;
  readonly minPrefixV6: number;
  readonly maxBlockSeconds: number;
};
