import { setTimeout as delay } from 'node:timers/promises';
import { type ActionName, type Target, targetKey } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Approval } from '../../domain/approval.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Decision } from '../../domain/decision.ts';
import type { ProcessRef } from '../../domain/entity.ts';
import { SecError, toSecError } from '../../domain/errors.ts';
import type { HistoryDraft } from '../../domain/history.ts';
import { createId } from '../../domain/ids.ts';
import type { EnforcementPolicy } from '../../domain/policy.ts';
import { isAtLeast } from '../../domain/severity.ts';
import type { Store } from '../../store/contract.ts';
import type { ActionPlan, ActionRequest, Enforcer } from '../contract.ts';
import { approvalRecord, refusedRecord } from './approval-words.ts';
import { cooldownKey, policyOf, ruleApplies } from './decide.ts';
import { type ExecuteDependencies, executeJobs } from './execute.ts';
import type { Ledger } from './ledger.ts';
import { alertOfApproval, newApproval } from './new-approval.ts';
import { decisionRecord } from './records.ts';
import { createSuspension, requestOf, type SuspensionDependencies } from './suspension.ts';
import { createTurns } from './turns.ts';
import { SOFT_ALLOW_MS } from './undo.ts';

export type ApprovalDeskDependencies = ExecuteDependencies & {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly clock: Clock;
  readonly enforcers: ReadonlyMap<ActionName, Enforcer>;
  readonly policy: () => EnforcementPolicy;
  /** Puts the approval's actor under the root. */
  readonly adopt: (approval: Approval) => void;
  readonly settle: SuspensionDependencies['settle'];
  readonly onApproval: (approval: Approval) => void;
  readonly onProblem: SuspensionDependencies['onProblem'];
};

/** Everything that approvals do to the world; the statechart in machines/approval.ts says when. */
export type ApprovalDesk = {
  /** Writes a new approval to disk, suspends its target when the rule says so, and gives it an actor. */
  readonly open: (alert: Alert, decision: Decision) => Promise<void>;
  readonly persist: (approval: Approval) => Promise<void>;
  readonly recheck: (
    approval: Approval,
  ) => Promise<{ readonly isAllowed: true } | { readonly isAllowed: false; readonly outcome: 'void' | 'failed'; readonly reason: string }>;
  readonly execute: (approval: Approval) => Promise<{ readonly isDone: boolean; readonly result: string }>;
  readonly reconcile: (approval: Approval) => Promise<'already-done' | 'not-done' | 'changed'>;
  readonly release: (approval: Approval) => Promise<void>;
  /** To be called every few seconds: settles what is moot, keeps suspended what is to be. */
  readonly attend: () => Promise<void>;
};

/** An action that has not come back by then has failed; `reconcile` then finds out what really happened. */
const EXECUTE_WITHIN_MS = 30_000;
/** Suspended processes remembered with an approval; those beyond are found as descendants of the first. */
const MAX_HELD = 500;

/** A desk over the given enforcers and store. */
export const createApprovalDesk = (dependencies: ApprovalDeskDependencies): ApprovalDesk => {
  const { store, clock } = dependencies;
  const suspension = createSuspension({ ...dependencies, now: clock.now });
  const turns = createTurns();
  const enforcerOf = (action: ActionName): Enforcer => {
    const enforcer = dependencies.enforcers.get(action);
    if (enforcer === undefined) throw new SecError('SEC_UNAVAILABLE', `no enforcer for ${action}`);
    return enforcer;
  };
  const note = (draft: HistoryDraft): void => dependencies.onRecords(store.history.note([draft]));
  const save = async (approval: Approval, records: readonly HistoryDraft[]): Promise<void> =>
    dependencies.onRecords(await store.commit({ approvals: [approval], records }));

  const open = async (alert: Alert, judged: Decision): Promise<void> => {
    let decision = judged;
    const policy = dependencies.policy();
    const waiting = store.approvals.waiting();
    if (waiting.some((other) => other.action === decision.action && targetKey(other.target) === targetKey(decision.target))) return;
    const now = clock.now();
    const answer = (outcome: Decision['outcome'], reason: string): void =>
      note(decisionRecord(alert, { ...decision, outcome, reason }, clock.now(), policy.preset));
    const group = waiting.find((other) => other.action === decision.action && isPartOf(decision.target, other));
    if (group !== undefined) return answer('needs-approval', `suspended already as part of ${targetKey(group.target)}, which waits for a person`);
    if (waiting.length >= policy.approvalGate.maxPending) return answer('over-budget', `${waiting.length} approvals are already waiting`);
    const enforcer = enforcerOf(decision.action);
    const target = await identified(enforcer, decision.target);
    if (typeof target === 'string') return answer('refused', target);
    decision = { ...decision, target };
    const actionId = createId<'ActionId'>(now);
    const request: ActionRequest = { actionId, target: decision.target, params: decision.rule.params, now };
    const wantsHold = decision.rule.hold && enforcer.hold !== undefined && isAtLeast(alert.severity, 'HIGH');
    const plan = await planOf(enforcer, request, wantsHold);
    if (typeof plan === 'string') return answer('refused', plan);
    const approval = newApproval(alert, decision, { actionId, now, ttlMs: policy.approvalGate.ttlMs, isHeld: wantsHold, plan });
    // On disk before the target is touched: a crash in between is found and undone, never forgotten.
    await save(approval, [approvalRecord(approval, now)]);
    const settled = wantsHold ? await holdTarget(approval) : approval;
    if (settled.state === 'pending') dependencies.adopt(settled);
    dependencies.onApproval(settled);
  };

  /** The approval after its target was suspended or could not be; never rejects, so that it always gets its actor. */
  const holdTarget = async (approval: Approval): Promise<Approval> => {
    const held = await suspension.hold(approval);
    const now = clock.now();
    const next: Approval = { ...approval, ...afterHold(held, now), version: approval.version + 1 };
    const records = held.isHeld
      ? [approvalRecord(next, now, `suspended while it waits: ${countOf(held.processes.length)}`)]
      : [...(held.isMoot ? [refusedRecord(next, now, held.reason)] : []), approvalRecord(next, now)];
    try {
      await save(next, records);
      return next;
    } catch (problem) {
      dependencies.onProblem('recording what was suspended', problem);
      const stored = store.approvals.get(approval.id) ?? approval;
      if (stored.state !== 'pending') await suspension.release(next).catch((thrown: unknown) => dependencies.onProblem('letting go', thrown));
      return stored;
    }
  };

  return {
    // One after another: whether a process belongs to a tree that waits is known only when that tree is suspended.
    open: (alert, decision) => turns.take('open', () => open(alert, decision)),
    persist: async (approval) => {
      const stored = store.approvals.get(approval.id);
      // Asked again after an answer that got lost: what is on disk already is not a conflict.
      if (canonicalJson(stored ?? null) === canonicalJson(approval)) return;
      const isLetGo = stored?.isHeld === true && !approval.isHeld && stored.state === approval.state;
      await save(approval, [isLetGo ? approvalRecord(approval, clock.now(), 'goes on') : approvalRecord(approval, clock.now())]);
      dependencies.onApproval(approval);
      if (approval.state !== 'rejected') return;
      dependencies.ledger.startCooldown(cooldownKey(approval.module, approval.action, approval.target), SOFT_ALLOW_MS, clock.monotonic());
    },
    recheck: async (approval) => {
      const policy = dependencies.policy();
      const because = refusalOf(policy, approval);
      if (because !== undefined) return { isAllowed: false, outcome: 'failed', reason: because };
      const allowList = [...policy.globalAllowList, ...(policyOf(policy, approval.module)?.allowList ?? [])];
      const veto = dependencies.veto(approval.action, approval.target, allowList);
      if (veto !== undefined) return { isAllowed: false, outcome: 'void', reason: veto.reason };
      const problem = await enforcerOf(approval.action).rehearse(requestOf(approval, clock.now()));
      return problem === undefined ? { isAllowed: true } : { isAllowed: false, outcome: 'void', reason: problem };
    },
    execute: async (approval) => {
      const job = {
        alert: store.alerts.get(approval.alertId) ?? alertOfApproval(approval),
        request: requestOf(approval, clock.now()),
        reason: `approved by ${approval.decidedBy?.name ?? 'nobody'}`,
        approvalId: approval.id,
        actor: approval.decidedBy,
      };
      const [outcome] = await within(EXECUTE_WITHIN_MS, executeJobs(dependencies, approval.action, [job]));
      if (outcome === undefined) return { isDone: false, result: 'a guard refused it at the last moment' };
      return { isDone: outcome.verification !== 'failed', result: outcome.detail };
    },
    reconcile: async (approval) => {
      const outcome = await enforcerOf(approval.action).verify({ ...requestOf(approval, clock.now()), isInterrupted: true });
      return outcome.verification === 'verified' ? 'already-done' : 'not-done';
    },
    release: suspension.release,
    attend: suspension.attend,
  };
};

const within = async <Value>(ms: number, work: Promise<Value>): Promise<Value> => {
  const patience = new AbortController();
  const late = delay(ms, undefined, { signal: patience.signal }).then(() => {
    throw new SecError('SEC_TIMEOUT', `no outcome in ${ms / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    patience.abort();
    // Aborted on purpose: its rejection is not news.
    late.catch(() => undefined);
  }
};

/** The target with its identity of this moment, or why there is none. */
const identified = async (enforcer: Enforcer, target: Target): Promise<Target | string> => {
  try {
    return (await enforcer.identify?.(target)) ?? target;
  } catch (problem) {
    return toSecError(problem).message;
  }
};

/** The plan, or why it could never be carried out. Holding asks all the guards itself, and nobody waits for them twice. */
const planOf = async (enforcer: Enforcer, request: ActionRequest, wantsHold: boolean): Promise<ActionPlan | string> => {
  try {
    const plan = enforcer.plan(request);
    return (wantsHold ? undefined : await enforcer.rehearse(request)) ?? plan;
  } catch (problem) {
    return toSecError(problem).message;
  }
};

const isPartOf = (target: Target, other: Approval): boolean =>
  target.kind === 'process' &&
  other.isHeld &&
  (other.held ?? []).some((process) => process.pid === target.process.pid && process.startTime === target.process.startTime);

const afterHold = (held: Awaited<ReturnType<ReturnType<typeof createSuspension>['hold']>>, now: number): Partial<Approval> => {
  if (held.isHeld) return { held: held.processes.slice(0, MAX_HELD).map(identityOf) };
  if (held.isMoot) return { state: 'void', isHeld: false, decidedAt: now, result: held.reason };
  return { isHeld: false, reason: `could not be suspended: ${held.reason}` };
};

const identityOf = ({ pid, startTime, exe, exeDev, exeIno }: ProcessRef): ProcessRef => ({ pid, startTime, exe, exeDev, exeIno });

const countOf = (count: number): string => `${count} ${count === 1 ? 'process' : 'processes'}`;

/** Why the policy of this moment does not want the action any more; a person approved it under an earlier one. */
const refusalOf = (policy: EnforcementPolicy, approval: Approval): string | undefined => {
  if (!policy.enabled) return 'enforcement is switched off';
  const own = policyOf(policy, approval.module);
  const rule = own?.rules.find(
    (candidate) => candidate.action === approval.action && ruleApplies(candidate, { type: approval.alertType, severity: approval.severity }),
  );
  if (policy.dryRun || own?.dryRun === true || rule?.dryRun === true) return 'dry run is on: nothing was done';
  if (own === undefined || !own.enabled || rule === undefined || !isAtLeast(approval.severity, own.minSeverity))
    return `preset ${policy.preset} does not ${approval.action} for this any more`;
  return undefined;
};
