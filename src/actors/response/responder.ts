import { type ActionName, targetKey } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Decision, HostCap } from '../../domain/decision.ts';
import { messageOf } from '../../domain/errors.ts';
import type { HistoryDraft, HistoryRecord } from '../../domain/history.ts';
import { type ActionId, createId } from '../../domain/ids.ts';
import type { EnforcementPolicy } from '../../domain/policy.ts';
import type { Store } from '../../store/contract.ts';
import type { ActionRequest, Enforcer } from '../contract.ts';
import { type ActionQueue, createActionQueue } from './action-queue.ts';
import { cooldownKey, decide, policyOf } from './decide.ts';
import { executeBatch, type Job } from './execute.ts';
import type { Veto } from './guard.ts';
import type { LeaseBook } from './lease-book.ts';
import type { Ledger } from './ledger.ts';
import { decisionRecord } from './records.ts';

const MAX_BATCH = 1000;
const MAX_WAITING = 10_000;
/** The same refusal for the same target is recorded once in this time, or once a cooldown when that is longer. */
const QUIET_MS = 60_000;

export type ResponderDependencies = {
  readonly store: Store;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly leases: LeaseBook;
  readonly enforcers: ReadonlyMap<ActionName, Enforcer>;
  readonly unavailable: (action: ActionName) => string | undefined;
  readonly policy: () => EnforcementPolicy;
  readonly veto: (action: ActionName, target: Decision['target'], allowList: readonly string[]) => Veto | undefined;
  /** Looks again who is connected, if that was not done a moment ago; never rejects. */
  readonly freshen?: (() => Promise<void>) | undefined;
  readonly requestApproval: (alert: Alert, decision: Decision) => Promise<unknown>;
  /** Length of the next block of an address, longer for who was blocked before. Counts it. */
  readonly nextBlockMs?: ((address: string, askedMs: number) => number) | undefined;
  /** A cap of the whole host kept an action from being done; asked for each such decision, repeats included. */
  readonly onCap?: ((cap: HostCap, reason: string) => void) | undefined;
  readonly onRecords: (records: readonly HistoryRecord[]) => void;
  readonly onProblem: (what: string, problem: unknown) => void;
};

/** From alerts to actions: decides, records, queues, and never lets one action wait for another kind. */
export type Responder = {
  /** `isRepeat`: a fold of an alert that was answered before; a cooldown is then not worth a record. */
  readonly respond: (alert: Alert, isRepeat: boolean) => void;
  /** What would be decided about an alert now, and how the act would go: every check and nothing done, no budget spent, nothing recorded. */
  readonly consider: (alert: Alert) => Promise<readonly Considered[]>;
  /** Resolves when no action waits or runs. */
  readonly idle: () => Promise<void>;
};

/** `rehearsal`: what the act would do or why it would fail, in words; there where the decision lets it come to that. */
export type Considered = Decision & { readonly rehearsal?: string | undefined };

/** A responder over the given enforcers. */
export const createResponder = (dependencies: ResponderDependencies): Responder => {
  const { clock, ledger, leases } = dependencies;
  const queues = new Map<ActionName, ActionQueue<Job>>();
  const queueOf = (action: ActionName): ActionQueue<Job> => {
    const known = queues.get(action);
    if (known !== undefined) return known;
    const queue = createActionQueue<Job>({
      maxBatch: MAX_BATCH,
      maxWaiting: MAX_WAITING,
      run: (jobs) => executeBatch(dependencies, action, jobs),
      onBug: (problem) => dependencies.onProblem(`${action} batch`, problem),
    });
    queues.set(action, queue);
    return queue;
  };
  const note = (drafts: readonly HistoryDraft[]): void => dependencies.onRecords(dependencies.store.history.note(drafts));

  const considered = (alert: Alert, policy: EnforcementPolicy): readonly Decision[] =>
    decide(alert, {
      policy,
      veto: dependencies.veto,
      activeUntil: (action, target) => leases.find(action, target)?.expiresAt,
      cooldownLeft: (key) => ledger.cooldownLeft(key, clock.monotonic()),
      budgetLeft: (module, action, limit) => ledger.budgetLeft(module, action, limit, clock.monotonic()),
      globalBudgetLeft: () => policy.caps.maxNewActionsPerMinute - ledger.spentGlobally(clock.monotonic()),
      activeBlocks: () => leases.count('block_ip'),
      unavailable: dependencies.unavailable,
    });

  const respond = (alert: Alert, isRepeat: boolean): void => {
    const policy = dependencies.policy();
    const decisions = considered(alert, policy);
    for (const decision of decisions) {
      carryOut(alert, decision, policy, isRepeat);
      if (decision.cap !== undefined) dependencies.onCap?.(decision.cap, decision.reason);
    }
  };

  // What nothing is done about never stands in the way of a later answer, and a flood of it is one line in the history.
  const isNews = (key: string, quietMs: number, now: number, isRepeat: boolean, { outcome }: Decision): boolean => {
    if (isRepeat && (outcome === 'cooldown' || outcome === 'no-target')) return false;
    if (ledger.cooldownLeft(key, now) > 0) return false;
    ledger.startCooldown(key, quietMs, now);
    return true;
  };

  const carryOut = (alert: Alert, decision: Decision, policy: EnforcementPolicy, isRepeat: boolean): void => {
    const now = clock.monotonic();
    const key = cooldownKey(alert.module, decision.action, decision.target);
    const cooldownMs = (policyOf(policy, alert.module)?.cooldownSeconds ?? 0) * 1000;
    if (isAnswer(decision)) ledger.startCooldown(key, cooldownMs, now);
    else if (!isNews(`${key} ${decision.outcome}${decision.target.kind === 'none' ? alert.id : ''}`, Math.max(cooldownMs, QUIET_MS), now, isRepeat, decision))
      return;
    const record = decisionRecord(alert, decision, clock.now(), policy.preset);
    switch (decision.outcome) {
      case 'execute':
        if (decision.action === 'log_only') {
          note([{ ...record, kind: 'outcome', outcome: 'success', verification: 'verified', reason: `recorded: ${alert.title}` }]);
          return;
        }
        ledger.spend(alert.module, decision.action, clock.monotonic());
        if (!queueOf(decision.action).add(jobOf(alert, decision)))
          note([{ ...record, outcome: 'over-budget', reason: `${MAX_WAITING} ${decision.action} are waiting already` }]);
        return;
      case 'needs-approval':
        ledger.spend(alert.module, decision.action, clock.monotonic());
        dependencies.requestApproval(alert, decision).catch((problem: unknown) => {
          note([{ ...record, outcome: 'failure', reason: `nobody could be asked: ${messageOf(problem)}` }]);
          dependencies.onProblem('approval request', problem);
        });
        return;
      case 'dry-run':
        ledger.spend(alert.module, decision.action, clock.monotonic());
        rehearse(alert, decision)
          .then((words) => note([{ ...record, reason: words }]))
          .catch((problem: unknown) => dependencies.onProblem('rehearsal', problem));
        return;
      default:
        note([record]);
    }
  };

  const rehearse = async (alert: Alert, decision: Decision): Promise<string> => {
    const enforcer = dependencies.enforcers.get(decision.action);
    if (enforcer === undefined) return 'would fail: no such action here';
    const request = jobOf(alert, decision).request;
    try {
      const problem = await enforcer.rehearse(request);
      return problem === undefined ? `would do: ${enforcer.plan(request).steps.join('; ')}` : `would fail: ${problem}`;
    } catch (problem) {
      return `would fail: ${messageOf(problem)}`;
    }
  };

  const jobOf = (alert: Alert, decision: Decision): Job => {
    const now = clock.now();
    const request: ActionRequest = {
      actionId: createId<'ActionId'>(now) satisfies ActionId,
      target: decision.target,
      params: decision.rule.params,
      now,
      alert,
    };
    return { alert, request, reason: `${decision.reason}: ${targetKey(decision.target)}` };
  };

  return {
    respond,
    consider: (alert) =>
      Promise.all(
        considered(alert, dependencies.policy()).map(async (decision) =>
          comesToActing(decision) ? { ...decision, rehearsal: await rehearse(alert, decision) } : decision,
        ),
      ),
    idle: async () => {
      for (const queue of queues.values()) await queue.idle();
    },
  };
};

const comesToActing = ({ action, outcome }: Decision): boolean =>
  action !== 'log_only' && (outcome === 'execute' || outcome === 'dry-run' || outcome === 'needs-approval');

/** Something is done, or would be: then the same target is left alone for the cooldown. */
const isAnswer = ({ outcome }: Decision): boolean => outcome === 'execute' || outcome === 'needs-approval' || outcome === 'dry-run';
