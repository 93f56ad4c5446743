import type { EnforcerFactory } from '../../contract.ts';
import { isForPeople } from '../../notify/alert-batcher.ts';
import { alertDrafts } from '../../notify/drafts.ts';
import { manifest } from './manifest.ts';
import { planWebhook, recipientsOf } from './plan.ts';

/**
 * Queues the metadata of an alert for its endpoints. The deliveries go to disk together with the intent; the outcome of each is
 * a record of its own, written when it has arrived or was given up: nothing is called delivered because it was queued.
 */
export const createWebhook: EnforcerFactory = ({ endpoints = [], onQueued, holdBack }) => ({
  manifest,
  availability: async () =>
    endpoints.length > 0
      ? { isAvailable: true }
      : { isAvailable: false, reason: 'no endpoint is configured: section notifications, or params.url of a webhook rule' },
  plan: (request) => planWebhook(request, endpoints),
  rehearse: async (request) => {
    planWebhook(request, endpoints);
    return undefined;
  },
  deliveries: ({ alert, ...request }) => {
    if (alert === undefined) return [];
    const recipients = recipientsOf({ ...request, alert }, endpoints);
    const hold = recipients.some(({ type }) => isForPeople(type)) ? holdBack?.(alert, request.now) : undefined;
    return alertDrafts(alert, recipients, request.actionId, request.now, hold);
  },
  apply: async (request) => {
    const names = recipientsOf(request, endpoints).map(({ name }) => name);
    for (const name of names) onQueued?.(name);
    return { verification: 'unverified', detail: `queued for ${names.join(', ')}; the outcome follows` };
  },
  // Done again it queues the same ids again, which receivers know.
  verify: async () => ({ verification: 'unverified', detail: 'the outcome follows with the delivery' }),
  undo: async () => ({ verification: 'failed', detail: 'what was sent cannot be taken back' }),
  fini: async () => [],
});
