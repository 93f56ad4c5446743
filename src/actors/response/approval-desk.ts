import { setTimeout as delay } from 'node:timers/promises';
import type { Joined } from '../../../machines/approval.ts';
import type { ActionName } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Approval } from '../../domain/approval.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Decision } from '../../domain/decision.ts';
import type { DeliveryDraft } from '../../domain/delivery.ts';
import { SecError } from '../../domain/errors.ts';
import type { ActionId } from '../../domain/ids.ts';
import type { NoticeKind } from '../../domain/notice.ts';
import type { EnforcementPolicy } from '../../domain/policy.ts';
import { isAtLeast } from '../../domain/severity.ts';
import type { Store } from '../../store/contract.ts';
import type { Enforcer } from '../contract.ts';
import { type ApprovalIntakeDependencies, createApprovalIntake } from './approval-intake.ts';
import { changeRecords, noticeKind } from './approval-words.ts';
import { cooldownKey, policyOf, ruleApplies } from './decide.ts';
import { type ExecuteDependencies, executeJobs } from './execute.ts';
import type { Ledger } from './ledger.ts';
import { alertOfApproval } from './new-approval.ts';
import { createSuspension, requestOf, type SuspensionDependencies } from './suspension.ts';
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
  /** Tells a question that waits of one more request for the same. */
  readonly join: (approval: Approval, request: Omit<Joined, 'count'>) => void;
  /** What tells people outside of it; nothing where nobody is to be told. */
  readonly notices: (approval: Approval, kind: NoticeKind) => readonly DeliveryDraft[];
  readonly onQueued: (endpoint: string) => void;
  readonly onApproval: (approval: Approval) => void;
  readonly onProblem: SuspensionDependencies['onProblem'];
};

/** The step of an action chain that asks, under the id of its action. */
export type ChainStepRef = { readonly actionId: ActionId; readonly chain: string };

/** Everything that approvals do to the world; the statechart in machines/approval.ts says when. */
export type ApprovalDesk = {
  /**
   * Writes a new approval to disk, suspends its target when the rule says so, and gives it an actor. Resolves with it, with the one
   * that waits for the same already, or with undefined when nobody is asked: the history says why.
   */
  readonly open: (alert: Alert, decision: Decision, step?: ChainStepRef) => Promise<Approval | undefined>;
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

/** A desk over the given enforcers and store. */
export const createApprovalDesk = (dependencies: ApprovalDeskDependencies): ApprovalDesk => {
  const { store, clock } = dependencies;
  const suspension = createSuspension({ ...dependencies, now: clock.now });
  const enforcerOf = (action: ActionName): Enforcer => {
    const enforcer = dependencies.enforcers.get(action);
    if (enforcer === undefined) throw new SecError('SEC_UNAVAILABLE', `no enforcer for ${action}`);
    return enforcer;
  };
  const newsOf = (approval: Approval): readonly DeliveryDraft[] => {
    const kind = noticeKind(store.approvals.get(approval.id), approval);
    return kind === undefined ? [] : dependencies.notices(approval, kind);
  };
  const save: ApprovalIntakeDependencies['save'] = async (approval, records, add = newsOf(approval)) => {
    dependencies.onRecords(await store.commit({ approvals: [approval], ...(add.length === 0 ? {} : { outbox: { add } }), records }));
    for (const { endpoint } of add) dependencies.onQueued(endpoint);
  };

  return {
    open: createApprovalIntake({ ...dependencies, suspension, enforcerOf, save }),
    persist: async (approval) => {
      const stored = store.approvals.get(approval.id);
      // Asked again after an answer that got lost: what is on disk already is not a conflict.
      if (canonicalJson(stored ?? null) === canonicalJson(approval)) return;
      await save(approval, changeRecords(stored, approval, clock.now()));
      dependencies.onApproval(approval);
      if (approval.state !== 'rejected') return;
      dependencies.ledger.startCooldown(cooldownKey(approval.module, approval.action, approval.target), SOFT_ALLOW_MS, clock.monotonic());
    },
    recheck: async (approval) => {
      const policy = dependencies.policy();
      const because = refusalOf(policy, approval) ?? tooFew(policy, approval);
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
        reason: `approved by ${namesOf(approval)}`,
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

/** Why the policy of this moment does not want the action any more; a person approved it under an earlier one. */
const refusalOf = (policy: EnforcementPolicy, approval: Approval): string | undefined => {
  if (!policy.enabled) return 'enforcement is switched off';
  const own = policyOf(policy, approval.module);
  if (approval.chain !== undefined) return policy.dryRun || own?.dryRun === true ? 'dry run is on: nothing was done' : undefined;
  const rule = own?.rules.find(
    (candidate) => candidate.action === approval.action && ruleApplies(candidate, { type: approval.alertType, severity: approval.severity }),
  );
  if (policy.dryRun || own?.dryRun === true || rule?.dryRun === true) return 'dry run is on: nothing was done';
  if (own === undefined || !own.enabled || rule === undefined || !isAtLeast(approval.severity, own.minSeverity))
    return `preset ${policy.preset} does not ${approval.action} for this any more`;
  return undefined;
};

/** Why those who agreed are not enough under the policy of this moment, which may want more persons than that of then. */
const tooFew = (policy: EnforcementPolicy, approval: Approval): string | undefined => {
  const rule = policy.approvalGate.twoPerson;
  if (rule === undefined || approval.isBreakGlass === true || !rule.actions.includes(approval.action)) return undefined;
  const people = new Set((approval.votes ?? []).map(({ by }) => by.uid)).size;
  return people >= rule.groups.length ? undefined : `${approval.action} needs ${rule.groups.length} persons now, and ${Math.max(1, people)} agreed`;
};

const namesOf = ({ votes, decidedBy, isBreakGlass }: Approval): string => {
  const names = votes === undefined || votes.length === 0 ? (decidedBy?.name ?? 'nobody') : votes.map(({ by }) => by.name).join(' and ');
  return isBreakGlass === true ? `${names}, who broke the glass` : names;
};
