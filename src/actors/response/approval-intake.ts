import { setTimeout as delay } from 'node:timers/promises';
import { type ActionName, type Target, targetKey } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Approval } from '../../domain/approval.ts';
import type { Decision } from '../../domain/decision.ts';
import type { DeliveryDraft } from '../../domain/delivery.ts';
import type { ProcessRef } from '../../domain/entity.ts';
import { toSecError } from '../../domain/errors.ts';
import type { HistoryDraft } from '../../domain/history.ts';
import { createId } from '../../domain/ids.ts';
import type { EnforcementPolicy } from '../../domain/policy.ts';
import { isAtLeast } from '../../domain/severity.ts';
import type { ActionPlan, ActionRequest, Enforcer } from '../contract.ts';
import type { ApprovalDesk, ApprovalDeskDependencies, ChainStepRef } from './approval-desk.ts';
import { approvalRecord, refusedRecord } from './approval-words.ts';
import { newApproval } from './new-approval.ts';
import { victimFor } from './overflow.ts';
import { decisionRecord } from './records.ts';
import type { Suspension } from './suspension.ts';
import { createTurns } from './turns.ts';

export type ApprovalIntakeDependencies = Pick<
  ApprovalDeskDependencies,
  'store' | 'clock' | 'policy' | 'notices' | 'adopt' | 'join' | 'settle' | 'onApproval' | 'onProblem' | 'onRecords'
> & {
  readonly suspension: Suspension;
  readonly enforcerOf: (action: ActionName) => Enforcer;
  /** Writes it with its records, and with notices where not those are meant that its change asks for. */
  readonly save: (approval: Approval, records: readonly HistoryDraft[], notices?: readonly DeliveryDraft[]) => Promise<void>;
};

/** Suspended processes remembered with an approval; those beyond are found as descendants of the first. */
const MAX_HELD = 500;
/** How long a question that makes room has for going. */
const ROOM_EVERY_MS = 5;
const ROOM_ROUNDS = 400;

/** From a decision that needs a person to a question that waits: on disk first, then suspended, then shown; one for a target. */
export const createApprovalIntake = (dependencies: ApprovalIntakeDependencies): ApprovalDesk['open'] => {
  const { store, clock, save, suspension } = dependencies;
  const turns = createTurns();
  const note = (draft: HistoryDraft): void => dependencies.onRecords(store.history.note([draft]));

  const open = async (alert: Alert, judged: Decision, step: ChainStepRef | undefined): Promise<Approval | undefined> => {
    let decision = judged;
    const policy = dependencies.policy();
    const waiting = store.approvals.waiting();
    const now = clock.now();
    const answer = (outcome: Decision['outcome'], reason: string): undefined => {
      note(decisionRecord(alert, { ...decision, outcome, reason }, clock.now(), policy.preset));
      return undefined;
    };
    const key = targetKey(decision.target);
    const same = waiting.find((other) => other.action === decision.action && targetKey(other.target) === key);
    if (same !== undefined) {
      dependencies.join(same, { severity: alert.severity, alertId: alert.id, at: now });
      return same;
    }
    const group = waiting.find((other) => other.action === decision.action && isPartOf(decision.target, other));
    if (group !== undefined) return answer('needs-approval', `suspended already as part of ${targetKey(group.target)}, which waits for a person`);
    const problem = await makeRoom(waiting, alert, policy);
    if (problem !== undefined) return answer('over-budget', problem);
    const enforcer = dependencies.enforcerOf(decision.action);
    const target = await identified(enforcer, decision.target);
    if (typeof target === 'string') return answer('refused', target);
    decision = { ...decision, target };
    const actionId = step?.actionId ?? createId<'ActionId'>(now);
    const request: ActionRequest = { actionId, target: decision.target, params: decision.rule.params, now };
    const wantsHold = decision.rule.hold && enforcer.hold !== undefined && isAtLeast(alert.severity, 'HIGH');
    const plan = await planOf(enforcer, request, wantsHold);
    if (typeof plan === 'string') return answer('refused', plan);
    const gate = policy.approvalGate;
    const ttlMs = gate.ttlMsBySeverity[alert.severity] ?? gate.ttlMs;
    const seats = gate.twoPerson?.actions.includes(decision.action) === true ? gate.twoPerson.groups : undefined;
    const fresh = newApproval(alert, decision, { actionId, now, ttlMs, isHeld: wantsHold, plan, seats, chain: step?.chain });
    const notices = dependencies.notices(fresh, 'approval');
    const approval = notices.length === 0 ? fresh : { ...fresh, isTold: true };
    // On disk before the target is touched: a crash in between is found and undone, never forgotten.
    await save(approval, [approvalRecord(approval, now)], notices);
    const settled = wantsHold ? await holdTarget(approval) : approval;
    if (settled.state === 'pending') dependencies.adopt(settled);
    dependencies.onApproval(settled);
    return settled;
  };

  /** Undefined when one more may wait, else why it may not. */
  const makeRoom = async (waiting: readonly Approval[], alert: Alert, policy: EnforcementPolicy): Promise<string | undefined> => {
    const { maxPending } = policy.approvalGate;
    if (waiting.length < maxPending) return undefined;
    const victim = victimFor(waiting, alert.severity);
    if (victim === undefined) return `${waiting.length} approvals are already waiting`;
    dependencies.settle(victim.id, `refused: ${maxPending} were waiting and one that is more severe came`);
    for (let round = 0; round < ROOM_ROUNDS && store.approvals.get(victim.id)?.state === 'pending'; round += 1) await delay(ROOM_EVERY_MS);
    return store.approvals.get(victim.id)?.state === 'pending' ? `${waiting.length} approvals are already waiting` : undefined;
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

  // One after another: whether a process belongs to a tree that waits is known only when that tree is suspended.
  return (alert, decision, step) => turns.take('open', () => open(alert, decision, step));
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

const afterHold = (held: Awaited<ReturnType<Suspension['hold']>>, now: number): Partial<Approval> => {
  if (held.isHeld) return { held: held.processes.slice(0, MAX_HELD).map(identityOf) };
  if (held.isMoot) return { state: 'void', isHeld: false, decidedAt: now, result: held.reason };
  return { isHeld: false, reason: `could not be suspended: ${held.reason}` };
};

const identityOf = ({ pid, startTime, exe, exeDev, exeIno }: ProcessRef): ProcessRef => ({ pid, startTime, exe, exeDev, exeIno });

const countOf = (count: number): string => `${count} ${count === 1 ? 'process' : 'processes'}`;
