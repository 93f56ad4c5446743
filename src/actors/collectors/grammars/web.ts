import type { SecurityEvent } from '../../../domain/event.ts';
import type { Grammar, LineContext } from '../../contract.ts';
import { addressOf } from './address.ts';
import { type ClientOf, createClientOf } from './client-address.ts';
import { detach } from './detach.ts';
import { createHaproxyReader } from './haproxy.ts';
import { emitHttp } from './http-event.ts';
import { createLogClock, type LogClock } from './log-time.ts';
import type { GrammarOptions } from './options.ts';
import { unescapeLog } from './unescape-log.ts';
import { readJsonAccess } from './web-json.ts';

/** Event types that access logs give. */
export const WEB_EVENT_TYPES = ['http_request', 'http_response'] as const;

/**
 * Access logs of nginx and Apache: common and combined, with or without a virtual host in front, anything after the user agent; those
 * of Caddy and Traefik in JSON, and of HAProxy (`option httplog`).
 * Each line gives an `http_request`, and an `http_response` when the status is 400 or more. The address is the one the server
 * wrote in front; the user name of basic authentication cannot move it, because no quote inside a field is unescaped.
 */
export const createWebGrammar = (options: GrammarOptions = {}): Grammar => {
  const clock = createLogClock(options);
  const clientOf = createClientOf(options.trustedProxies);
  const haproxy = createHaproxyReader(options);
  return {
    id: 'web',
    eventTypes: WEB_EVENT_TYPES,
    parse: (line, context, emit) => {
      if (line.charCodeAt(0) === BRACE) {
        const request = readJsonAccess(line, context.receivedAt, options.maxAheadMs);
        if (request === undefined) return 'unparsed';
        emitHttp(line, context, request, clientOf, emit);
        return 'event';
      }
      const parts = readAccessLine(line, context, clock);
      if (parts !== undefined) {
        emitRequest(line, context, parts, clientOf, emit);
        return 'event';
      }
      const proxied = line.includes(HAPROXY) ? haproxy(line, context.receivedAt) : undefined;
      if (proxied === undefined) return 'unparsed';
      emitHttp(line, context, proxied, clientOf, emit);
      return 'event';
    },
  };
};

const BRACE = 123;
const HAPROXY = 'haproxy';

type AccessLine = {
  readonly at: number;
  readonly ip: string | undefined;
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly request: string;
  readonly status: number | undefined;
  readonly size: number;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
  readonly forwardedFor: string | undefined;
};

const TIME_LENGTH = 26;

const readAccessLine = (line: string, context: LineContext, clock: LogClock): AccessLine | undefined => {
  const timeEnd = line.indexOf('] "');
  const timeStart = timeEnd - TIME_LENGTH;
  if (timeStart < 7 || line.charCodeAt(timeStart - 1) !== 91) return undefined;
  const at = clock.clf(line, timeStart, context.receivedAt);
  if (Number.isNaN(at)) return undefined;
  const who = readWho(line, timeStart - 2);
  if (who === undefined) return undefined;
  const requestStart = timeEnd + 3;
  const requestEnd = quoteEnd(line, requestStart);
  if (requestEnd < 0) {
    if (!context.isCut) return undefined;
    return { at, ...who, request: line.slice(requestStart), status: undefined, size: 0, referer: undefined, userAgent: undefined, forwardedFor: undefined };
  }
  return { at, ...who, request: line.slice(requestStart, requestEnd), ...readRest(line, requestEnd + 2) };
};

// `ADDRESS ident user` or `vhost[:port] ADDRESS ident user`, up to `end`.
const readWho = (line: string, end: number): Pick<AccessLine, 'ip' | 'host' | 'user'> | undefined => {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  if (first < 0 || second < 0 || second > end) return undefined;
  const ident = line.slice(first + 1, second);
  // A second word that is an address makes the first one the virtual host, even when a client asked for a host that looks like one.
  const ipOfSecond = ident === '-' ? undefined : addressOf(ident);
  if (ipOfSecond !== undefined) {
    const third = line.indexOf(' ', second + 1);
    if (third < 0 || third > end) return undefined;
    return { ip: ipOfSecond, host: line.slice(0, first), user: nameOf(line, third + 1, end) };
  }
  return { ip: addressOf(line.slice(0, first)), host: undefined, user: nameOf(line, second + 1, end) };
};

const nameOf = (line: string, start: number, end: number): string | undefined => {
  if (end - start === 1 && line.charCodeAt(start) === 45) return undefined;
  const name = unescapeLog(line.slice(start, end));
  return name === '' || name === '""' ? undefined : detach(name, line);
};

type Rest = Pick<AccessLine, 'status' | 'size' | 'referer' | 'userAgent' | 'forwardedFor'>;

// ` STATUS SIZE["REFERER" "AGENT"["FORWARDED"]]`, the first blank already passed.
const readRest = (line: string, start: number): Rest => {
  const statusEnd = blankAfter(line, start);
  const sizeEnd = blankAfter(line, statusEnd + 1);
  const status = numberIn(line, start, statusEnd);
  const referer = readQuoted(line, sizeEnd + 1);
  const agent = referer.end < 0 ? NOTHING : readQuoted(line, referer.end + 2);
  const forwarded = agent.end < 0 ? NOTHING : readQuoted(line, agent.end + 2);
  return {
    status: status >= 100 && status <= 999 ? status : undefined,
    size: Math.max(numberIn(line, statusEnd + 1, sizeEnd), 0),
    referer: referer.text,
    userAgent: agent.text,
    forwardedFor: forwarded.text,
  };
};

type Quoted = { readonly text: string | undefined; readonly end: number };

const NOTHING: Quoted = { text: undefined, end: -1 };

const readQuoted = (line: string, start: number): Quoted => {
  if (line.charCodeAt(start) !== 34) return NOTHING;
  const end = quoteEnd(line, start + 1);
  if (end < 0) return NOTHING;
  const isEmpty = end === start + 1 || (end === start + 2 && line.charCodeAt(start + 1) === 45);
  return { text: isEmpty ? undefined : line.slice(start + 1, end), end };
};

// The next quote with an even number of backslashes before it.
const quoteEnd = (line: string, start: number): number => {
  for (let at = line.indexOf('"', start); at >= 0; at = line.indexOf('"', at + 1)) {
    let slashes = 0;
    while (at - 1 - slashes >= start && line.charCodeAt(at - 1 - slashes) === 92) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return -1;
};

const blankAfter = (line: string, start: number): number => {
  const at = line.indexOf(' ', start);
  return at < 0 ? line.length : at;
};

const numberIn = (line: string, start: number, end: number): number => {
  if (end <= start || end - start > 15) return -1;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const code = line.charCodeAt(at);
    if (code < 48 || code > 57) return -1;
    value = value * 10 + code - 48;
  }
  return value;
};

const emitRequest = (line: string, context: LineContext, parts: AccessLine, clientOf: ClientOf | undefined, emit: (event: SecurityEvent) => void): void => {
  const { request } = parts;
  const blank = request.indexOf(' ');
  const last = request.lastIndexOf(' ');
  const hasProtocol = last > blank && request.startsWith('HTTP/', last + 1);
  const isRequest = blank > 0 && blank <= 32 && isMethod(request, blank);
  const referer = parts.referer === undefined ? undefined : unescapeLog(parts.referer);
  emitHttp(
    line,
    context,
    {
      at: parts.at,
      ip: parts.ip,
      host: parts.host,
      user: parts.user,
      request,
      method: isRequest ? request.slice(0, blank) : '',
      path: unescapeLog(isRequest ? request.slice(blank + 1, hasProtocol ? last : request.length) : request),
      protocol: hasProtocol ? request.slice(last + 1) : '',
      status: parts.status,
      size: parts.size,
      referer,
      userAgent: parts.userAgent === undefined ? undefined : unescapeLog(parts.userAgent),
      forwardedFor: parts.forwardedFor,
    },
    clientOf,
    emit,
  );
};

const isMethod = (request: string, end: number): boolean => {
  for (let at = 0; at < end; at += 1) {
    const code = request.charCodeAt(at);
    const isToken = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 45 || code === 95;
    if (!isToken) return false;
  }
  return true;
};
