import type { Sink } from '../actors/contract.ts';
import type { Clock } from '../domain/clock.ts';
import { SecError } from '../domain/errors.ts';
import type { SecurityEvent, Trust } from '../domain/event.ts';
import { eventFromJson, type SecurityEventJson } from '../domain/event-json.ts';
import type { IngestJson, LineProblemJson } from '../protocol/event-schemas.ts';
import type { Caller } from './api.ts';
import { readEventLine } from './read-event-line.ts';

export type IngestDependencies = {
  readonly sink: Pick<Sink, 'events'>;
  readonly clock: Clock;
  /** Root's events count like those of a sensor of ours. */
  readonly trustRoot: boolean;
  /** Events a second, of all callers together. */
  readonly perSecond: number;
};

/** What came in over the interface since the start. */
export type IngestCounters = { readonly accepted: number; readonly rejected: number; readonly limited: number; readonly lastAt: number | undefined };

/** Takes events that programs bring. */
export type Ingest = {
  /** One event (its JSON text), or NDJSON. Rejects with SEC_INPUT_INVALID when not one line was an event. */
  readonly take: (text: string, caller: Caller) => Promise<IngestJson>;
  readonly counters: () => IngestCounters;
};

/** Most lines of one request. */
export const MAX_INGEST_LINES = 1000;
const MAX_PROBLEMS = 20;

/**
 * Events of programs → the same pipeline as everything else. They are claims, which raise alerts and never act alone; only root's are
 * believed, and only where the configuration says so. Lines over the rate are left to be sent again, and counted.
 */
export const createIngest = ({ sink, clock, trustRoot, perSecond }: IngestDependencies): Ingest => {
  const counters = { accepted: 0, rejected: 0, limited: 0, lastAt: undefined as number | undefined };
  let room = perSecond;
  let filledAt = clock.monotonic();

  const refill = (): void => {
    const now = clock.monotonic();
    room = Math.min(perSecond, room + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
  };

  const eventOf = (json: SecurityEventJson, trust: Trust, caller: Caller): SecurityEvent => {
    const now = clock.now();
    const event = eventFromJson(json, trust, now);
    return {
      ...event,
      id: event.id === '' ? `api:${counters.accepted + 1}@${now}` : event.id,
      source: 'api',
      observer: caller.actor.name,
      details: json.source === 'external' ? event.details : { ...event.details, original_source: json.source },
    };
  };

  const take = async (text: string, caller: Caller): Promise<IngestJson> => {
    const lines = text.split('\n', MAX_INGEST_LINES + 1);
    if (lines.at(-1) === '') lines.pop();
    if (lines.length > MAX_INGEST_LINES)
      throw new SecError('SEC_INPUT_INVALID', `expected at most ${MAX_INGEST_LINES} lines in one request; send the rest in the next`);
    const trust = trustRoot && caller.actor.uid === 0 ? 'sensor' : 'claim';
    const problems: LineProblemJson[] = [];
    const events: SecurityEvent[] = [];
    let rejected = 0;
    let limited = 0;
    refill();
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '') continue;
      if (room < 1) {
        limited = lines.slice(index).filter((rest) => rest.trim() !== '').length;
        break;
      }
      room -= 1;
      const read = readEventLine(line);
      if (read.ok) {
        counters.accepted += 1;
        events.push(eventOf(read.value, trust, caller));
        continue;
      }
      rejected += 1;
      if (problems.length < MAX_PROBLEMS) problems.push({ line: index + 1, ...read.error });
    }
    counters.rejected += rejected;
    counters.limited += limited;
    const [first] = problems;
    if (events.length === 0 && limited === 0 && first !== undefined)
      throw new SecError(
        'SEC_INPUT_INVALID',
        `line ${first.line}: ${first.path === '' ? '' : `${first.path}: `}expected ${first.expected}, got ${first.got}. ${first.hint}${rejected > 1 ? ` (and ${rejected - 1} more lines)` : ''}`,
      );
    if (events.length > 0) {
      counters.lastAt = clock.now();
      await sink.events(events);
    }
    return {
      accepted: events.length,
      rejected,
      limited,
      retry_after_ms: limited === 0 ? 0 : Math.ceil((Math.min(limited, perSecond) / perSecond) * 1000),
      trust,
      problems,
    };
  };

  return { take, counters: () => ({ ...counters }) };
};
