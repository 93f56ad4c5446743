import { setTimeout as delay } from 'node:timers/promises';
import { type ActionName, targetKey } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Approval } from '../../domain/approval.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Decision } from '../../domain/decision.ts';
import { messageOf, SecError } from '../../domain/errors.ts';
import { type ActionId, type ApprovalId, createId } from '../../domain/ids.ts';
import type { EnforcementPolicy } from '../../domain/policy.ts';
import { isAtLeast } from '../../domain/severity.ts';
import type { Store } from '../../store/contract.ts';
import type { ActionRequest, Enforcer } from '../contract.ts';
import { policyOf } from './decide.ts';
import { type ExecuteDependencies, executeJobs } from './execute.ts';

export type ApprovalDeskDependencies = ExecuteDependencies & {
  readonly store: Store;
  readonly clock: Clock;
  readonly enforcers: ReadonlyMap<ActionName, Enforcer>;
  readonly policy: () => EnforcementPolicy;
  /** Puts the approval's actor under the root. */
  readonly adopt: (approval: Approval) => void;
  readonly onApproval: (approval: Approval) => void;
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
};

/** An action that has not come back by then has failed; `reconcile` then finds out what really happened. */
const EXECUTE_WITHIN_MS = 30_000;

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

/** A desk over the given enforcers and store. */
export const createApprovalDesk = (dependencies: ApprovalDeskDependencies): ApprovalDesk => {
  const { store, clock } = dependencies;
  const enforcerOf = (action: ActionName): Enforcer => {
    const enforcer = dependencies.enforcers.get(action);
    if (enforcer === undefined) throw new SecError('SEC_UNAVAILABLE', `no enforcer for ${action}`);
    return enforcer;
  };
  const note = (approval: Approval, reason: string): void => {
    dependencies.onRecords(
      store.history.note([
        {
          at: clock.now(),
          kind: 'approval',
          approvalId: approval.id,
          actionId: approval.actionId,
          alertId: approval.alertId,
          module: approval.module,
          alertType: approval.alertType,
          severity: approval.severity,
          action: approval.action,
          target: targetKey(approval.target),
          actor: approval.decidedBy,
          reason,
          details: { state: approval.state, held: approval.isHeld, version: approval.version },
        },
      ]),
    );
  };
  const persist = async (approval: Approval): Promise<void> => {
    // Asked again after an answer that got lost: what is on disk already is not a conflict.
    if (canonicalJson(store.approvals.get(approval.id) ?? null) === canonicalJson(approval)) return;
    await store.approvals.put(approval);
    note(approval, wordsOf(approval));
    dependencies.onApproval(approval);
  };

  const open = async (alert: Alert, decision: Decision): Promise<void> => {
    const key = targetKey(decision.target);
    if (store.approvals.waiting().some((waiting) => waiting.action === decision.action && targetKey(waiting.target) === key)) return;
    const enforcer = enforcerOf(decision.action);
    const now = clock.now();
    const actionId = createId<'ActionId'>(now);
    const request: ActionRequest = { actionId, target: decision.target, params: decision.rule.params, now };
    const plan = enforcer.plan(request);
    const wantsHold = decision.rule.hold && enforcer.hold !== undefined && isAtLeast(alert.severity, 'HIGH');
    const approval = newApproval(alert, decision, { actionId, now, ttlMs: dependencies.policy().approvalGate.ttlMs, isHeld: wantsHold, plan });
    // On disk before the target is touched: a crash in between is found and undone, never forgotten.
    await persist(approval);
    dependencies.adopt(wantsHold ? await holdTarget(enforcer, request, approval) : approval);
  };

  const holdTarget = async (enforcer: Enforcer, request: ActionRequest, approval: Approval): Promise<Approval> => {
    try {
      await enforcer.hold?.(request);
      return approval;
    } catch (problem) {
      const free: Approval = { ...approval, isHeld: false, version: approval.version + 1, reason: `could not be suspended: ${messageOf(problem)}` };
      await persist(free);
      return free;
    }
  };

  return {
    open,
    persist,
    recheck: async (approval) => {
      const policy = dependencies.policy();
      if (!policy.enabled) return { isAllowed: false, outcome: 'failed', reason: 'enforcement is switched off' };
      if (policy.dryRun) return { isAllowed: false, outcome: 'failed', reason: 'dry run is on: nothing was done' };
      const allowList = [...policy.globalAllowList, ...(policyOf(policy, approval.module)?.allowList ?? [])];
      const veto = dependencies.veto(approval.action, approval.target, allowList);
      if (veto !== undefined) return { isAllowed: false, outcome: 'void', reason: veto.reason };
      const problem = await enforcerOf(approval.action).rehearse(requestOf(approval, clock.now()));
      return problem === undefined ? { isAllowed: true } : { isAllowed: false, outcome: 'void', reason: problem };
    },
    execute: async (approval) => {
      const job = {
        alert: alertOf(store, approval),
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
      const outcome = await enforcerOf(approval.action).verify(requestOf(approval, clock.now()));
      return outcome.verification === 'verified' ? 'already-done' : 'not-done';
    },
    release: async (approval) => {
      await enforcerOf(approval.action).release?.(requestOf(approval, clock.now()));
    },
  };
};

/** The request that an approval stands for. */
export const requestOf = (approval: Approval, now: number): ActionRequest => ({
  actionId: approval.actionId,
  target: approval.target,
  params: approval.params,
  now,
});

const newApproval = (
  alert: Alert,
  decision: Decision,
  more: {
    readonly actionId: ActionId;
    readonly now: number;
    readonly ttlMs: number;
    readonly isHeld: boolean;
    readonly plan: { readonly steps: readonly string[]; readonly undoNote: string };
  },
): Approval => ({
  id: createId<'ApprovalId'>(more.now) satisfies ApprovalId,
  actionId: more.actionId,
  alertId: alert.id,
  module: alert.module,
  alertType: alert.type,
  title: alert.title,
  severity: alert.severity,
  action: decision.action,
  target: decision.target,
  params: decision.rule.params,
  plan: more.plan.steps,
  undoNote: more.plan.undoNote,
  state: 'pending',
  isHeld: more.isHeld,
  createdAt: more.now,
  expiresAt: more.now + more.ttlMs,
  version: 1,
});

const WORDS: { readonly [state in Approval['state']]: string } = {
  pending: 'waits for a person',
  approved: 'approved',
  executing: 'is being executed',
  done: 'done',
  failed: 'failed',
  rejected: 'rejected',
  expired: 'nobody answered in time: no action',
  void: 'no longer applies',
};

const wordsOf = (approval: Approval): string =>
  [WORDS[approval.state], approval.result, approval.reason].filter((part) => part !== undefined && part !== '').join(': ');

const alertOf = (store: Store, approval: Approval): Alert => {
  const alert = store.alerts.get(approval.alertId);
  if (alert !== undefined) return alert;
  // The alert was removed meanwhile; the approval carries all that the records need.
  return {
    ...aboutAlertFallback(approval),
    status: 'OPEN',
    description: '',
    entities: {},
    eventIds: [],
    evidence: { rule: '' },
    mitre: [],
    mitigations: [],
    foldKey: '',
    count: 1,
    createdAt: approval.createdAt,
    firstSeen: approval.createdAt,
    lastSeen: approval.createdAt,
    isClaim: false,
    version: 1,
  };
};

const aboutAlertFallback = (approval: Approval): Pick<Alert, 'id' | 'module' | 'type' | 'severity' | 'title'> => ({
  id: approval.alertId,
  module: approval.module,
  type: approval.alertType,
  severity: approval.severity,
  title: approval.title,
});
