import { createLogClock } from '../actors/collectors/grammars/log-time.ts';
import { createGrammar } from '../actors/collectors/grammars/registry.ts';
import { createSyslogPrefix, readSyslogPrefix } from '../actors/collectors/grammars/syslog-prefix.ts';
import type { ParseOutcome } from '../actors/contract.ts';
import { messageOf } from '../domain/errors.ts';
import type { SecurityEvent } from '../domain/event.ts';

/** What one line was taken for. `why`: in words, what a line without an event lacks. */
export type TestedLine = {
  readonly line: number;
  readonly outcome: ParseOutcome | 'empty' | 'garbage';
  readonly grammar: string;
  readonly events: readonly SecurityEvent[];
  readonly why: string;
  readonly text: string;
};

/** Old logs are believed: their time may lie anywhere. */
const OLD_LOGS = { maxAheadMs: Number.POSITIVE_INFINITY };

/** Judges lines one after the other as a source with this grammar would. Throws SEC_INPUT_INVALID for an unknown grammar. */
export const createLineTest = (grammarId: string, receivedAt: number): ((text: string) => TestedLine) => {
  const grammar = createGrammar(grammarId, OLD_LOGS);
  let line = 0;
  return (text) => {
    line += 1;
    if (text.trim() === '') return { line, outcome: 'empty', grammar: '', events: [], why: 'an empty line', text };
    const events: SecurityEvent[] = [];
    const outcome = grammar.parse(text, { source: 'test', position: line, receivedAt }, (event) => events.push(event));
    if (outcome === 'event') return { line, outcome, grammar: grammar.lastTaken?.() ?? grammar.id, events, why: '', text };
    const isGarbage = text.includes('\ufffd') || text.includes('\u0000');
    return {
      line,
      outcome: isGarbage && outcome === 'unparsed' ? 'garbage' : outcome,
      grammar: '',
      events,
      why: whyNot(text, outcome, grammarId, isGarbage),
      text,
    };
  };
};

const whyNot = (text: string, outcome: ParseOutcome, grammarId: string, isGarbage: boolean): string => {
  if (isGarbage) return 'it holds NUL bytes or is not UTF-8';
  if (text.startsWith('{')) return whyNoJson(text);
  const prefix = createSyslogPrefix();
  const isSyslog = readSyslogPrefix(text, createLogClock(OLD_LOGS), 0, prefix);
  if (isSyslog && prefix.program !== '') return `a line of ${prefix.program} about which ${grammarId} has nothing to say`;
  if (outcome === 'irrelevant') return `${grammarId} has nothing to say about it`;
  return grammarId === 'auto' ? 'no grammar knows its form' : `it does not have the form of ${grammarId}`;
};

const whyNoJson = (text: string): string => {
  try {
    JSON.parse(text);
    return 'JSON, but no member says what happened (type, event, method and path, message)';
  } catch (thrown) {
    return `it begins like JSON and is not: ${messageOf(thrown)}`;
  }
};
