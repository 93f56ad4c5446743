import type { Grammar, LineContext, ParseOutcome } from '../../../../src/actors/contract.ts';
import type { SecurityEvent } from '../../../../src/domain/event.ts';

/** Noon of 20 January 2026, UTC: when the lines of the tables were received. */
export const RECEIVED_AT = Date.UTC(2026, 0, 20, 12);

/** A zone for lines that name none: UTC. */
export const utcTime = (year: number, month: number, day: number, hour: number, minute: number, second: number): number =>
  Date.UTC(year, month, day, hour, minute, second);

/** What a grammar says about one line. Throws when the check of its bytes would have passed over a line that it has something to say about. */
export const parseLine = (
  grammar: Grammar,
  line: string,
  context: Partial<LineContext> = {},
): { readonly outcome: ParseOutcome; readonly events: readonly SecurityEvent[] } => {
  const events: SecurityEvent[] = [];
  const outcome = grammar.parse(line, { source: 'test', position: 0, receivedAt: RECEIVED_AT, ...context }, (event) => events.push(event));
  const bytes = Buffer.from(line);
  if (outcome !== 'irrelevant' && grammar.isQuiet?.(bytes, 0, bytes.length) === true) throw new Error(`passed over, but ${outcome}: ${line}`);
  return { outcome, events };
};
