import type { DeliveryReply } from '../../../machines/delivery.ts';
import type { Delivery } from '../../domain/delivery.ts';
import type { Endpoint } from '../../domain/endpoint.ts';
import type { HistoryDraft, HistoryRecord } from '../../domain/history.ts';
import type { Store } from '../../store/contract.ts';
import { MAX_DIGEST, planNext } from './plan-next.ts';
import { type OutgoingRequest, requestOf } from './request.ts';

/** How a POST went; `reason` never names the address. */
export type PostOutcome =
  | { readonly isAnswer: true; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly isAnswer: false; readonly reason: string };

export type DelivererDependencies = {
  readonly store: Store;
  readonly endpoints: readonly Endpoint[];
  readonly label: string;
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly post: (request: OutgoingRequest, signal?: AbortSignal) => Promise<PostOutcome>;
  readonly onRecords: (records: readonly HistoryRecord[]) => void;
};

/** What the statechart of an endpoint (machines/delivery.ts) does to the world. */
export type Deliverer = {
  /** Sends the oldest delivery and takes it out of the outbox together with its record. Rejects only when the store does. */
  readonly deliver: (endpoint: string, signal?: AbortSignal) => Promise<DeliveryReply>;
  /** Moves that delivery to the dead letters, if it still waits. */
  readonly bury: (endpoint: string, id: string, reason: string) => Promise<void>;
};

/** A deliverer over the given endpoints. */
export const createDeliverer = (dependencies: DelivererDependencies): Deliverer => {
  const { store, now } = dependencies;
  const byName = new Map(dependencies.endpoints.map((endpoint) => [endpoint.name, endpoint]));
  // Arrived, but not recorded because the store would not: recorded later, never sent again. One an endpoint at most.
  const arrived = new Map<string, { readonly id: string; readonly words: string }>();

  const next = async (endpoint: Endpoint): Promise<DeliveryReply | Delivery> => {
    const step = planNext(store.outbox.waiting(endpoint.name, MAX_DIGEST), endpoint, now());
    if (step.kind === 'send') return step.delivery;
    if (step.kind !== 'merge') return step;
    // On disk before it is sent: after a crash it is the same digest with the same id.
    await store.commit({ outbox: { merge: [{ from: step.from, into: step.into }] }, records: [] });
    return step.into;
  };

  const settle = async (delivery: Delivery, words: string): Promise<DeliveryReply> => {
    arrived.set(delivery.endpoint, { id: delivery.id, words });
    const records = recordsOf(delivery, now(), words, true);
    dependencies.onRecords(await store.commit({ outbox: { settle: [delivery] }, records }));
    arrived.delete(delivery.endpoint);
    return { kind: 'delivered' };
  };

  return {
    deliver: async (name, signal) => {
      const endpoint = byName.get(name);
      if (endpoint === undefined) return { kind: 'empty' };
      const found = await next(endpoint);
      if ('kind' in found) return found;
      const known = arrived.get(name);
      if (known?.id === found.id) return settle(found, known.words);
      const delivery: Delivery = { ...found, attempts: found.attempts + 1 };
      store.outbox.note(delivery);
      const request = requestOf(endpoint, delivery, { label: dependencies.label, attempt: delivery.attempts, now: now() });
      const outcome = await dependencies.post(request, signal);
      if (outcome.isAnswer && isSuccess(outcome.status)) return settle(delivery, `${name} answered ${outcome.status}, attempt ${delivery.attempts}`);
      return {
        kind: 'failed',
        id: delivery.id,
        attempts: delivery.attempts,
        at: now(),
        isFinal: outcome.isAnswer && isFinal(outcome.status),
        reason: failureWords(outcome),
        retryAfterMs: outcome.isAnswer ? outcome.retryAfterMs : undefined,
        dice: dependencies.random(),
      };
    },
    bury: async (name, id, reason) => {
      // Not always the first: a batch that still gathers may lie in front of it.
      const delivery = store.outbox.waiting(name, MAX_DIGEST).find((one) => one.id === id);
      if (delivery === undefined) return;
      const records = recordsOf(delivery, now(), `given up for ${name} after ${delivery.attempts} attempts: ${reason}`, false);
      dependencies.onRecords(await store.commit({ outbox: { bury: [{ delivery, reason, at: now() }] }, records }));
    },
  };
};

/** Only this is a success: a redirect is followed by nobody, and leads who knows where. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** An answer that will be the same next time. 408, 425 and 429 ask for patience, 5xx may pass. */
const isFinal = (status: number): boolean => status >= 300 && status < 500 && status !== 408 && status !== 425 && status !== 429;

/** What is said about a POST that did not arrive. */
export const failureWords = (outcome: PostOutcome): string => {
  if (!outcome.isAnswer) return outcome.reason;
  return outcome.status >= 300 && outcome.status < 400 ? `answered ${outcome.status}: redirects are not followed` : `answered ${outcome.status}`;
};

/** The outcome of each action that a delivery stands for. */
export const recordsOf = (delivery: Delivery, at: number, words: string, isDone: boolean): readonly HistoryDraft[] =>
  delivery.items.map(({ notice, actionId }) => ({
    at,
    kind: 'outcome',
    actionId,
    alertId: notice.alertId,
    module: notice.module,
    alertType: notice.type,
    severity: notice.severity,
    action: 'webhook',
    target: delivery.endpoint,
    outcome: isDone ? 'success' : 'failure',
    verification: isDone ? 'verified' : 'failed',
    reason: notice.kind === 'resolved' ? `end of the alert: ${words}` : words,
    details: { delivery: delivery.id },
  }));
