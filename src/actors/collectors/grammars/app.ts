import type { Details, SecurityEvent } from '../../../domain/event.ts';
import type { Grammar, LineContext, ParseOutcome } from '../../contract.ts';
import { addressOf } from './address.ts';
import { eventIdOf } from './event-id.ts';
import { DAY_MS, type GrammarOptions } from './options.ts';

/**
 * Applications that log one JSON object a line. A `type`/`event` that is a plain token is the event type, with the object's keys as
 * details; login words become `auth_failure`/`auth_success`; method and path make an `http_request`; a prompt, an output or a tool
 * call of an LLM application the matching event; anything else with a message a `log_entry`.
 */
export const createAppGrammar = (options: GrammarOptions = {}): Grammar => {
  const maxAhead = options.maxAheadMs ?? DAY_MS;
  return {
    id: 'app',
    eventTypes: ['auth_failure', 'auth_success', 'http_request', 'http_response', 'llm_input', 'llm_output', 'tool_call', 'log_entry'],
    parse: (line, context, emit) => {
      const fields = objectOf(line);
      return fields === undefined ? 'unparsed' : readFields(fields, line, context, maxAhead, emit);
    },
  };
};

type Emit = (event: SecurityEvent) => void;

const objectOf = (line: string): Details | undefined => {
  if (line.charCodeAt(0) !== 123) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    // A decoder: what JSON.parse gives for a text that starts with a brace is an object of unknown members.
    return typeof value === 'object' && value !== null ? (value as Details) : undefined;
  } catch {
    // Not JSON: the line is of another family, which is what undefined says.
    return undefined;
  }
};

const readFields = (fields: Details, line: string, context: LineContext, maxAhead: number, emit: Emit): ParseOutcome => {
  const at = timeOf(fields, context.receivedAt, maxAhead);
  const ip = addressOf(firstText(fields, IP_KEYS));
  const user = firstText(fields, USER_KEYS).slice(0, MAX_TEXT) || undefined;
  const type = typeOf(fields);
  if (type === undefined) return 'irrelevant';
  const status = numberIn(fields, STATUS_KEYS);
  const details = { ...bounded(fields), ...renamed(type, fields, user, status) };
  const id = eventIdOf(context.source, context.position, at);
  const event: SecurityEvent = {
    id,
    at,
    source: context.source,
    module: 'applog',
    type,
    severity: type === 'auth_failure' ? 'MEDIUM' : 'INFO',
    summary: (firstText(fields, MESSAGE_KEYS) || type).slice(0, 256),
    details,
    raw: line,
    sourceIp: ip,
    userAgent: firstText(fields, AGENT_KEYS).slice(0, MAX_TEXT) || undefined,
    requestId: firstText(fields, ['request_id', 'requestId', 'trace_id']).slice(0, 256) || undefined,
    entities: {
      ip,
      user,
      session: firstText(fields, ['session_id']).slice(0, 256) || undefined,
      agent: firstText(fields, ['agent_id']).slice(0, 256) || undefined,
    },
    trust: 'sensor',
  };
  emit(event);
  if (type === 'http_request' && status !== undefined && status >= 400) emit({ ...event, id: `${id}.2`, type: 'http_response' });
  return 'event';
};

const TOKEN = /^[a-z0-9_-]{1,64}$/;
const MAX_TEXT = 1024;
const MAX_KEYS = 64;

const TIME_KEYS = ['timestamp', 'time', 'ts', '@timestamp', 'datetime'];
const IP_KEYS = ['source_ip', 'client_ip', 'remote_addr', 'remote_ip', 'src_ip', 'ip', 'remote', 'clientip'];
const USER_KEYS = ['username', 'user_name', 'user', 'login', 'user_id', 'remote_user'];
const METHOD_KEYS = ['method', 'request_method', 'http_method'];
const PATH_KEYS = ['path', 'uri', 'request_uri', 'url'];
const STATUS_KEYS = ['status_code', 'status', 'http_status', 'statusCode'];
const AGENT_KEYS = ['user_agent', 'http_user_agent', 'userAgent'];
const MESSAGE_KEYS = ['summary', 'message', 'msg', 'content'];
const TYPE_KEYS = ['type', 'event_type', 'event', 'eventType', 'action'];

const FAILURE_WORDS =
  /^(?:login|auth|authentication|signin|sign_in|logon)[._ -]?(?:failed|failure|denied|rejected|invalid|error)$|^(?:failed|invalid)[._ -](?:login|auth|authentication|credentials|password)$/;
const SUCCESS_WORDS = /^(?:login|auth|authentication|signin|sign_in|logon)[._ -]?(?:success|succeeded|successful|ok|accepted)$|^successful[._ -]login$/;

const typeOf = (fields: Details): string | undefined => {
  const word = firstText(fields, TYPE_KEYS).slice(0, 128).toLowerCase();
  if (FAILURE_WORDS.test(word)) return 'auth_failure';
  if (SUCCESS_WORDS.test(word)) return 'auth_success';
  const own = firstText(fields, ['type', 'event_type']);
  if (TOKEN.test(own) && own.includes('_')) return own;
  if (firstText(fields, METHOD_KEYS) !== '' && firstText(fields, PATH_KEYS) !== '') return 'http_request';
  if (typeof fields['prompt'] === 'string') return 'llm_input';
  if (typeof fields['completion'] === 'string' || typeof fields['output'] === 'string') return 'llm_output';
  if (typeof fields['tool'] === 'string' && typeof fields['agent_id'] === 'string') return 'tool_call';
  return firstText(fields, MESSAGE_KEYS) === '' ? undefined : 'log_entry';
};

const renamed = (type: string, fields: Details, user: string | undefined, status: number | undefined): Details => {
  if (type === 'http_request') {
    const path = firstText(fields, PATH_KEYS);
    const mark = path.indexOf('?');
    return {
      method: firstText(fields, METHOD_KEYS),
      path,
      query: mark < 0 ? firstText(fields, ['query', 'query_string']) : path.slice(mark + 1),
      status_code: status,
      user_id: user,
    };
  }
  if (type.startsWith('auth_')) return { username: user ?? '', service: firstText(fields, ['service', 'app', 'logger']) || 'app' };
  if (type === 'llm_output') return { output: firstText(fields, ['output', 'completion']) };
  return type === 'log_entry' ? { content: firstText(fields, MESSAGE_KEYS) } : {};
};

const bounded = (fields: Details): Details => {
  const entries = Object.entries(fields);
  return entries.length <= MAX_KEYS ? fields : Object.fromEntries(entries.slice(0, MAX_KEYS));
};

const firstText = (fields: Details, keys: readonly string[]): string => {
  for (const key of keys) {
    const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
};

const numberIn = (fields: Details, keys: readonly string[]): number | undefined => {
  for (const key of keys) {
    const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
    const number = typeof value === 'number' ? value : typeof value === 'string' && /^[0-9]{3}$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isInteger(number) && number >= 100 && number <= 999) return number;
  }
  return undefined;
};

// ISO text, or a number of seconds or milliseconds since the epoch.
const timeOf = (fields: Details, receivedAt: number, maxAhead: number): number => {
  for (const key of TIME_KEYS) {
    const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
    const at = typeof value === 'string' ? Date.parse(value.slice(0, 40)) : typeof value === 'number' ? (value < 1e11 ? value * 1000 : value) : Number.NaN;
    if (Number.isFinite(at) && at > 0) return at > receivedAt + maxAhead ? receivedAt : Math.trunc(at);
  }
  return receivedAt;
};
