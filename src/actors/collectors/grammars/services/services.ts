import type { SecurityEvent, Trust } from '../../../../domain/event.ts';
import type { Grammar, LineContext, ParseOutcome } from '../../../contract.ts';
import { createLogClock } from '../log-time.ts';
import type { GrammarOptions } from '../options.ts';
import { createQuietLines } from '../quiet-lines.ts';
import { createSyslogPrefix, readSyslogPrefix, type SyslogPrefix } from '../syslog-prefix.ts';
import { readJsonRules } from './json-rules.ts';
import { type OwnHead, readOwnHead } from './own-head.ts';
import { type CompiledRule, type ServiceRules, serviceRules } from './rules.ts';
import { eventOfRules } from './service-event.ts';

/** Lines of every service that has a rule file: in the system log by its program, in its own log file by what the line says. */
export type ServicesGrammar = Grammar & {
  /** A message whose program is already known. */
  readonly readMessage: (prefix: SyslogPrefix, line: string, trust: Trust, context: LineContext, emit: (event: SecurityEvent) => void) => ParseOutcome;
};

/** Characters of a message that the patterns are shown. */
export const MAX_MESSAGE = 1024;

/** The grammar of the rule files. */
export const createServicesGrammar = (options: GrammarOptions = {}): ServicesGrammar => {
  const rules = serviceRules();
  const clock = createLogClock(options);
  const prefix = createSyslogPrefix();
  const head: OwnHead = { at: 0, start: 0 };
  const hits = new Uint8Array(rules.fileRules.length);

  const readMessage: ServicesGrammar['readMessage'] = (of, line, trust, context, emit) => {
    const own = rules.ofProgram(of.program);
    if (own === undefined) return 'irrelevant';
    const from = { line, message: messageAt(line, of.start), at: of.at, observer: of.host, trust, context: bounded(line, of.start, context) };
    return hand(eventOfRules(own, from), emit);
  };

  const readOwn = (line: string, context: LineContext, emit: (event: SecurityEvent) => void): ParseOutcome => {
    const text = line.length > MAX_MESSAGE ? line.slice(0, MAX_MESSAGE) : line;
    hits.fill(0);
    if (rules.fileLiterals.scan(text, hits) === 0) return 'unparsed';
    const candidates = rules.fileRules.filter((_, index) => hits[index] === 1);
    readOwnHead(line, clock, context.receivedAt, head);
    const from = {
      line,
      message: messageAt(line, head.start),
      at: head.at,
      observer: undefined,
      trust: 'sensor' as const,
      context: bounded(line, head.start, context),
    };
    return eventOfRulesOrUnparsed(candidates, from, emit);
  };

  return {
    id: 'services',
    eventTypes: EVENT_TYPES,
    isQuiet: createQuietLines(quietServices()),
    readMessage,
    parse: (line, context, emit) => {
      if (line.charCodeAt(0) === BRACE) return readJsonRules(rules.jsonRules, line, context, emit);
      if (!readSyslogPrefix(line, clock, context.receivedAt, prefix)) return readOwn(line, context, emit);
      if (prefix.program === '') return readOwn(line, context, emit);
      if (prefix.host === undefined && rules.ofProgram(prefix.program) === undefined) return readOwn(line, context, emit);
      return readMessage(prefix, line, 'sensor', context, emit);
    },
  };
};

/** The programs that have rules, for the check of bytes. */
export const quietServices = (): Parameters<typeof createQuietLines>[0] => {
  const { programs, families }: ServiceRules = serviceRules();
  return { programs, families, mayHoldRequest: false };
};

const EVENT_TYPES = ['auth_failure', 'auth_success', 'auth_attempt', 'dns_query', 'network_connection', 'http_request', 'syslog_event'] as const;
const BRACE = 123;

const messageAt = (line: string, start: number): string => line.slice(start, start + MAX_MESSAGE);

const bounded = (line: string, start: number, context: LineContext): LineContext =>
  line.length - start > MAX_MESSAGE && context.isCut !== true ? { ...context, isCut: true } : context;

const hand = (event: SecurityEvent | undefined, emit: (event: SecurityEvent) => void): ParseOutcome => {
  if (event === undefined) return 'irrelevant';
  emit(event);
  return 'event';
};

const eventOfRulesOrUnparsed = (
  candidates: readonly CompiledRule[],
  from: Parameters<typeof eventOfRules>[1],
  emit: (event: SecurityEvent) => void,
): ParseOutcome => {
  const event = eventOfRules(candidates, from);
  return event === undefined ? 'unparsed' : hand(event, emit);
};
