import type { Handlers } from './api.ts';
import type { Notifications } from './notifications.ts';

/** What the routes under `/api/v1/notify` do. */
export const createNotifyHandlers = (
  notifications: Pick<Notifications, 'list' | 'test' | 'deadLetters' | 'retry'>,
): Pick<Handlers, 'notifyEndpoints' | 'notifyTest' | 'notifyDeadLetters' | 'notifyRetry'> => ({
  notifyEndpoints: async () => ({ endpoints: [...notifications.list()] }),
  notifyTest: async ({ params, caller }) => notifications.test(params.name, caller.actor),
  notifyDeadLetters: async ({ query }) => {
    const letters = [...notifications.deadLetters(query.limit)];
    return { dead_letters: letters, total: letters.length };
  },
  notifyRetry: async ({ params, caller }) => notifications.retry(params.id, caller.actor),
});
