import { createActor, fromPromise } from 'xstate';
import { createApprovalLogic } from '../../machines/approval-logic.ts';
import { createAllowDesk } from '../../src/actors/response/allow-desk.ts';
import { createApprovalDesk } from '../../src/actors/response/approval-desk.ts';
import { createLedger } from '../../src/actors/response/ledger.ts';
import { createResponder, type ResponderDependencies } from '../../src/actors/response/responder.ts';
import { restoreSoftAllow } from '../../src/actors/response/restore-soft-allow.ts';
import { endLease, undoByName } from '../../src/actors/response/undo.ts';
import type { ApprovalActor } from '../../src/actors/root.ts';
import { decideApproval } from '../../src/daemon/approval-decision.ts';
import { cleanUp } from '../../src/daemon/cleanup.ts';
import { createLogger } from '../../src/daemon/logger.ts';
import { createPolicyWithAllowed } from '../../src/daemon/policy-with-allowed.ts';
import { restoreBlocks } from '../../src/daemon/restore.ts';
import { ACTIONS } from '../../src/domain/action.ts';
import type { Actor, Approval } from '../../src/domain/approval.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { Host } from '../../src/domain/host.ts';
import type { EnforcementPolicy } from '../../src/domain/policy.ts';
import type { Store } from '../../src/store/contract.ts';

export const OPERATOR: Actor = { name: 'ops', uid: 1000, pid: 77, via: 'cli' };

export type LifeOptions = {
  readonly store: Store;
  readonly host: Host;
  readonly clock: Clock;
  /** Of this moment. */
  readonly policy: () => EnforcementPolicy;
  readonly allowList?: readonly string[];
  readonly trustedProxies?: readonly string[];
};

/** One run of the daemon's response room, wired as the composition root wires it, without sources and sockets. */
export const startLife = async (options: LifeOptions) => {
  const { store, host, clock } = options;
  const problems: string[] = [];
  const restored = await restoreBlocks({
    store,
    host,
    clock,
    logger: createLogger({ level: 'error', format: 'json', write: (line) => void problems.push(line) }),
    endpoints: [],
    allowCommand: false,
    allowList: options.allowList ?? [],
    trustedProxies: options.trustedProxies ?? [],
    batching: { enabled: false, windowMs: 1000, maxSize: 10 },
  });
  const { enforcers, leases, protector, keeper, publish } = restored;
  const ledger = createLedger();
  restoreSoftAllow(store, ledger, clock);
  const policy = createPolicyWithAllowed(options.policy, restored.allow.networks);
  const base = {
    store,
    clock,
    ledger,
    leases,
    enforcers,
    policy,
    onRecords: publish.records,
    onProblem: (what: string, problem: unknown) => void problems.push(`${what}: ${String(problem)}`),
  };
  const veto: ResponderDependencies['veto'] = (action, target, allowList) => protector.veto(action, target, allowList, policy().caps);
  const actors = new Map<string, ApprovalActor & { readonly stop: () => void; readonly isBusy: () => boolean }>();
  const adopt = (approval: Approval): void => {
    const actor = createActor(logic, { input: { approval, now: clock.now() } });
    actor.subscribe({ complete: () => actors.delete(approval.id), error: (problem) => void problems.push(String(problem)) });
    // The machine's own typed `on`, narrowed as the root narrows it.
    actors.set(
      approval.id,
      // The desk wants the actor with `isBusy` beside it, as the root hands it out; xstate's type does not let a field be added.
      Object.assign(actor as unknown as ApprovalActor & { readonly stop: () => void }, { isBusy: () => actor.getSnapshot().hasTag('busy') }),
    );
    actor.start();
  };
  const settle = (id: string, reason: string): void => actors.get(id)?.send({ type: 'approval.void', reason, now: clock.now() });
  const desk = createApprovalDesk({
    ...base,
    veto,
    adopt,
    settle,
    join: ({ id }, request) => actors.get(id)?.send({ type: 'approval.joined', ...request }),
    notices: () => [],
    onQueued: () => undefined,
    onApproval: publish.approval,
  });
  const logic = createApprovalLogic(
    {
      persist: fromPromise<void, Approval>(({ input }) => desk.persist(input)),
      recheck: fromPromise<unknown, Approval>(({ input }) => desk.recheck(input)),
      execute: fromPromise<unknown, Approval>(({ input }) => desk.execute(input)),
      reconcile: fromPromise<unknown, Approval>(({ input }) => desk.reconcile(input)),
      release: fromPromise<void, Approval>(({ input }) => desk.release(input)),
    },
    store.approvals.get,
  );
  const opening = new Set<Promise<unknown>>();
  const responder = createResponder({
    ...base,
    veto,
    unavailable: () => undefined,
    requestApproval: (alert, decision) => {
      const asked = desk.open(alert, decision).finally(() => opening.delete(asked));
      opening.add(asked);
      return asked;
    },
  });
  const allow = createAllowDesk({ ...base, book: restored.allow, shield: restored.shield, voidApproval: settle });
  const isHeldStill = store.approvals.page(1000).filter((approval) => approval.isHeld);
  for (const approval of new Map([...isHeldStill, ...store.approvals.waiting()].map((one) => [one.id, one])).values()) adopt(approval);

  const idle = async (): Promise<void> => {
    await responder.idle();
    while (opening.size > 0) await Promise.allSettled(opening);
  };
  /** No approval is in the middle of a step. */
  const restful = async (): Promise<void> => {
    while ([...actors.values()].some((actor) => actor.isBusy())) await new Promise((resolve) => setImmediate(resolve));
  };
  const decide = async (approval: Approval, decision: 'approve' | 'reject'): Promise<Approval> =>
    decideApproval({ root: { approvalActor: (id) => actors.get(id) }, store, clock }, approval, {
      decision,
      by: OPERATOR,
      reason: 'seen',
      version: approval.version,
    });
  return {
    ...restored,
    problems,
    policy,
    veto,
    responder,
    desk,
    allow,
    ledger,
    base,
    approvalActors: actors,
    idle,
    decide,
    undo: (name: string) => undoByName(base, name, OPERATOR, 'asked'),
    endLease: (id: string) => {
      const lease = leases.live().find((one) => one.id === id);
      return lease === undefined ? Promise.resolve(undefined) : endLease(base, lease, OPERATOR, 'asked');
    },
    /** What the clockwork does every few seconds, for every action that reconciles. */
    round: async (): Promise<void> => {
      await keeper.expire();
      for (const action of ACTIONS) if (enforcers.get(action)?.reconcile !== undefined) await restored.reconcile(action);
      for (const actor of actors.values()) actor.send({ type: 'tick', now: clock.now() });
      await desk.attend();
      await restful();
    },
    restful,
    cleanup: (restoreFiles: boolean) => cleanUp({ store, clock, enforcers, restoreFiles }, OPERATOR, 'asked'),
    stop: async (): Promise<void> => {
      await idle();
      for (const actor of actors.values()) actor.stop();
    },
    /** It is dead: nothing of it does anything any more. */
    kill: (): void => {
      for (const actor of actors.values()) actor.stop();
    },
  };
};

export type Life = Awaited<ReturnType<typeof startLife>>;
