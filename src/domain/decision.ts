import type { ActionName, Target } from './action.ts';
import type { PolicyRule } from './policy.ts';

/** What came of one rule for one alert. `refused` is a guard's veto; `unavailable` an action this host or build cannot do. */
export const DECISION_OUTCOMES = [
  'allow-listed',
  'cooldown',
  'over-budget',
  'dry-run',
  'needs-approval',
  'execute',
  'refused',
  'unavailable',
  'no-target',
  'claim-only',
] as const;
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];

/** One rule judged for one alert and one target. */
export type Decision = {
  readonly action: ActionName;
  readonly target: Target;
  readonly outcome: DecisionOutcome;
  /** In words, for the history: which entry, which budget, which guard. */
  readonly reason: string;
  readonly rule: PolicyRule;
  /** The host-wide cap that kept it from being done. */
  readonly cap?: HostCap | undefined;
};

/** A cap that holds for the whole host: how many blocks there may be, or how many new actions in a minute. */
export type HostCap = 'active-blocks' | 'actions-per-minute';
