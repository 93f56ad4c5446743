import type { SecurityEvent } from '../../../domain/event.ts';
import type { Severity } from '../../../domain/severity.ts';
import type { LineContext } from '../../contract.ts';
import type { ClientOf } from './client-address.ts';
import { eventIdOf } from './event-id.ts';

/** One request as a server logged it. Texts are those of the client, escapes undone. */
export type HttpRequest = {
  readonly at: number;
  /** Who connected to the server. */
  readonly ip: string | undefined;
  readonly host: string | undefined;
  readonly user: string | undefined;
  /** The request line as it came, for the summary. */
  readonly request: string;
  /** Empty when it is no request. */
  readonly method: string;
  readonly path: string;
  readonly protocol: string;
  readonly status: number | undefined;
  readonly size: number;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
  readonly forwardedFor: string | undefined;
};

/**
 * Gives an `http_request`, and an `http_response` when the status is 400 or more. Behind a trusted proxy the source is the client it
 * names; when it names none, the proxy stays the source and `only_proxy_known` says that it did not ask for itself.
 */
export const emitHttp = (
  line: string,
  context: LineContext,
  parts: HttpRequest,
  clientOf: ClientOf | undefined,
  emit: (event: SecurityEvent) => void,
): void => {
  const { request, status, user, method, path } = parts;
  const client = clientOf === undefined || parts.ip === undefined ? undefined : clientOf(parts.ip, parts.forwardedFor);
  const ip = client === undefined ? parts.ip : client.ip;
  const mark = path.indexOf('?');
  const id = eventIdOf(context.source, context.position, parts.at);
  const summary = request.length > MAX_SUMMARY ? request.slice(0, MAX_SUMMARY) : request;
  const details: { [key: string]: unknown } = {
    method,
    path,
    query: mark < 0 ? '' : path.slice(mark + 1),
    protocol: parts.protocol,
    status_code: status,
    response_size: parts.size,
    user_id: user,
    referer: parts.referer,
    host: parts.host,
    forwarded_for: parts.forwardedFor,
    is_malformed: method === '',
  };
  if (client !== undefined) addProxy(details, parts.ip, client.isOnlyProxy);
  const event: SecurityEvent = {
    id,
    at: parts.at,
    source: context.source,
    observer: undefined,
    module: 'nginx',
    type: 'http_request',
    severity: severityOf(status),
    summary,
    details,
    raw: line,
    sourceIp: ip,
    userAgent: parts.userAgent,
    entities: { ip, user },
    trust: 'sensor',
  };
  emit(event);
  if (status === undefined || status < 400) return;
  const response: { [key: string]: unknown } = { status_code: status, method, path, response_size: parts.size, user_id: user, host: parts.host };
  if (client !== undefined) addProxy(response, parts.ip, client.isOnlyProxy);
  emit({ ...event, id: `${id}.2`, type: 'http_response', details: response });
};

const MAX_SUMMARY = 256;

const addProxy = (details: { [key: string]: unknown }, proxy: string | undefined, isOnlyProxy: boolean): void => {
  details['proxy'] = proxy;
  if (isOnlyProxy) details['only_proxy_known'] = true;
};

const severityOf = (status: number | undefined): Severity => (status === undefined || status < 400 ? 'INFO' : status < 500 ? 'LOW' : 'MEDIUM');
