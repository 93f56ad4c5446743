import { planRestart, recentRestarts } from '../src/domain/restart-budget.ts';
import { toSafe } from '../src/domain/safe-text.ts';
import type { ChildRecord, ChildRecords, ChildSpec } from './child-spec.ts';
import { failureText } from './failure-text.ts';

/** The record of a child that starts for the first time. */
export const freshRecord = (spec: ChildSpec): ChildRecord => ({ spec, state: 'running', restarts: [], restartCount: 0 });

/** The record after a failure at `now`: it waits for its next start, or is parked with the cause. */
export const afterFailure = (record: ChildRecord, thrown: unknown, now: number): ChildRecord => {
  const plan = planRestart(record.spec, record.restarts, now);
  const common = { ...record, lastError: failureText(thrown), lastErrorAt: now, restarts: plan.recent };
  if (plan.kind === 'restart') return { ...common, state: 'backing-off', nextRestartAt: plan.at, parkedBecause: undefined };
  return { ...common, state: 'degraded', nextRestartAt: undefined, parkedBecause: toSafe(`${plan.because}: ${common.lastError}`, 500) };
};

/** The record after a restart that the budget pays for. */
export const afterRestart = (record: ChildRecord, now: number): ChildRecord => ({
  ...record,
  state: 'running',
  restarts: [...recentRestarts(record.spec, record.restarts, now), now],
  restartCount: record.restartCount + 1,
  nextRestartAt: undefined,
});

/** The record after an operator's restart: the budget is whole again. */
export const afterOperatorRestart = (record: ChildRecord): ChildRecord => ({
  ...record,
  state: 'running',
  restarts: [],
  restartCount: record.restartCount + 1,
  nextRestartAt: undefined,
  parkedBecause: undefined,
});

/**
 * Records for today's specs with what an earlier run remembered: parked and stopped children stay so, budgets and causes
 * are kept, and what was waiting for its next start is simply started.
 */
export const rejoined = (specs: readonly ChildSpec[], remembered: ChildRecords = {}): ChildRecords =>
  Object.fromEntries(
    specs.map((spec) => {
      const before = Object.hasOwn(remembered, spec.id) ? remembered[spec.id] : undefined;
      if (before === undefined) return [spec.id, freshRecord(spec)];
      return [spec.id, { ...before, spec, ...(before.state === 'backing-off' ? { state: 'running', nextRestartAt: undefined } : {}) }];
    }),
  );
