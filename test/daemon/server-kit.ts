import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Caller, HandlerInput, Handlers } from '../../src/daemon/api.ts';
import { createHub, type Hub } from '../../src/daemon/hub.ts';
import { type Server, startServer } from '../../src/daemon/server.ts';
import { SecError } from '../../src/domain/errors.ts';
import { peerCredentials } from '../../src/os/peer-credentials.ts';
import { ROUTES, type Role, type RouteName, type RouteReply } from '../../src/protocol/routes.ts';
import { sampleStatus } from '../tui/samples.ts';

export const FIRST = 1_700_000_000_000;

export type Answer = { readonly status: number; readonly json: unknown; readonly headers: { readonly [name: string]: unknown } };

/** A server on a real socket whose handlers do what the test says and remember what they were given. */
export type Bench = {
  readonly socketPath: string;
  readonly hub: Hub;
  readonly calls: readonly { readonly name: RouteName; readonly input: HandlerInput<RouteName> }[];
  readonly mutations: readonly string[];
  readonly watchers: ReadonlyMap<number, number>;
  /** Roles of everybody who calls from now on. */
  readonly setRoles: (...roles: readonly Role[]) => void;
  readonly answer: <Name extends RouteName>(name: Name, reply: () => Promise<RouteReply<Name>>) => void;
  readonly send: (method: string, path: string, body?: string | object, headers?: { readonly [name: string]: string }) => Promise<Answer>;
  /** A second server on the same socket. */
  readonly again: () => Promise<Server>;
  readonly close: () => Promise<void>;
};

/** Starts one in a directory of its own; `close` leaves nothing behind. */
export const createBench = async (options: { readonly identify?: (client: string) => Promise<Caller> } = {}): Promise<Bench> => {
  const directory = mkdtempSync(join(tmpdir(), 'onesec-server-'));
  const socketPath = join(directory, 'run', '1sec.sock');
  const hub = createHub(FIRST);
  const calls: { readonly name: RouteName; readonly input: HandlerInput<RouteName> }[] = [];
  const mutations: string[] = [];
  const watchers = new Map<number, number>();
  const answers = new Map<RouteName, () => Promise<unknown>>();
  let roles: readonly Role[] = ['viewer', 'operator', 'admin'];
  const names = Object.keys(ROUTES) as RouteName[];
  const handlers = Object.fromEntries(
    names.map((name) => [
      name,
      async (input: HandlerInput<RouteName>) => {
        calls.push({ name, input });
        const answer = answers.get(name);
        if (answer === undefined) throw new SecError('SEC_NOT_FOUND', `no answer for ${name}`);
        return answer();
      },
    ]),
    // The table of routes names every handler: this is the fake's border.
  ) as unknown as Handlers;
  const start = (): Promise<Server> =>
    startServer({
      socketPath,
      groupId: undefined,
      hub,
      handlers,
      status: () => sampleStatus(),
      identify: (_socket, client) =>
        options.identify?.(client) ??
        Promise.resolve({ actor: { name: 'ops', uid: 1000, pid: 4711, via: client === 'tui' ? 'tui' : 'api' }, roles: new Set(roles) }),
      peerPid: async (socket) => (await peerCredentials(socket)).pid,
      onWatcher: (pid, isThere) => watchers.set(pid, (watchers.get(pid) ?? 0) + (isThere ? 1 : -1)),
      onMutation: (caller, what) => mutations.push(`${caller.actor.name} ${what}`),
    });
  const server = await start();
  return {
    socketPath,
    hub,
    calls,
    mutations,
    watchers,
    setRoles: (...next) => {
      roles = next;
    },
    answer: (name, reply) => {
      answers.set(name, reply);
    },
    send: (method, path, body, headers = {}) => exchange(socketPath, method, path, body, headers),
    again: start,
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const exchange = (
  socketPath: string,
  method: string,
  path: string,
  body: string | object | undefined,
  headers: { readonly [name: string]: string },
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const outgoing = request(
      { socketPath, method, path, headers: { host: 'x', ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers } },
      (response) => {
        let answer = '';
        response.on('data', (chunk: Buffer) => {
          answer += chunk.toString();
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, json: answer === '' ? undefined : JSON.parse(answer), headers: response.headers }),
        );
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
