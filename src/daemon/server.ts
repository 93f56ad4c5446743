import { chmod, chown, lstat, mkdir, rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { dirname } from 'node:path';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ERROR_CATALOGUE, type ErrorCode, messageOf, SecError, toSecError } from '../domain/errors.ts';
import { ROUTES, type Route, type RouteName, STREAM_PATH } from '../protocol/routes.ts';
import { PROTOCOL_VERSION, type StatusJson, type StreamMessage } from '../protocol/schemas.ts';
import type { Caller, Handlers } from './api.ts';
import type { Hub } from './hub.ts';

const BODY_LIMIT = 64 * 1024;
/** Bytes a slow client may leave unread before messages are dropped for it. */
const CLIENT_BUFFER = 256 * 1024;
const MAX_STREAMS = 64;
/** Connections at once: descriptors are the daemon's to read logs with. */
const MAX_CONNECTIONS = 256;
/** A connection that asks nothing for so long gives up its place; looked at every few seconds. */
const SILENT_MS = 5000;

export type ServerOptions = {
  readonly socketPath: string;
  /** Group that owns the socket beside root; undefined = none. */
  readonly groupId: number | undefined;
  readonly handlers: Handlers;
  readonly hub: Hub;
  readonly status: () => StatusJson;
  /** Peer credentials → who, and what they may do. */
  readonly identify: (socket: Socket, client: string) => Promise<Caller>;
  /** Process that listens at the other end of a socket. */
  readonly peerPid: (socket: Socket) => Promise<number>;
  /** A client that watches the stream: its session is an operator's. */
  readonly onWatcher: (pid: number, isThere: boolean) => void;
  readonly onMutation: (caller: Caller, what: string) => void;
};

export type Server = { readonly close: () => Promise<void> };

/** Listens on the Unix socket (0660). Rejects with SEC_ALREADY_RUNNING when somebody answers there already. */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  await claimSocket(options.socketPath, options.peerPid);
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    requestTimeout: 0,
    http: { headersTimeout: SILENT_MS, connectionsCheckingInterval: SILENT_MS / 2 },
  });
  // Lines reach their handler as they are: it says which of them is not an event.
  app.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, (_request, body, done) => done(null, { ndjson: body }));
  app.server.maxConnections = MAX_CONNECTIONS;
  const connections = countConnections(app);
  app.setErrorHandler((problem, _request, reply) => sendError(reply, asSecError(problem)));
  app.setNotFoundHandler((request, reply) => sendError(reply, new SecError('SEC_NOT_FOUND', `no route ${request.method} ${request.url}`)));
  for (const name of Object.keys(ROUTES) as RouteName[]) addRoute(app, name, options, connections);
  addStream(app, options);
  await listen(app, options).catch((problem: unknown) => {
    throw new SecError('SEC_SOCKET_UNUSABLE', `${options.socketPath}: ${messageOf(problem)}`, { cause: problem });
  });
  return {
    close: async () => {
      await app.close();
      await rm(options.socketPath, { force: true });
    },
  };
};

const listen = async (app: FastifyInstance, options: ServerOptions): Promise<void> => {
  const before = process.umask(0o117);
  try {
    await app.listen({ path: options.socketPath });
  } finally {
    process.umask(before);
  }
  await chmod(options.socketPath, 0o660);
  if (options.groupId !== undefined) await chown(options.socketPath, 0, options.groupId);
};

const claimSocket = async (path: string, peerPid: ServerOptions['peerPid']): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 }).catch((problem: unknown) => {
    throw new SecError('SEC_SOCKET_UNUSABLE', `${path}: ${messageOf(problem)}`, { cause: problem });
  });
  const owner = await ownerOf(path, peerPid);
  if (owner !== undefined) throw new SecError('SEC_ALREADY_RUNNING', `process ${owner} answers on ${path}`);
  const found = await lstat(path).catch(() => undefined); // nothing there is the usual case
  if (found !== undefined && !found.isSocket()) throw new SecError('SEC_SOCKET_UNUSABLE', `${path}: expected a socket or nothing, got another kind of file`);
  await rm(path, { force: true });
};

/** Who listens there: a process id, `unknown`, or undefined when nobody does. */
const ownerOf = (path: string, peerPid: ServerOptions['peerPid']): Promise<number | 'unknown' | undefined> =>
  new Promise((resolve) => {
    const probe = createConnection(path);
    const settle = (owner: number | 'unknown' | undefined) => {
      resolve(owner);
      probe.destroy();
    };
    probe.once('connect', () => {
      peerPid(probe).then(settle, () => settle('unknown'));
    });
    probe.once('error', (problem: NodeJS.ErrnoException) => settle(problem.code === 'EACCES' || problem.code === 'EAGAIN' ? 'unknown' : undefined));
  });

type Connections = (socket: Socket) => NonNullable<Caller['connection']>;

const countConnections = (app: FastifyInstance): Connections => {
  const numbers = new WeakMap<Socket, number>();
  let newest = 0;
  app.server.on('connection', (socket: Socket) => {
    newest += 1;
    numbers.set(socket, newest);
  });
  return (socket) => ({ number: numbers.get(socket) ?? 0, newest });
};

const addRoute = (app: FastifyInstance, name: RouteName, options: ServerOptions, connections: Connections): void => {
  const route: Route = ROUTES[name];
  // The table and the handlers are keyed alike (type Handlers); inside the loop the compiler cannot follow one name.
  const handler = options.handlers[name] as (input: unknown) => Promise<unknown>;
  app.route({
    method: route.method,
    url: route.path,
    ...(route.maxBytes === undefined ? {} : { bodyLimit: route.maxBytes }),
    handler: async (request, reply) => {
      const caller = await identify(request, options);
      if (!caller.roles.has(route.role))
        throw new SecError('SEC_FORBIDDEN', `${name} needs the role ${route.role}; ${caller.actor.name} has ${[...caller.roles].join(', ') || 'none'}`);
      const input = {
        params: parse(route.params, request.params, 'path'),
        query: parse(route.query, request.query, 'query'),
        body: parse(route.body, request.body ?? {}, 'body'),
        caller: { ...caller, connection: connections(request.raw.socket) },
      };
      if (route.method !== 'GET') options.onMutation(caller, `${route.method} ${route.path}`);
      return reply.header('x-1sec-protocol', PROTOCOL_VERSION).send(await handler(input));
    },
  });
};

const identify = (request: FastifyRequest, options: ServerOptions): Promise<Caller> =>
  options.identify(request.raw.socket, String(request.headers['x-1sec-client'] ?? 'api').slice(0, 16));

const parse = (schema: Route['params'], value: unknown, where: string): unknown => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new SecError('SEC_INPUT_INVALID', `${where} ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
};

const addStream = (app: FastifyInstance, options: ServerOptions): void => {
  let open = 0;
  app.get(STREAM_PATH, async (request, reply) => {
    const caller = await identify(request, options);
    if (!caller.roles.has('viewer')) throw new SecError('SEC_FORBIDDEN', 'the stream needs the role viewer');
    if (open >= MAX_STREAMS) throw new SecError('SEC_UNAVAILABLE', `${MAX_STREAMS} streams are open already`);
    const after = Number(new URLSearchParams(request.url.split('?')[1] ?? '').get('after') ?? Number.NaN);
    reply.hijack();
    const response = reply.raw;
    // A client that is gone is told by its socket; a write that comes too late is no news.
    response.on('error', () => undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-1sec-protocol': PROTOCOL_VERSION });
    open += 1;
    const push = (message: StreamMessage): boolean => {
      if (response.writableLength > CLIENT_BUFFER) return false;
      response.write(`id: ${message.sequence}\nevent: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`);
      return true;
    };
    push({ type: 'hello', sequence: options.hub.sequence(), protocol: PROTOCOL_VERSION, status: options.status() });
    const watcher = caller.actor.pid;
    if (watcher !== undefined) options.onWatcher(watcher, true);
    const unsubscribe = options.hub.subscribe({ push }, Number.isFinite(after) ? after : undefined);
    const leave = (): void => {
      open -= 1;
      unsubscribe();
      if (watcher !== undefined) options.onWatcher(watcher, false);
    };
    const { socket } = request.raw;
    // Gone while it was identified: its close event is over.
    if (socket.destroyed) leave();
    else socket.once('close', leave);
  });
};

const STATUS: { readonly [code in ErrorCode]?: number } = {
  SEC_FORBIDDEN: 403,
  SEC_NOT_FOUND: 404,
  SEC_AMBIGUOUS: 409,
  SEC_CONFLICT: 409,
  SEC_CONFIRM: 428,
  SEC_INPUT_INVALID: 400,
  SEC_REFUSED: 422,
  SEC_UNAVAILABLE: 501,
  SEC_VERIFY_FAILED: 502,
  SEC_STORE_FULL: 507,
};

const asSecError = (problem: unknown): SecError => {
  if (problem instanceof SecError) return problem;
  const status = typeof problem === 'object' && problem !== null && 'statusCode' in problem ? Number(problem.statusCode) : 500;
  return status >= 400 && status < 500 ? new SecError('SEC_INPUT_INVALID', messageOf(problem)) : toSecError(problem);
};

const sendError = (reply: FastifyReply, problem: SecError): FastifyReply =>
  reply
    .status(STATUS[problem.code] ?? 500)
    .send({ error: problem.message, code: problem.code, hint: ERROR_CATALOGUE[problem.code].hint, status: STATUS[problem.code] ?? 500 });
