import { createDeliverer, type Deliverer, failureWords, isSuccess } from '../actors/notify/deliverer.ts';
import { alertDrafts, approvalDrafts, closingDrafts, endpointsFor } from '../actors/notify/drafts.ts';
import { requestOf } from '../actors/notify/request.ts';
import { policyOf, ruleApplies } from '../actors/response/decide.ts';
import type { ChildView, Root } from '../actors/root.ts';
import type { Alert } from '../domain/alert.ts';
import type { Actor, Approval } from '../domain/approval.ts';
import type { Clock } from '../domain/clock.ts';
import type { DeliveryDraft } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { SecError } from '../domain/errors.ts';
import type { HistoryRecord } from '../domain/history.ts';
import { createId } from '../domain/ids.ts';
import type { NoticeKind } from '../domain/notice.ts';
import type { EnforcementPolicy } from '../domain/policy.ts';
import { suggestion } from '../domain/suggestion.ts';
import { createPoster } from '../os/http/post.ts';
import type { DeadLetterJson, EndpointJson } from '../protocol/schemas.ts';
import type { Store } from '../store/contract.ts';

export type NotificationDependencies = {
  readonly store: Store;
  readonly clock: Clock;
  readonly endpoints: readonly Endpoint[];
  readonly label: string;
  readonly policy: () => EnforcementPolicy;
  readonly root: () => Root | undefined;
  readonly onRecords: (records: readonly HistoryRecord[]) => void;
};

/** Everything the daemon does about notices besides deciding on them. */
export type Notifications = Deliverer & {
  /** To be called once before the tree starts: what waits for an endpoint that is gone goes to the dead letters. */
  readonly adopt: () => Promise<void>;
  /** What tells the endpoints that nobody acknowledged an alert, once for each of its escalations. */
  readonly escalated: (alert: Alert) => readonly DeliveryDraft[];
  /** What ends the incidents that an alert opened elsewhere. */
  readonly closing: (alert: Alert) => readonly DeliveryDraft[];
  /** What tells people of an approval: the endpoints of section `notifications`, and those that the module's rules name. */
  readonly aboutApproval: (approval: Approval, kind: NoticeKind) => readonly DeliveryDraft[];
  readonly list: () => readonly EndpointJson[];
  /** Sends a test notice now, past queue and pauses. Rejects with SEC_NOT_FOUND. */
  readonly test: (name: string, by: Actor) => Promise<{ readonly name: string; readonly delivered: boolean; readonly detail: string }>;
  readonly deadLetters: (limit: number) => readonly DeadLetterJson[];
  /** Queues a dead letter again, by unique prefix of its id. Rejects with SEC_NOT_FOUND, SEC_AMBIGUOUS or SEC_UNAVAILABLE. */
  readonly retry: (prefix: string, by: Actor) => Promise<DeadLetterJson>;
};

const ORPHANS_AT_ONCE = 500;
const MAX_LETTERS = 1000;
/** So many approvals that wait are told of one by one. */
const MAX_TOLD = 100;

/** Notices over the network of this host. */
export const createNotifications = (dependencies: NotificationDependencies): Notifications => {
  const { store, clock, endpoints } = dependencies;
  const post = createPoster({ now: clock.now });
  const deliverer = createDeliverer({ ...dependencies, now: clock.now, random: Math.random, post });
  const named = (name: string): Endpoint => {
    const endpoint = endpoints.find((one) => one.name === name);
    if (endpoint !== undefined) return endpoint;
    const near = suggestion(
      name,
      endpoints.map((one) => one.name),
    );
    throw new SecError('SEC_NOT_FOUND', `no endpoint ${name}${near === undefined ? '' : `; did you mean ${near}?`}`);
  };
  const letterOf = (prefix: string) => {
    const found = store.outbox.deadLetters(MAX_LETTERS).filter(({ delivery }) => delivery.id.startsWith(prefix));
    if (found.length > 1) throw new SecError('SEC_AMBIGUOUS', `${found.length} dead letters start with ${prefix}`);
    const [letter] = found;
    if (letter === undefined) throw new SecError('SEC_NOT_FOUND', `no dead letter starts with ${prefix}`);
    return letter;
  };

  // Those whom the policy tells of such an alert; once it escalated, everybody who wants to hear of its severity.
  const toldOf = (alert: Alert): readonly Endpoint[] => {
    const policy = dependencies.policy();
    const own = policyOf(policy, alert.module);
    if (!policy.enabled || policy.dryRun || own === undefined || !own.enabled || own.dryRun) return [];
    const rules = own.rules.filter((rule) => rule.action === 'webhook' && !rule.dryRun && ruleApplies(rule, alert));
    const names = [...rules.map((rule) => rule.params['endpoint']), ...((alert.escalation?.count ?? 0) > 0 ? ['*'] : [])];
    const told = new Set(names.flatMap((name) => endpointsFor(endpoints, name, alert).map((endpoint) => endpoint.name)));
    return endpoints.filter((endpoint) => told.has(endpoint.name));
  };

  return {
    ...deliverer,
    adopt: async () => {
      for (const name of [...store.outbox.counts().keys()]) {
        if (endpoints.some((endpoint) => endpoint.name === name)) continue;
        for (let some = store.outbox.waiting(name, ORPHANS_AT_ONCE); some.length > 0; some = store.outbox.waiting(name, ORPHANS_AT_ONCE)) {
          const bury = some.map((delivery) => ({ delivery, reason: 'its endpoint is no longer configured', at: clock.now() }));
          await store.commit({ outbox: { bury }, records: [] });
        }
      }
    },
    escalated: (alert) => alertDrafts(alert, toldOf(alert), `${alert.id} escalation ${alert.escalation?.count ?? 0}`, clock.now()),
    closing: (alert) => (alert.status === 'RESOLVED' || alert.status === 'FALSE_POSITIVE' ? closingDrafts(alert, toldOf(alert), clock.now()) : []),
    aboutApproval: (approval, kind) => {
      const waiting = store.approvals.waiting().length;
      // In a flood of questions one in a hundred is told of.
      if (kind === 'approval' && waiting >= MAX_TOLD && waiting % MAX_TOLD !== 0) return [];
      if (kind === 'break_glass') return approvalDrafts(approval, kind, endpoints, clock.now());
      const own = policyOf(dependencies.policy(), approval.module);
      const named = (own?.rules ?? []).filter((rule) => rule.action === 'webhook').map((rule) => rule.params['endpoint']);
      const told = new Set(['*', ...named].flatMap((name) => endpointsFor(endpoints, name, approval)));
      return approvalDrafts(approval, kind, [...told], clock.now());
    },
    list: () => {
      const counts = store.outbox.counts();
      const dead = store.outbox.deadCounts();
      return endpoints.map((endpoint) =>
        endpointToJson(endpoint, dependencies.root()?.child(`delivery:${endpoint.name}`), counts.get(endpoint.name) ?? 0, dead.get(endpoint.name) ?? 0),
      );
    },
    test: async (name, by) => {
      const endpoint = named(name);
      const now = clock.now();
      const id = createId<'AlertId'>(now);
      const notice = { kind: 'test', alertId: id, module: 'test', type: 'test', severity: 'INFO', at: now, count: 1 } as const;
      const delivery = { id, endpoint: name, at: now, items: [{ notice }], sequence: 0, attempts: 1 };
      const outcome = await post(requestOf(endpoint, delivery, { label: dependencies.label, attempt: 1, now }));
      const delivered = outcome.isAnswer && isSuccess(outcome.status);
      const detail = delivered ? `answered ${outcome.status}` : failureWords(outcome);
      dependencies.onRecords(
        store.history.note([
          {
            at: clock.now(),
            kind: 'outcome',
            action: 'webhook',
            target: name,
            outcome: delivered ? 'success' : 'failure',
            verification: delivered ? 'verified' : 'failed',
            actor: by,
            reason: `test notice: ${detail}`,
          },
        ]),
      );
      return { name, delivered, detail };
    },
    deadLetters: (limit) => store.outbox.deadLetters(limit).map(deadLetterToJson),
    retry: async (prefix, by) => {
      const letter = letterOf(prefix);
      const { id, endpoint } = letter.delivery;
      if (!endpoints.some(({ name }) => name === endpoint)) throw new SecError('SEC_UNAVAILABLE', `endpoint ${endpoint} is no longer configured`);
      const now = clock.now();
      const record = { at: now, kind: 'decision', action: 'webhook', target: endpoint, actor: by, reason: `dead letter ${id} is sent again` } as const;
      dependencies.onRecords(await store.commit({ outbox: { revive: [{ id, at: now }] }, records: [record] }));
      dependencies.root()?.tell(`delivery:${endpoint}`, { type: 'delivery.retry' });
      return deadLetterToJson(letter);
    },
  };
};

const endpointToJson = (endpoint: Endpoint, child: ChildView | undefined, waiting: number, dead: number): EndpointJson => {
  const { context } = child ?? { context: {} as ChildView['context'] };
  const nextAt = context['nextAt'];
  const state = child?.state ?? 'starting';
  return {
    name: endpoint.name,
    type: endpoint.type,
    min_severity: endpoint.minSeverity,
    digest_seconds: endpoint.digestMs === undefined ? undefined : endpoint.digestMs / 1000,
    state,
    detail: typeof context['detail'] === 'string' ? context['detail'] : '',
    waiting,
    dead,
    delivered: typeof context['delivered'] === 'number' ? context['delivered'] : 0,
    next_attempt: (state === 'waiting' || state === 'broken') && typeof nextAt === 'number' ? new Date(nextAt).toISOString() : undefined,
  };
};

const deadLetterToJson = ({ delivery, reason, at }: ReturnType<Store['outbox']['deadLetters']>[number]): DeadLetterJson => ({
  id: delivery.id,
  endpoint: delivery.endpoint,
  queued_at: new Date(delivery.at).toISOString(),
  failed_at: new Date(at).toISOString(),
  attempts: delivery.attempts,
  reason,
  alerts: delivery.items.map(({ notice }) => notice.alertId),
});
