import { z } from 'zod';
import { ACTIONS } from '../src/domain/action.ts';
import { APPROVAL_STATES } from '../src/domain/approval.ts';
import type { ApprovalContext } from './approval.ts';
import { CHILD_STATES, type ChildRecords } from './child-spec.ts';

/*
 * What a stored context must look like before an actor is woken with it. Loose on purpose: unknown keys pass, but each
 * key that a machine counts with or compares has its type.
 */

const time = z.number();
const count = z.number().int().nonnegative();
const backoff = z.object({ first: z.number(), max: z.number(), factor: z.number() });
const policy = z.looseObject({ intensity: count, periodMs: z.number(), backoffMs: backoff });

const moduleContext = z.looseObject({
  id: z.string(),
  isEnabled: z.boolean(),
  detectorRestart: policy,
  now: time,
  restarts: z.array(time),
  restartCount: count,
  findings: count,
  failures: count,
  startBy: time.optional(),
  nextStartAt: time.optional(),
  degradedBecause: z.string().optional(),
});

const collectorContext = z.looseObject({
  id: z.string(),
  collector: z.string(),
  retryMs: backoff,
  now: time,
  lines: count,
  parsed: count,
  dropped: count,
  lagBytes: z.number(),
  detail: z.string(),
  attempts: count,
  nextTryAt: time.optional(),
});

const enforcerContext = z.looseObject({
  action: z.enum(ACTIONS),
  canReconcile: z.boolean(),
  now: time,
  reason: z.string(),
  repairs: count,
  lastRepair: z.string(),
  failuresInRow: count,
  isDirty: z.boolean(),
  answerBy: time.optional(),
  nextReconcileAt: time.optional(),
  nextRecheckAt: time.optional(),
});

const approval = z.looseObject({
  id: z.string(),
  actionId: z.string(),
  action: z.enum(ACTIONS),
  target: z.looseObject({ kind: z.string() }),
  state: z.enum(APPROVAL_STATES),
  isHeld: z.boolean(),
  createdAt: time,
  expiresAt: time,
  version: count,
});

const deliveryContext = z.looseObject({
  endpoint: z.string(),
  maxAttempts: count,
  now: time,
  failuresInRow: count,
  delivered: count,
  dead: count,
  detail: z.string(),
  isDirty: z.boolean(),
  nextAt: time.optional(),
  answerBy: time.optional(),
  dying: z.object({ id: z.string(), reason: z.string() }).optional(),
});

const approvalContext = z.looseObject({ approval });

const childRecord = z.looseObject({
  spec: policy.extend({ id: z.string(), kind: z.enum(['module', 'collector', 'enforcer', 'approval', 'delivery']), critical: z.boolean() }),
  state: z.enum(CHILD_STATES),
  restarts: z.array(time),
  restartCount: count,
  lastError: z.string().optional(),
  nextRestartAt: time.optional(),
  parkedBecause: z.string().optional(),
});

const childRecords = z.record(z.string(), childRecord);
const rootContext = z.looseObject({ now: time, children: childRecords, isStarted: z.boolean(), finishing: z.array(z.string()), stopBy: time });

/** The context each machine needs, by machine id. */
export const CONTEXT_SCHEMAS: { readonly [machineId: string]: z.ZodType } = {
  root: rootContext,
  module: moduleContext,
  collector: collectorContext,
  enforcer: enforcerContext,
  approval: approvalContext,
  delivery: deliveryContext,
};

/** True for the context of an approval machine, live or stored. */
export const isApprovalContext = (context: unknown): context is ApprovalContext => approvalContext.safeParse(context).success;

/** True for what a root remembers of its children. */
export const areChildRecords = (memory: unknown): memory is ChildRecords => childRecords.safeParse(memory).success;
