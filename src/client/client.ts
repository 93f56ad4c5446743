import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Clock } from '../domain/clock.ts';
import { isErrorCode, messageOf, SecError } from '../domain/errors.ts';
import { ROUTES, type Route, type RouteInput, type RouteName, type RouteReply } from '../protocol/routes.ts';
import { errorJson, PROTOCOL_VERSION } from '../protocol/schemas.ts';
import type { Client } from './contract.ts';
import { runStream } from './stream.ts';

const MAX_REPLY = 32 * 1024 * 1024;
const TIMEOUT_MS = 15_000;
/** Cleanup and undo wait for the kernel; the rest answers at once. */
const SLOW: ReadonlySet<RouteName> = new Set(['cleanup', 'undo', 'undoMatching', 'approve', 'verifyHistory']);
const SLOW_TIMEOUT_MS = 120_000;

export type ClientOptions = {
  readonly socketPath: string;
  readonly clock: Clock;
  /** Named in the history beside the peer credentials: `cli`, `tui`. */
  readonly kind: 'cli' | 'tui' | 'api';
  /** Longest silence of the live stream before it counts as dead; for tests. */
  readonly silenceMs?: number | undefined;
};

/** A client on the daemon's socket. Nothing is opened before the first call. */
export const createClient = (options: ClientOptions): Client => ({
  call: (name, input) => call(options, name, input ?? {}),
  stream: (stream) => runStream(options, stream),
});

const call = async <Name extends RouteName>(options: ClientOptions, name: Name, input: RouteInput<Name>): Promise<RouteReply<Name>> => {
  const route: Route = ROUTES[name];
  const body = route.method === 'GET' ? undefined : JSON.stringify(input.body ?? {});
  const { status, text, protocol } = await exchange(options, route.method, pathOf(route, input), body, SLOW.has(name) ? SLOW_TIMEOUT_MS : TIMEOUT_MS);
  if (protocol !== undefined && protocol !== PROTOCOL_VERSION)
    throw new SecError('SEC_PROTOCOL', `expected version ${PROTOCOL_VERSION}, the daemon speaks ${protocol}`);
  const json = parseJson(text);
  if (status >= 400) throw errorFrom(json, status);
  const reply = route.reply.safeParse(json);
  if (!reply.success) throw new SecError('SEC_PROTOCOL', `${name}: ${reply.error.issues[0]?.path.join('.') ?? ''} ${reply.error.issues[0]?.message ?? ''}`);
  return reply.data as RouteReply<Name>;
};

const pathOf = (route: Route, input: { readonly params?: unknown; readonly query?: unknown }): string => {
  const params = Object.entries((input.params ?? {}) as { readonly [key: string]: unknown });
  const path = params.reduce((text, [key, value]) => text.replace(`:${key}`, encodeURIComponent(String(value))), route.path);
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries((input.query ?? {}) as { readonly [key: string]: unknown })) if (value !== undefined) query.set(key, String(value));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
};

type Exchange = { readonly status: number; readonly text: string; readonly protocol: number | undefined };

const exchange = (options: ClientOptions, method: string, path: string, body: string | undefined, timeoutMs: number): Promise<Exchange> =>
  new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        socketPath: options.socketPath,
        method,
        path,
        headers: {
          host: 'localhost',
          'x-1sec-client': options.kind,
          ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
        timeout: timeoutMs,
        // Each call is a connection of its own: a confirmation counts only from one that is newer than the change.
        agent: false,
      },
      (response) => {
        readAll(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, text, protocol: numberHeader(response.headers['x-1sec-protocol']) }),
          (problem: unknown) => reject(connectionError(problem, options.socketPath)),
        );
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new SecError('SEC_TIMEOUT', `no answer on ${options.socketPath} in ${timeoutMs / 1000} s`)));
    outgoing.once('error', (problem) => reject(connectionError(problem, options.socketPath)));
    outgoing.end(body);
  });

const numberHeader = (value: string | readonly string[] | undefined): number | undefined => (typeof value === 'string' ? Number(value) : undefined);

const readAll = async (response: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    const bytes = Buffer.from(part as Uint8Array);
    size += bytes.length;
    if (size > MAX_REPLY) throw new SecError('SEC_PROTOCOL', `the answer is larger than ${MAX_REPLY} bytes`);
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (problem) {
    throw new SecError('SEC_PROTOCOL', `expected JSON, got: ${text.slice(0, 80)}`, { cause: problem });
  }
};

const errorFrom = (json: unknown, status: number): SecError => {
  const parsed = errorJson.safeParse(json);
  if (!parsed.success) return new SecError('SEC_PROTOCOL', `status ${status} without an error`);
  const code = isErrorCode(parsed.data.code) ? parsed.data.code : 'SEC_INTERNAL';
  const own = new SecError(code).message;
  return new SecError(code, parsed.data.error.startsWith(own) ? parsed.data.error.slice(own.length).trim() : parsed.data.error);
};

/** What a failed connection means to a person. */
export const connectionError = (problem: unknown, socketPath: string): SecError => {
  if (problem instanceof SecError) return problem;
  const code = typeof problem === 'object' && problem !== null && 'code' in problem ? String(problem.code) : '';
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return new SecError('SEC_NOT_RUNNING', `nothing listens on ${socketPath}`, { cause: problem });
  if (code === 'EACCES' || code === 'EPERM') return new SecError('SEC_FORBIDDEN', `no access to ${socketPath}`, { cause: problem });
  return new SecError('SEC_NOT_RUNNING', `${socketPath}: ${messageOf(problem)}`, { cause: problem });
};
