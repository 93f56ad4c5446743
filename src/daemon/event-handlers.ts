import { messageOf, SecError } from '../domain/errors.ts';
import { eventToJson } from '../domain/event-json.ts';
import type { CollectedJson } from '../protocol/event-schemas.ts';
import type { Sensor } from '../workers/contract.ts';
import type { Handlers } from './api.ts';
import type { Ingest } from './ingest.ts';

export type EventHandlerDependencies = {
  readonly ingest: Pick<Ingest, 'take'>;
  readonly recent: Sensor['recent'];
  readonly collected: () => readonly CollectedJson[];
};

/** Routes about sources and events. */
export const createEventHandlers = ({ ingest, recent, collected }: EventHandlerDependencies): Pick<Handlers, 'sources' | 'events' | 'ingest'> => ({
  sources: async () => {
    const sources = [...collected()];
    return { sources, total: sources.length };
  },
  events: async ({ query }) => {
    const { events, newest, missed } = await recent(query);
    return { events: events.map(({ number, event }) => ({ number, trust: event.trust, event: { ...eventToJson(event) } })), newest, missed };
  },
  ingest: async ({ body, caller }) => {
    const lines = body['ndjson'];
    if (lines !== undefined && typeof lines !== 'string') throw new SecError('SEC_INPUT_INVALID', 'ndjson: expected text, one event a line');
    return ingest.take(lines ?? textOf(body), caller);
  },
});

const textOf = (body: { readonly [key: string]: unknown }): string => {
  try {
    return JSON.stringify(body);
  } catch (thrown) {
    throw new SecError('SEC_INPUT_INVALID', `expected an event with at most 32 levels: ${messageOf(thrown)}`, { cause: thrown });
  }
};
