import type { ActionOutcome, ActionRequest, Enforcer } from '../../../src/actors/contract.ts';
import { createLeaseBook } from '../../../src/actors/response/lease-book.ts';
import { createLedger } from '../../../src/actors/response/ledger.ts';
import type { ResponderDependencies } from '../../../src/actors/response/responder.ts';
import { type ActionName, targetKey } from '../../../src/domain/action.ts';
import type { Actor } from '../../../src/domain/approval.ts';
import { createManualClock } from '../../../src/domain/clock.ts';
import type { ProcessRef } from '../../../src/domain/entity.ts';
import type { HistoryRecord } from '../../../src/domain/history.ts';
import type { EnforcementPolicy } from '../../../src/domain/policy.ts';
import type { Store } from '../../../src/store/contract.ts';
import { policyOfPreset } from '../../kit/policies.ts';
import { START } from '../../store/store-fixtures.ts';

export const OPERATOR: Actor = { name: 'ops', uid: 1000, pid: 77, via: 'cli' };
export const VERIFIED: ActionOutcome = { verification: 'verified', detail: 'checked' };

export type FakeEnforcer = Enforcer & {
  /** `apply 203.0.113.7`, in order; a batch is one line with its number. */
  readonly calls: string[];
};

type Hooks = {
  readonly apply?: (request: ActionRequest) => Promise<ActionOutcome>;
  readonly applyBatch?: (requests: readonly ActionRequest[]) => Promise<readonly ActionOutcome[]>;
  readonly plan?: Enforcer['plan'];
  readonly rehearse?: Enforcer['rehearse'];
  readonly verify?: Enforcer['verify'];
  readonly undo?: Enforcer['undo'];
  readonly hold?: (request: ActionRequest) => Promise<readonly ProcessRef[]>;
  readonly release?: Enforcer['release'];
  readonly isHeld?: Enforcer['isHeld'];
  readonly reconcile?: Enforcer['reconcile'];
  readonly record?: Enforcer['record'];
  readonly identify?: Enforcer['identify'];
};

/** An enforcer that touches nothing and remembers what it was asked. */
export const createFakeEnforcer = (action: ActionName, hooks: Hooks = {}): FakeEnforcer => {
  const calls: string[] = [];
  const told =
    <Input extends readonly [ActionRequest], Reply>(name: string, run: (...input: Input) => Promise<Reply>) =>
    (...input: Input): Promise<Reply> => {
      calls.push(`${name} ${targetKey(input[0].target)}`);
      return run(...input);
    };
  const { applyBatch, hold, release, isHeld } = hooks;
  return {
    calls,
    manifest: { action, title: action, risk: 'medium', privilege: 'none', isReversible: true },
    availability: async () => ({ isAvailable: true }),
    plan: hooks.plan ?? (() => ({ steps: ['one', 'two'], undoNote: 'undo it', ...(action === 'block_ip' ? { leaseMs: 3_600_000 } : {}) })),
    rehearse: hooks.rehearse ?? (async () => undefined),
    apply: told('apply', hooks.apply ?? (async () => VERIFIED)),
    ...(applyBatch === undefined
      ? {}
      : {
          applyBatch: (requests: readonly ActionRequest[]) => {
            calls.push(`batch of ${requests.length}`);
            return applyBatch(requests);
          },
        }),
    verify: hooks.verify ?? (async () => ({ verification: 'failed', detail: 'not in effect' })),
    undo: told('undo', hooks.undo ?? (async () => VERIFIED)),
    ...(hold === undefined ? {} : { hold: told('hold', hold) }),
    ...(hold === undefined && release === undefined ? {} : { release: told('release', release ?? (async () => undefined)) }),
    ...(isHeld === undefined ? {} : { isHeld }),
    ...(hooks.reconcile === undefined ? {} : { reconcile: hooks.reconcile }),
    ...(hooks.record === undefined ? {} : { record: told('record', hooks.record) }),
    ...(hooks.identify === undefined ? {} : { identify: hooks.identify }),
    fini: async () => [],
  };
};

/** What every part of the response room is given, over a real store, with time that stands still. */
export const createRoom = async (store: Store, enforcers: readonly FakeEnforcer[], policy?: EnforcementPolicy) => {
  const clock = createManualClock(START);
  const records: HistoryRecord[] = [];
  const problems: string[] = [];
  const mood: { policy: EnforcementPolicy; veto: ResponderDependencies['veto']; unavailable: string | undefined } = {
    policy: policy ?? (await policyOfPreset('balanced')),
    veto: () => undefined,
    unavailable: undefined,
  };
  return {
    clock,
    records,
    problems,
    /** May be changed by the test at any time. */
    mood,
    dependencies: {
      store,
      clock,
      ledger: createLedger(),
      leases: createLeaseBook(store.leases.live()),
      enforcers: new Map<ActionName, Enforcer>(enforcers.map((enforcer) => [enforcer.manifest.action, enforcer])),
      policy: () => mood.policy,
      veto: (action, target, allowList) => mood.veto(action, target, allowList),
      unavailable: () => mood.unavailable,
      onRecords: (more) => void records.push(...more),
      onProblem: (what, problem) => void problems.push(`${what}: ${problem instanceof Error ? problem.message : String(problem)}`),
    } satisfies Partial<ResponderDependencies>,
    /** `kind action target outcome`, oldest first. */
    lines: () => records.map(({ kind, action, target, outcome }) => [kind, action, target, outcome].filter((part) => part !== undefined).join(' ')),
  };
};

export type Room = Awaited<ReturnType<typeof createRoom>>;

/** A promise that a test settles, and whether anybody waits for it. */
export const createGate = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    pass: async (): Promise<void> => {
      waiting += 1;
      await promise;
    },
    open: resolve,
    waiting: () => waiting,
  };
};

/** Lets everything that is ready run. */
export const settle = async (rounds = 10): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) await new Promise((resolve) => setImmediate(resolve));
};
