import type { SecurityEvent } from '../../../domain/event.ts';
import type { CollectorDefinition, CollectorReport } from '../../contract.ts';
import { execEventOf } from './exec-event.ts';

/**
 * Program starts from the kernel. Every start becomes one event, read in time or not; starts that the kernel dropped are
 * counted and told. Rejects as the feed does: SEC_UNAVAILABLE where the kernel does not answer.
 */
export const processCollector: CollectorDefinition = {
  id: 'process',
  title: 'Program starts',
  run: async ({ spec, sink, feeds, report, signal }) => {
    const progress = createProgress(report);
    let sequence = 0;
    report({ type: 'state', state: 'starting', detail: 'process connector' });
    await feeds.processes(signal, async (batch) => {
      progress.running();
      let events: SecurityEvent[] = [];
      for (const fact of batch) {
        if (fact.kind === 'exec') {
          sequence += 1;
          const event = execEventOf(fact, spec.id, sequence);
          events.push(event);
          progress.count(event.details['gone'] !== true);
        } else if (fact.kind === 'overrun') progress.lost(fact.lost);
        if (events.length < MAX_BATCH) continue;
        await sink.events(events);
        events = [];
      }
      if (events.length > 0) await sink.events(events);
      progress.report();
    });
    report({ type: 'state', state: 'stopped', detail: 'process connector' });
  },
};

const MAX_BATCH = 512;

// Counters of this run: `parsed` = read in time, `dropped` = lost by the kernel.
const createProgress = (report: (report: CollectorReport) => void) => {
  let lines = 0;
  let parsed = 0;
  let dropped = 0;
  let lost = 0;
  let isRunning = false;
  return {
    running: (): void => {
      if (isRunning) return;
      isRunning = true;
      report({ type: 'state', state: 'running', detail: 'process connector' });
    },
    count: (isRead: boolean): void => {
      lines += 1;
      if (isRead) parsed += 1;
    },
    lost: (count: number): void => {
      dropped += count;
      lost += count;
      report({ type: 'state', state: 'running', detail: `the kernel dropped ${count} messages (${lost} since the start): program starts were missed` });
    },
    report: (): void => {
      report({ type: 'progress', lines, parsed, dropped, lagBytes: 0 });
      lines = 0;
      parsed = 0;
      dropped = 0;
    },
  };
};
