import { nextLease } from '../../../machines/lease.ts';
import { type ActionName, targetKey } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { Actor } from '../../domain/approval.ts';
import { toSecError } from '../../domain/errors.ts';
import type { HistoryDraft, HistoryRecord } from '../../domain/history.ts';
import { asId, createId } from '../../domain/ids.ts';
import type { Lease } from '../../domain/lease.ts';
import type { ActionOutcome, ActionPlan, ActionRequest, Enforcer } from '../contract.ts';
import { policyOf } from './decide.ts';
import type { Veto } from './guard.ts';
import { aboutAlert } from './records.ts';
import type { ResponderDependencies } from './responder.ts';

/** One action that is about to happen, and why. */
export type Job = {
  readonly alert: Alert;
  readonly request: ActionRequest;
  readonly reason: string;
  readonly approvalId?: string | undefined;
  readonly actor?: Actor | undefined;
};

export type ExecuteDependencies = Pick<
  ResponderDependencies,
  'store' | 'clock' | 'leases' | 'enforcers' | 'policy' | 'veto' | 'nextBlockMs' | 'onRecords' | 'freshen'
>;

type Refused = { readonly job: Job; readonly veto: Veto };
type Prepared = { readonly job: Job; readonly plan: ActionPlan; readonly lease: Lease | undefined };

/**
 * Intent on disk, act, verify, outcome on disk: for many targets of one action in one go. Guards are asked once more, at
 * the last moment. Never rejects for a failed action: that is an outcome, and recorded.
 */
export const executeBatch = async (dependencies: ExecuteDependencies, action: ActionName, jobs: readonly Job[]): Promise<void> => {
  await executeJobs(dependencies, action, jobs);
};

/** As `executeBatch`, with the outcome of each job in order; undefined where a guard refused it. */
export const executeJobs = async (
  dependencies: ExecuteDependencies,
  action: ActionName,
  jobs: readonly Job[],
): Promise<readonly (ActionOutcome | undefined)[]> => {
  const { store, clock, enforcers } = dependencies;
  const enforcer = enforcers.get(action);
  if (enforcer === undefined) return jobs.map(() => undefined);
  // Who logged in since the last look must not be hit.
  if (REACHES_PEOPLE.has(action)) await dependencies.freshen?.();
  const judged: (Prepared | Refused)[] = [];
  for (const job of jobs) {
    const item = prepare(dependencies, enforcer, job);
    judged.push('veto' in item || enforcer.record === undefined ? item : await withRecord(dependencies, enforcer, item));
  }
  const ready = judged.filter((item): item is Prepared => !('veto' in item));
  const refusals = judged.flatMap((item) => ('veto' in item ? [refusalRecord(item.job, action, item.veto, clock.now())] : []));
  const started = clock.monotonic();
  const intents = ready.map((item) => intentRecord(item, action, clock.now()));
  const leases = ready.flatMap((item) => item.lease ?? []);
  const add = ready.flatMap(({ job }) => enforcer.deliveries?.(job.request) ?? []);
  const outbox = add.length === 0 ? {} : { outbox: { add } };
  if (ready.length > 0 || refusals.length > 0) publish(dependencies, await store.commit({ leases, ...outbox, records: [...refusals, ...intents] }));
  for (const lease of leases) dependencies.leases.set(lease);
  if (ready.length === 0) return judged.map(() => undefined);

  const outcomes = await applyAll(enforcer, ready);
  const settled = ready.map((item, index) => settle(item, outcomes[index] ?? { verification: 'failed', detail: 'no answer' }, clock.now()));
  const durationMs = Math.round((clock.monotonic() - started) * 10) / 10;
  const records = settled.map((item) => outcomeRecord(item.prepared, action, item.outcome, clock.now(), durationMs));
  for (const { lease } of settled) if (lease !== undefined) dependencies.leases.set(lease);
  publish(dependencies, await store.commit({ leases: settled.flatMap((item) => item.lease ?? []), records }));
  const outcomeOf = new Map<Prepared | Refused, ActionOutcome>(settled.map((item) => [item.prepared, item.outcome]));
  return judged.map((item) => outcomeOf.get(item));
};

const REACHES_PEOPLE: ReadonlySet<ActionName> = new Set<ActionName>(['block_ip', 'drop_connection', 'kill_process']);

const publish = (dependencies: ExecuteDependencies, records: readonly HistoryRecord[]): void => dependencies.onRecords(records);

const prepare = (dependencies: ExecuteDependencies, enforcer: Enforcer, queued: Job): Prepared | Refused => {
  // Its time begins now, for the kernel and for the lease alike: it may have waited in the queue.
  const job: Job = { ...queued, request: { ...queued.request, now: dependencies.clock.now(), alert: queued.alert } };
  const policy = dependencies.policy();
  const { target } = job.request;
  const veto = dependencies.veto(enforcer.manifest.action, target, [...policy.globalAllowList, ...(policyOf(policy, job.alert.module)?.allowList ?? [])]);
  if (veto !== undefined) return { job, veto };
  try {
    const asked = enforcer.plan(job.request);
    const grown = withGrownLength(dependencies, job, asked);
    const plan = grown === job ? asked : enforcer.plan(grown.request);
    return { job: grown, plan, lease: leaseFor(dependencies, enforcer, grown, plan) };
  } catch (problem) {
    return { job, veto: { outcome: 'refused', reason: toSecError(problem).message } };
  }
};

/** The job with a longer block for who was blocked before; the cap is applied to the kernel and the lease alike. */
const withGrownLength = (dependencies: ExecuteDependencies, job: Job, { leaseMs }: ActionPlan): Job => {
  const { target, params } = job.request;
  if (target.kind !== 'ip' || leaseMs === undefined || dependencies.nextBlockMs === undefined) return job;
  const grownMs = Math.min(dependencies.nextBlockMs(target.address, leaseMs), dependencies.policy().caps.maxBlockSeconds * 1000);
  if (grownMs === leaseMs) return job;
  return { ...job, request: { ...job.request, params: { ...params, duration: `${Math.max(1, Math.round(grownMs / 1000))}s` } } };
};

/** What undoing needs, read now. A lease that a crash left open has it from before the act: what is there now may be half done. */
const withRecord = async (dependencies: ExecuteDependencies, enforcer: Enforcer, item: Prepared): Promise<Prepared | Refused> => {
  const { action } = enforcer.manifest;
  const { request } = item.job;
  const known = dependencies.leases.all(action, request.target).find(isContinued);
  try {
    const undo = known?.undo ?? (await enforcer.record?.(request));
    const lease = known ?? (item.lease === undefined ? undefined : { ...item.lease, undo });
    return { ...item, job: { ...item.job, request: { ...request, actionId: lease?.actionId ?? request.actionId, undo } }, lease };
  } catch (problem) {
    return { job: item.job, veto: { outcome: 'refused', reason: toSecError(problem).message } };
  }
};

/** An account is locked once, whoever asks; of a file that was put away another may have come to the same path since. */
const isContinued = (lease: Lease): boolean => lease.undo !== undefined && (lease.state === 'intended' || lease.undo.kind === 'account');

const leaseFor = (dependencies: ExecuteDependencies, enforcer: Enforcer, job: Job, plan: ActionPlan): Lease | undefined => {
  if (plan.leaseMs === undefined && plan.isLasting !== true) return undefined;
  const { now } = job.request;
  return {
    id: createId<'LeaseId'>(now),
    actionId: asId<'ActionId'>(job.request.actionId),
    alertId: job.alert.id,
    module: job.alert.module,
    preset: dependencies.policy().preset,
    action: enforcer.manifest.action,
    target: job.request.target,
    state: 'intended',
    createdAt: now,
    expiresAt: plan.leaseMs === undefined ? undefined : now + Math.min(plan.leaseMs, dependencies.policy().caps.maxBlockSeconds * 1000),
  };
};

const applyAll = async (enforcer: Enforcer, ready: readonly Prepared[]): Promise<readonly ActionOutcome[]> => {
  const requests = ready.map((item) => item.job.request);
  if (enforcer.applyBatch !== undefined && requests.length > 1) {
    const together = await enforcer.applyBatch(requests).catch(() => undefined);
    if (together !== undefined) return together;
    // The transaction failed as a whole: one by one, so that a single bad target does not spare the others.
  }
  const outcomes: ActionOutcome[] = [];
  for (const request of requests) outcomes.push(await enforcer.apply(request).catch(failure));
  return outcomes;
};

const failure = (problem: unknown): ActionOutcome => ({ verification: 'failed', detail: toSecError(problem).message });

const settle = (
  prepared: Prepared,
  outcome: ActionOutcome,
  now: number,
): { readonly prepared: Prepared; readonly outcome: ActionOutcome; readonly lease: Lease | undefined } => {
  const { lease } = prepared;
  if (lease === undefined) return { prepared, outcome, lease };
  const next = nextLease(lease, outcome.verification === 'failed' ? { type: 'lease.failed', reason: outcome.detail, now } : { type: 'lease.applied', now });
  return { prepared, outcome, lease: next };
};

const base = (job: Job, action: ActionName, at: number): Omit<HistoryDraft, 'kind' | 'reason'> => ({
  at,
  ...aboutAlert(job.alert),
  actionId: job.request.actionId,
  approvalId: job.approvalId,
  actor: job.actor,
  action,
  target: targetKey(job.request.target),
});

const refusalRecord = (job: Job, action: ActionName, veto: Veto, at: number): HistoryDraft => ({
  ...base(job, action, at),
  kind: 'decision',
  outcome: veto.outcome,
  reason: veto.reason,
});

const intentRecord = (item: Prepared, action: ActionName, at: number): HistoryDraft => ({
  ...base(item.job, action, at),
  kind: 'intent',
  outcome: 'execute',
  reason: item.job.reason,
  details: { plan: item.plan.steps, undo: item.plan.undoNote, leaseId: item.lease?.id, params: item.job.request.params, target: item.job.request.target },
});

const outcomeRecord = (item: Prepared, action: ActionName, outcome: ActionOutcome, at: number, durationMs: number): HistoryDraft => ({
  ...base(item.job, action, at),
  kind: 'outcome',
  outcome: outcome.verification === 'failed' ? 'failure' : 'success',
  verification: outcome.verification,
  reason: outcome.detail,
  durationMs,
});
