import { alertEventFor, nextAlert } from '../../machines/alert.ts';
import type { Correlator } from '../actors/correlation/correlator.ts';
import type { AlertBook } from '../actors/response/alert-book.ts';
import type { AllowDesk } from '../actors/response/allow-desk.ts';
import type { ChainRunner } from '../actors/response/chain-runner.ts';
import type { Escalator } from '../actors/response/escalator.ts';
import type { LeaseBook } from '../actors/response/lease-book.ts';
import type { Protector } from '../actors/response/protector.ts';
import { aboutAlert } from '../actors/response/records.ts';
import type { Responder } from '../actors/response/responder.ts';
import type { UndoDependencies } from '../actors/response/undo.ts';
import { ACTIONS, type ActionName, targetKey } from '../domain/action.ts';
import type { Alert } from '../domain/alert.ts';
import type { Actor, Approval } from '../domain/approval.ts';
import type { Chain } from '../domain/chain.ts';
import type { Clock } from '../domain/clock.ts';
import type { ProcessRef } from '../domain/entity.ts';
import { SecError } from '../domain/errors.ts';
import type { HistoryDraft, HistoryRecord } from '../domain/history.ts';
import type { BatchingJson, CleanupJson, EnforceStatusJson, ModuleJson, OffenderListsJson, StatusJson } from '../protocol/schemas.ts';
import type { Store } from '../store/contract.ts';
import type { Sensor } from '../workers/contract.ts';
import { createAllowHandlers } from './allow-handlers.ts';
import type { Handlers } from './api.ts';
import type { ApprovalAnswer } from './approval-decision.ts';
import { createApprovalHandlers, pendingApprovals } from './approval-handlers.ts';
import { createChainHandlers } from './chain-handlers.ts';
import { createCorrelationHandlers } from './correlation-handlers.ts';
import { escalationsToJson } from './escalations-to-json.ts';
import { createEventHandlers, type EventHandlerDependencies } from './event-handlers.ts';
import { createModeHandlers, pendingToJson } from './mode-handlers.ts';
import type { Notifications } from './notifications.ts';
import { createNotifyHandlers } from './notify-handlers.ts';
import { onlyId } from './only-id.ts';
import type { PolicyKeeper } from './policy-keeper.ts';
import { quarantinedFiles } from './quarantined-files.ts';
import { alertToJson, leaseToJson, policiesToJson, recordToJson } from './to-json.ts';
import { triedAlert } from './tried-alert.ts';
import { createUndoHandlers } from './undo-handlers.ts';

export type HandlerDependencies = {
  readonly store: Store;
  readonly clock: Clock;
  readonly policies: PolicyKeeper;
  readonly consider: Responder['consider'];
  /** Null: no such process. */
  readonly processOf: (pid: number) => Promise<ProcessRef | null>;
  readonly alerts: AlertBook;
  readonly leases: LeaseBook;
  readonly protector: Protector;
  readonly undo: UndoDependencies;
  readonly availability: (action: ActionName) => EnforceStatusJson['actions'][number];
  readonly repairs: () => number;
  readonly events: EventHandlerDependencies;
  readonly status: () => StatusJson;
  readonly modules: () => readonly ModuleJson[];
  readonly decide: (approval: Approval, answer: ApprovalAnswer) => Promise<Approval>;
  /** A person looks at it now. */
  readonly look: (approval: Approval) => void;
  readonly onApproval: (approval: Approval) => void;
  readonly cleanup: (actor: Actor, reason: string, restoreFiles: boolean) => Promise<CleanupJson>;
  readonly notifications: Pick<Notifications, 'closing' | 'list' | 'test' | 'deadLetters' | 'retry'>;
  readonly escalator: Pick<Escalator, 'arm' | 'list' | 'counts'>;
  readonly chains: readonly Chain[];
  readonly chainRunner: Pick<ChainRunner, 'undo' | 'counts'>;
  readonly correlator: Pick<Correlator, 'open' | 'counts'>;
  readonly threats: Sensor['standings'];
  readonly allow: AllowDesk;
  readonly lists: () => Promise<OffenderListsJson>;
  readonly batching: () => BatchingJson;
  readonly onQueued: (endpoint: string) => void;
  readonly onModeChange: () => Promise<void>;
  readonly onRecords: (records: readonly HistoryRecord[]) => void;
  readonly onAlert: (alert: Alert) => void;
  readonly stop: (by: Actor, reason: string) => void;
};

/** What each route does. */
export const createHandlers = (dependencies: HandlerDependencies): Handlers => {
  const { store, clock, policies } = dependencies;
  const append = async (draft: HistoryDraft): Promise<void> => dependencies.onRecords(await store.history.append([draft]));
  const alertBy = (id: string): Alert => {
    const alert = store.alerts.get(onlyId('alert', id, store.alerts.byPrefix(id)));
    if (alert === undefined) throw new SecError('SEC_NOT_FOUND', `no alert starts with ${id}`);
    return alert;
  };
  return {
    ...createNotifyHandlers(dependencies.notifications),
    ...createUndoHandlers(dependencies.undo),
    ...createChainHandlers({ store, chains: dependencies.chains, runner: dependencies.chainRunner }),
    ...createCorrelationHandlers(dependencies),
    ...createAllowHandlers(dependencies.allow),
    ...createEventHandlers(dependencies.events),
    offenderLists: async () => dependencies.lists(),
    batching: async () => dependencies.batching(),
    ...createModeHandlers({ policies, clock, append, onModeChange: dependencies.onModeChange }),
    escalations: async ({ query }) => escalationsToJson(dependencies.escalator, policies.current().escalation, query.limit),
    ...createApprovalHandlers(dependencies),
    health: async () => ({ status: dependencies.status().status === 'running' ? 'healthy' : 'degraded', timestamp: new Date(clock.now()).toISOString() }),
    status: async () => dependencies.status(),
    modules: async () => {
      const modules = [...dependencies.modules()];
      return { modules, total: modules.length };
    },
    alerts: async ({ query }) => {
      const alerts = store.alerts.page({
        limit: query.limit,
        before: query.before,
        minSeverity: query.min_severity,
        module: query.module,
        status: query.status,
        ip: query.ip,
      });
      return { alerts: alerts.map(alertToJson), total: alerts.length };
    },
    alert: async ({ params }) => alertToJson(alertBy(params.id)),
    setAlertStatus: async ({ params, body, caller }) => {
      const before = alertBy(params.id);
      const settled = nextAlert(before, alertEventFor(body.status));
      const after = settled !== before && settled.status === 'OPEN' ? dependencies.escalator.arm(settled) : settled;
      if (after === before && before.status !== body.status)
        throw new SecError('SEC_CONFLICT', `an alert that is ${before.status} cannot become ${body.status}`);
      store.alerts.put(after);
      dependencies.alerts.replace(after);
      const reason = `${before.status} → ${after.status}${body.reason === '' ? '' : `: ${body.reason}`}`;
      const add = after === before ? [] : dependencies.notifications.closing(after);
      const record: HistoryDraft = { at: clock.now(), kind: 'alert-status', ...aboutAlert(after), actor: caller.actor, reason };
      dependencies.onRecords(await store.commit({ outbox: { add }, records: [record] }));
      for (const { endpoint } of add) dependencies.onQueued(endpoint);
      dependencies.onAlert(after);
      return alertToJson(after);
    },
    enforceStatus: async () => {
      const policy = policies.current();
      const pendingRollback = policies.pending();
      return {
        enabled: policy.enabled,
        dry_run: policy.dryRun,
        preset: policy.preset,
        global_allow_list: [...new Set([...policy.globalAllowList, ...dependencies.allow.book.networks()])],
        protected: [...dependencies.protector.list()],
        actions: ACTIONS.map(dependencies.availability),
        leases_active: dependencies.leases.live().length,
        approvals_pending: pendingApprovals(store).length,
        stats: { total_records: store.history.count(), repairs: dependencies.repairs() },
        ...(pendingRollback === undefined ? {} : { pending_rollback: pendingToJson(pendingRollback, clock.now()) }),
      };
    },
    enforceTest: async ({ params, query, caller }) => {
      const { severity, type, ip, pid, file, user } = query;
      // Looked at with the daemon's rights: who may only read does not learn from it what is where.
      if ((pid ?? file ?? user) !== undefined && !caller.roles.has('operator'))
        throw new SecError('SEC_FORBIDDEN', 'to try it on a process, a file or an account needs the role operator');
      const process = pid === undefined ? undefined : await dependencies.processOf(pid);
      if (process === null) throw new SecError('SEC_NOT_FOUND', `no process has the id ${pid}`);
      const entities = { ip, user, process, file: file === undefined ? undefined : { path: file } };
      const decisions = await dependencies.consider(triedAlert({ module: params.module, severity, type, entities }, clock.now()));
      return {
        decisions: decisions.map(({ action, target, outcome, reason, rehearsal }) => ({
          action,
          target: targetKey(target),
          outcome,
          reason,
          ...(rehearsal === undefined ? {} : { rehearsal }),
        })),
        dry_run: policies.current().dryRun,
      };
    },
    policies: async () => ({ policies: policiesToJson(policies.current()) }),
    history: async ({ query }) => {
      const records = store.history.page({ limit: query.limit, module: query.module, kind: query.kind, before: query.before });
      return { records: records.map(recordToJson), count: records.length };
    },
    verifyHistory: async () => {
      const check = store.history.verify();
      if (check.isIntact) return { intact: true, records: check.records, head: check.head };
      return { intact: false, records: check.records, broken_at: check.brokenAt, problem: check.problem };
    },
    leases: async ({ query }) => {
      const live = dependencies.leases.live();
      return { leases: live.slice(0, query.limit).map(leaseToJson), total: live.length };
    },
    quarantine: async ({ query }) => {
      const files = await quarantinedFiles(dependencies.leases, dependencies.undo.enforcers, query.limit);
      return { files: [...files], total: dependencies.leases.count('quarantine_file') };
    },
    cleanup: async ({ body, caller }) => dependencies.cleanup(caller.actor, body.reason, body.restore_files),
    shutdown: async ({ body, caller }) => {
      dependencies.stop(caller.actor, body.reason);
      return { status: 'stopping' };
    },
  };
};
