import { SecError } from '../../../domain/errors.ts';
import type { SecurityEvent } from '../../../domain/event.ts';
import type { CollectorDefinition } from '../../contract.ts';
import { socketEventOf } from './socket-event.ts';

/** Listeners and connections of this host. What was there at the start is no news. */
export const socketsCollector: CollectorDefinition = {
  id: 'sockets',
  title: 'Listeners and connections',
  run: async ({ spec, sink, feeds, report, signal }) => {
    if (feeds.sockets === undefined) throw new SecError('SEC_UNAVAILABLE', 'the socket table is not read here');
    let sequence = 0;
    let isRunning = false;
    report({ type: 'state', state: 'starting', detail: 'sockets' });
    await feeds.sockets(signal, async (facts) => {
      if (!isRunning) report({ type: 'state', state: 'running', detail: 'sockets, every five seconds' });
      isRunning = true;
      const events: SecurityEvent[] = [];
      let dropped = 0;
      for (const fact of facts) {
        sequence += 1;
        if (fact.kind === 'overrun') {
          dropped += fact.lost;
          continue;
        }
        const event = socketEventOf(fact, spec.id, sequence);
        if (event !== undefined) events.push(event);
      }
      for (let start = 0; start < events.length; start += MAX_BATCH) await sink.events(events.slice(start, start + MAX_BATCH));
      if (facts.length > 0) report({ type: 'progress', lines: facts.length, parsed: events.length, dropped, lagBytes: 0 });
    });
    report({ type: 'state', state: 'stopped', detail: 'sockets' });
  },
};

const MAX_BATCH = 512;
