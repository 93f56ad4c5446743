import type { Details } from '../../../domain/event.ts';
import { addressOf } from './address.ts';
import type { HttpRequest } from './http-event.ts';
import { DAY_MS } from './options.ts';

/**
 * The request of an access log in JSON: Caddy (`request` object, `status`) or Traefik (`ClientHost`, `RequestMethod`). Undefined for
 * any other JSON. The address is the one the server saw; what a client sent is only in its own members.
 */
export const readJsonAccess = (line: string, receivedAt: number, maxAheadMs = DAY_MS): HttpRequest | undefined => {
  if (!line.includes('"request"') && !line.includes('"RequestMethod"')) return undefined;
  const fields = objectOf(line);
  if (fields === undefined) return undefined;
  const parts = isObject(fields['request']) ? readCaddy(fields, fields['request'], receivedAt) : readTraefik(fields, receivedAt);
  if (parts === undefined) return undefined;
  return parts.at > receivedAt + maxAheadMs ? { ...parts, at: receivedAt } : parts;
};

const readCaddy = (fields: Details, request: Details, receivedAt: number): HttpRequest | undefined => {
  const method = text(request, 'method');
  const path = text(request, 'uri');
  if (path === '' || method === '' || statusOf(fields['status']) === undefined) return undefined;
  const headers = isObject(request['headers']) ? request['headers'] : {};
  return {
    at: timeOf(fields['ts'], receivedAt),
    ip: addressOf(text(request, 'remote_ip') || withoutPort(text(request, 'remote_addr'))),
    host: text(request, 'host') || undefined,
    user: text(fields, 'user_id') || undefined,
    ...requestLine(method, path, text(request, 'proto')),
    status: statusOf(fields['status']),
    size: sizeOf(fields['size']),
    referer: headerOf(headers, 'Referer'),
    userAgent: headerOf(headers, 'User-Agent'),
    forwardedFor: headerOf(headers, 'X-Forwarded-For'),
  };
};

const readTraefik = (fields: Details, receivedAt: number): HttpRequest | undefined => {
  const method = text(fields, 'RequestMethod');
  const path = text(fields, 'RequestPath');
  if (method === '' || path === '' || fields['ClientHost'] === undefined) return undefined;
  return {
    // `time` is when the line was written, for old versions that leave out the other.
    at: timeOf(fields['StartUTC'] ?? fields['time'], receivedAt),
    ip: addressOf(withoutPort(text(fields, 'ClientAddr')) || text(fields, 'ClientHost')),
    host: text(fields, 'RequestHost') || undefined,
    user: named(text(fields, 'ClientUsername')),
    ...requestLine(method, path, text(fields, 'RequestProtocol')),
    status: statusOf(fields['DownstreamStatus']),
    size: sizeOf(fields['DownstreamContentSize']),
    referer: named(text(fields, 'request_Referer')),
    userAgent: named(text(fields, 'request_User-Agent')),
    forwardedFor: named(text(fields, 'request_X-Forwarded-For')),
  };
};

const requestLine = (method: string, path: string, protocol: string): Pick<HttpRequest, 'request' | 'method' | 'path' | 'protocol'> => ({
  request: `${method} ${path} ${protocol}`.trimEnd(),
  method: method.length <= MAX_METHOD ? method : '',
  path,
  protocol,
});

const MAX_METHOD = 32;

const objectOf = (line: string): Details | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    // Cut or no JSON at all: not a line of this family.
    return undefined;
  }
};

// A decoder: what JSON.parse gives for an object is unknown members under names.
const isObject = (value: unknown): value is Details => typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (fields: Details, key: string): string => {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return typeof value === 'string' ? value : '';
};

const named = (value: string): string | undefined => (value === '' || value === '-' ? undefined : value);

// A list of the values; several of one header mean what they mean joined.
const headerOf = (headers: Details, name: string): string | undefined => {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  const values = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  return values.length === 0 ? undefined : values.join(', ');
};

const withoutPort = (address: string): string => {
  const port = address.lastIndexOf(':');
  return port < 0 ? address : address.slice(0, port);
};

const statusOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 999 ? value : undefined;
const sizeOf = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0);

// RFC 3339, or seconds since the epoch.
const timeOf = (value: unknown, receivedAt: number): number => {
  const at =
    typeof value === 'number' ? Math.trunc(value < 1e11 ? value * 1000 : value) : typeof value === 'string' ? Date.parse(value.slice(0, 40)) : Number.NaN;
  return at > 0 && Number.isSafeInteger(at) ? at : receivedAt;
};
