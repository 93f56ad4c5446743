import type { ChainEvent } from '../../../machines/chain.ts';
import { ACTION_RISK, type ActionName } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Approval } from '../../domain/approval.ts';
import { type ChainRun, type ChainStep, latestStep, type StepRun } from '../../domain/chain.ts';
import type { Decision } from '../../domain/decision.ts';
import { messageOf } from '../../domain/errors.ts';
import type { PolicyRule } from '../../domain/policy.ts';
import type { ActionRequest } from '../contract.ts';
import type { ChainStepRef } from './approval-desk.ts';
import { type DecisionContext, decideRule } from './decide.ts';
import { type ExecuteDependencies, executeJobs } from './execute.ts';
import type { Ledger } from './ledger.ts';
import { decisionRecord } from './records.ts';
import { targetOf } from './targets.ts';

export type ChainStepDependencies = ExecuteDependencies & {
  readonly ledger: Ledger;
  readonly unavailable: (action: ActionName) => string | undefined;
  readonly openApproval: (alert: Alert, decision: Decision, step: ChainStepRef) => Promise<Approval | undefined>;
};

/**
 * Carries out the step under way through the same decision, guards, budgets, approvals and records as any rule, and resolves
 * with what came of it. `isInterrupted`: it was under way when the daemon died or its outcome was lost; then it is first found out
 * whether it happened, so that nothing happens twice.
 */
export const carryOutStep = async (dependencies: ChainStepDependencies, run: ChainRun, isInterrupted: boolean): Promise<ChainEvent> => {
  const under = latestStep(run);
  const step = run.chain.steps.find(({ name }) => name === run.current);
  if (under === undefined || step === undefined) return failed(dependencies, 'no such step', true);
  const known = isInterrupted ? await whatHappened(dependencies, run, under, step) : undefined;
  if (known !== undefined) return known;
  if (isInterrupted && dependencies.clock.now() >= under.deadlineAt) return failed(dependencies, 'its time was over before it could be done', true);
  return act(dependencies, run, under, step);
};

type Ended = Extract<ChainEvent, { type: 'step.succeeded' | 'step.failed' }>;

const succeeded = ({ clock }: ChainStepDependencies, detail: string): Ended => ({ type: 'step.succeeded', detail, now: clock.now() });
const failed = ({ clock }: ChainStepDependencies, detail: string, isFinal: boolean): Ended => ({ type: 'step.failed', detail, isFinal, now: clock.now() });

/** The rule a step stands for. No chain can say that a person need not be asked. */
export const ruleOfStep = (step: ChainStep): PolicyRule => ({
  action: step.action,
  minSeverity: 'INFO',
  params: step.params,
  skipApproval: false,
  dryRun: false,
  description: '',
  hold: false,
  types: [],
});

const judged = (dependencies: ChainStepDependencies, run: ChainRun, under: StepRun, step: ChainStep): Decision => {
  const { ledger, clock, leases } = dependencies;
  const policy = dependencies.policy();
  const context: DecisionContext = {
    policy,
    veto: dependencies.veto,
    // What a crash left of this very step is not in force: the host was asked.
    activeUntil: (action, target) => leases.all(action, target).find(({ actionId }) => actionId !== under.actionId)?.expiresAt,
    // A run has a cooldown as a whole.
    cooldownLeft: () => 0,
    budgetLeft: (module, action, limit) => ledger.budgetLeft(module, action, limit, clock.monotonic()),
    globalBudgetLeft: () => policy.caps.maxNewActionsPerMinute - ledger.spentGlobally(clock.monotonic()),
    activeBlocks: () => leases.count('block_ip'),
    unavailable: dependencies.unavailable,
  };
  const decision = decideRule(run.alert, ruleOfStep(step), context);
  // Whatever the gate says: what cannot be shrugged off is never done by a chain alone.
  return decision.outcome === 'execute' && ACTION_RISK[step.action] === 'high'
    ? { ...decision, outcome: 'needs-approval', reason: `${step.action} in a chain waits for a person` }
    : decision;
};

const act = async (dependencies: ChainStepDependencies, run: ChainRun, under: StepRun, step: ChainStep): Promise<ChainEvent> => {
  const { store, clock, ledger } = dependencies;
  const decision = judged(dependencies, run, under, step);
  const record = decisionRecord(run.alert, decision, clock.now(), dependencies.policy().preset);
  const said = { ...record, actionId: under.actionId, reason: `${whereOf(run, step)}: ${decision.reason}` };
  const request: ActionRequest = { actionId: under.actionId, target: decision.target, params: step.params, now: clock.now(), alert: run.alert };
  switch (decision.outcome) {
    case 'execute': {
      if (step.action === 'log_only') {
        const words = `${whereOf(run, step)}: recorded`;
        dependencies.onRecords(await store.history.append([{ ...said, kind: 'outcome', outcome: 'success', verification: 'verified', reason: words }]));
        return succeeded(dependencies, 'recorded');
      }
      ledger.spend(run.alert.module, step.action, clock.monotonic());
      const [outcome] = await executeJobs(dependencies, step.action, [{ alert: run.alert, request, reason: whereOf(run, step) }]);
      if (outcome === undefined) return failed(dependencies, 'a guard refused it at the last moment', true);
      return outcome.verification === 'failed' ? failed(dependencies, outcome.detail, false) : succeeded(dependencies, outcome.detail);
    }
    case 'needs-approval': {
      ledger.spend(run.alert.module, step.action, clock.monotonic());
      const approval = await dependencies.openApproval(run.alert, decision, { actionId: under.actionId, chain: run.chain.name });
      if (approval === undefined) return failed(dependencies, 'nobody was asked: the history says why', true);
      return { type: 'step.asked', approvalId: approval.id, actionId: approval.actionId, now: clock.now() };
    }
    case 'dry-run':
      return rehearsed(dependencies, step, request, (reason) => dependencies.onRecords(store.history.note([{ ...said, reason }])));
    case 'cooldown':
      return succeeded(dependencies, decision.reason);
    default:
      dependencies.onRecords(store.history.note([said]));
      return failed(dependencies, decision.reason, decision.outcome !== 'over-budget' && decision.outcome !== 'unavailable');
  }
};

const rehearsed = async (dependencies: ChainStepDependencies, step: ChainStep, request: ActionRequest, note: (reason: string) => void): Promise<ChainEvent> => {
  const enforcer = dependencies.enforcers.get(step.action);
  const problem = enforcer === undefined ? 'no such action here' : await enforcer.rehearse(request).catch(messageOf);
  const words = problem === undefined ? `would do: ${enforcer?.plan(request).steps.join('; ') ?? ''}` : `would fail: ${problem}`;
  note(words);
  return problem === undefined ? succeeded(dependencies, words) : failed(dependencies, words, true);
};

/** What the disk and the host know of a step whose outcome was lost; undefined when it did not happen, and may. */
const whatHappened = async (dependencies: ChainStepDependencies, run: ChainRun, under: StepRun, step: ChainStep): Promise<ChainEvent | undefined> => {
  const { store, clock, enforcers } = dependencies;
  const approval = store.approvals.page(MAX_APPROVALS).find(({ actionId }) => actionId === under.actionId);
  if (approval !== undefined) return { type: 'step.asked', approvalId: approval.id, actionId: approval.actionId, now: clock.now() };
  const records = store.history.page({ limit: 50, actionId: under.actionId });
  const outcome = records.find(({ kind }) => kind === 'outcome');
  if (outcome !== undefined) return outcome.outcome === 'failure' ? failed(dependencies, outcome.reason, false) : succeeded(dependencies, outcome.reason);
  const intent = records.find(({ kind }) => kind === 'intent');
  if (intent === undefined) return undefined;
  // Its deliveries went to disk together with the intent.
  if (step.action === 'webhook') return succeeded(dependencies, 'queued before a restart');
  const lease = dependencies.leases.byActionId(under.actionId);
  const target = targetOf(step.action, run.alert, step.params);
  try {
    const request: ActionRequest = { actionId: under.actionId, target, params: step.params, now: clock.now(), isInterrupted: true, undo: lease?.undo };
    const found = await enforcers.get(step.action)?.verify(request);
    return found?.verification === 'verified' ? succeeded(dependencies, `${found.detail}; done before a restart`) : undefined;
  } catch (problem) {
    // It cannot be found out: then it is not done a second time.
    return failed(dependencies, messageOf(problem), true);
  }
};

const MAX_APPROVALS = 1000;

const whereOf = (run: ChainRun, step: ChainStep): string => `chain ${run.chain.name}, step ${step.name}`;
