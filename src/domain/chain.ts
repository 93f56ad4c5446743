import type { ActionName } from './action.ts';
import type { Alert } from './alert.ts';
import type { Actor } from './approval.ts';
import type { ActionId, ApprovalId, ChainRunId } from './ids.ts';
import type { Severity } from './severity.ts';

/** One action of a chain and where it leads. A way that is not named ends the chain. */
export type ChainStep = {
  readonly name: string;
  readonly action: ActionName;
  readonly params: { readonly [name: string]: string };
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
  /** Further attempts after one that failed. */
  readonly maxRetries: number;
  /** For all attempts together; a person's answer has the time of the approval gate instead. */
  readonly timeoutMs: number;
};

/** Actions that follow one another, started by an alert. Checked: every step can be reached, none twice in one run. */
export type Chain = {
  readonly name: string;
  readonly description: string;
  /** `module` may be `*`; no types means every type. */
  readonly trigger: { readonly module: string; readonly types: readonly string[]; readonly minSeverity: Severity };
  readonly entryPoint: string;
  readonly steps: readonly ChainStep[];
};

export const STEP_STATES = ['acting', 'asking', 'succeeded', 'failed', 'undone', 'kept'] as const;

/** What became of one step. `kept`: it could not be taken back. Times are wall-clock ms. */
export type StepRun = {
  readonly step: string;
  readonly action: ActionName;
  readonly target: string;
  /** Of the latest attempt; its records in the history carry it, too. */
  readonly actionId: ActionId;
  readonly attempts: number;
  readonly state: (typeof STEP_STATES)[number];
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly endedAt?: number | undefined;
  readonly approvalId?: ApprovalId | undefined;
  readonly detail?: string | undefined;
  /** The step that came after it. */
  readonly next?: string | undefined;
};

export const CHAIN_STATES = ['ready', 'acting', 'asking', 'completed', 'partial', 'failed', 'undoing', 'undone'] as const;
export type ChainState = (typeof CHAIN_STATES)[number];

/** One run of a chain, with the chain and the alert as they were when it began: a later change of either does not bend it. */
export type ChainRun = {
  readonly id: ChainRunId;
  readonly chain: Chain;
  readonly alert: Alert;
  readonly state: ChainState;
  /** The step that is next or under way. */
  readonly current?: string | undefined;
  readonly steps: readonly StepRun[];
  readonly startedAt: number;
  /** No new attempt before. */
  readonly retryAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly reason?: string | undefined;
  readonly undo?: { readonly by: Actor; readonly reason: string } | undefined;
};

/** True while something is still to be done for it. */
export const isLiveRun = ({ state }: Pick<ChainRun, 'state'>): boolean => state === 'ready' || state === 'acting' || state === 'asking' || state === 'undoing';

/** The latest step, the one under way in a run that is acting or asking. */
export const latestStep = (run: ChainRun): StepRun | undefined => run.steps.at(-1);
