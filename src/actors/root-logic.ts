import { fromCallback, fromPromise } from 'xstate';
import { type ApprovalActors, createApprovalLogic } from '../../machines/approval-logic.ts';
import { collectorMachine } from '../../machines/collector.ts';
import { type DeliveryReply, deliveryMachine } from '../../machines/delivery.ts';
import { enforcerMachine } from '../../machines/enforcer.ts';
import { moduleMachine } from '../../machines/module.ts';
import { rootMachine } from '../../machines/root.ts';
import type { ActionName } from '../domain/action.ts';
import type { Approval } from '../domain/approval.ts';
import { messageOf } from '../domain/errors.ts';
import type { Availability, CollectorReport, Repair, SourceSpec } from './contract.ts';
import type { Deliverer } from './notify/deliverer.ts';
import type { ApprovalDesk } from './response/approval-desk.ts';

export type RootLogicDependencies = {
  readonly startModule: (moduleId: string, settings: unknown) => Promise<void>;
  readonly stopModule: (moduleId: string) => Promise<void>;
  /** Runs a source until the signal aborts. */
  readonly runSource: (spec: SourceSpec, report: (report: CollectorReport) => void, signal: AbortSignal) => Promise<void>;
  readonly availability: (action: ActionName) => Promise<Availability>;
  readonly reconcile: (action: ActionName) => Promise<Repair>;
  readonly desk: ApprovalDesk;
  readonly approvalOf: (id: string) => Approval | undefined;
  readonly deliverer: Deliverer;
  /** Sends an event to a child by id, if it lives. */
  readonly tell: (childId: string, event: ChildEvent) => void;
  readonly now: () => number;
};

/** What the outside tells a child. */
export type ChildEvent =
  | { readonly type: 'source.state'; readonly state: 'starting' | 'running' | 'waiting' | 'parked' | 'stopped'; readonly detail: string }
  | {
      readonly type: 'source.progress';
      readonly lines: number;
      readonly parsed: number;
      readonly dropped: number;
      readonly unparsed?: number | undefined;
      readonly lagBytes: number;
      readonly now: number;
    }
  | { readonly type: 'findings.received'; readonly count: number; readonly at: number }
  | { readonly type: 'detector.failed'; readonly message: string }
  | { readonly type: 'enforcer.recheck' }
  | { readonly type: 'kernel.changed' }
  | { readonly type: 'outbox.changed' }
  | { readonly type: 'delivery.retry' };

/** The root statechart with its real children. */
export const createRootLogic = (dependencies: RootLogicDependencies) => {
  const detector = fromCallback<{ readonly type: string }, { readonly id: string; readonly settings: unknown }>(({ input, sendBack }) => {
    dependencies.startModule(input.id, input.settings).then(
      () => sendBack({ type: 'detector.ready' }),
      (problem: unknown) => sendBack({ type: 'detector.failed', message: messageOf(problem) }),
    );
    return () => {
      // A stop that fails means the worker is gone, and with it the detector.
      dependencies.stopModule(input.id).catch(() => undefined);
    };
  });
  const source = fromPromise<void, SourceSpec>(({ input, signal }) => dependencies.runSource(input, reportTo(dependencies, `collector:${input.id}`), signal));
  const approvalActors: ApprovalActors = {
    persist: fromPromise<void, Approval>(({ input }) => dependencies.desk.persist(input)),
    recheck: fromPromise<unknown, Approval>(({ input }) => dependencies.desk.recheck(input)),
    execute: fromPromise<unknown, Approval>(({ input }) => dependencies.desk.execute(input)),
    reconcile: fromPromise<unknown, Approval>(({ input }) => dependencies.desk.reconcile(input)),
    release: fromPromise<void, Approval>(({ input }) => dependencies.desk.release(input)),
  };
  return rootMachine.provide({
    actors: {
      module: moduleMachine.provide({ actors: { detector } }),
      collector: collectorMachine.provide({ actors: { source } }),
      enforcer: enforcerMachine.provide({
        actors: {
          init: fromPromise<Availability, { readonly action: ActionName }>(({ input }) => dependencies.availability(input.action)),
          reconcile: fromPromise<Repair, { readonly action: ActionName }>(({ input }) => dependencies.reconcile(input.action)),
        },
      }),
      approval: createApprovalLogic(approvalActors, dependencies.approvalOf),
      delivery: deliveryMachine.provide({
        actors: {
          deliver: fromPromise<DeliveryReply, { readonly endpoint: string }>(({ input, signal }) => dependencies.deliverer.deliver(input.endpoint, signal)),
          bury: fromPromise<void, { readonly endpoint: string; readonly id: string; readonly reason: string }>(({ input }) =>
            dependencies.deliverer.bury(input.endpoint, input.id, input.reason),
          ),
        },
      }),
    },
  });
};

const reportTo =
  (dependencies: RootLogicDependencies, id: string) =>
  (report: CollectorReport): void =>
    dependencies.tell(id, report.type === 'state' ? { ...report, type: 'source.state' } : { ...report, type: 'source.progress', now: dependencies.now() });
