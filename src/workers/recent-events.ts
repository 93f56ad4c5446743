import type { SecurityEvent } from '../domain/event.ts';

/** An event with its number: the how manyth the sensor saw. */
export type NumberedEvent = { readonly number: number; readonly event: SecurityEvent };

/** What was kept when somebody asked. */
export type RecentReply = { readonly events: readonly NumberedEvent[]; readonly newest: number; readonly missed: number };

/** Which of them: after a number, of a type, the newest `limit`. */
export type RecentQuery = { readonly after: number; readonly type?: string | undefined; readonly limit: number };

/** The last events, for a person who wants to look. Keeping one is a single store: the data plane does not feel it. */
export type RecentEvents = {
  readonly add: (event: SecurityEvent) => void;
  readonly read: (query: RecentQuery) => RecentReply;
};

/** Keeps the last `size` events. */
export const createRecentEvents = (size = 512): RecentEvents => {
  const kept: SecurityEvent[] = [];
  let count = 0;
  return {
    add: (event) => {
      kept[count % size] = event;
      count += 1;
    },
    read: ({ after, type, limit }) => {
      // A number from another worker's life says nothing here.
      const from = after > count ? 0 : after;
      const oldest = Math.max(count - size, 0);
      const events: NumberedEvent[] = [];
      for (let number = count; number > Math.max(from, oldest) && events.length < limit; number -= 1) {
        const event = kept[(number - 1) % size];
        if (event !== undefined && (type === undefined || event.type === type)) events.push({ number, event });
      }
      return { events: events.reverse(), newest: count, missed: Math.max(oldest - from, 0) };
    },
  };
};
