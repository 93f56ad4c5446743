import { statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startServer } from '../../src/daemon/server.ts';
import { SecError } from '../../src/domain/errors.ts';
import { ROUTES, type Role, type RouteName, STREAM_PATH } from '../../src/protocol/routes.ts';
import { PROTOCOL_VERSION, type StreamMessage, streamMessage } from '../../src/protocol/schemas.ts';
import { sampleAlert, sampleApproval } from '../tui/samples.ts';
import { type Bench, createBench, FIRST } from './server-kit.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await createBench();
});
afterEach(() => bench.close());

const ID = '01K0000000000000000000000A';

/** An address of a route that its schema takes, and a body likewise. */
const sampleOf = (name: RouteName): { readonly path: string; readonly body: object | undefined } => {
  const filled = ROUTES[name].path.replace(':id', ID).replace(':mode', 'on').replace(':name', 'safe');
  return { path: filled, body: ROUTES[name].method === 'GET' ? undefined : (BODIES[name] ?? {}) };
};
const BODIES: { readonly [name in RouteName]?: object } = {
  setAlertStatus: { status: 'RESOLVED' },
  allowAdd: { address: '192.0.2.1' },
  allowRemove: { address: '192.0.2.1' },
};
const NAMES = Object.keys(ROUTES) as RouteName[];
const ORDER: readonly Role[] = ['viewer', 'operator', 'admin'];

describe('roles', () => {
  test.each(NAMES)('%s asks for its role, no less and no more', async (name) => {
    const { method, role } = ROUTES[name];
    const { path, body } = sampleOf(name);
    for (const [rank, has] of [[], ['viewer'], ['viewer', 'operator'], ['viewer', 'operator', 'admin']].entries()) {
      bench.setRoles(...(has as Role[]));
      const { status, json } = await bench.send(method, path, body);
      const isAllowed = rank > ORDER.indexOf(role);
      expect(json).toMatchObject({ code: isAllowed ? 'SEC_NOT_FOUND' : 'SEC_FORBIDDEN' });
      expect(status).toBe(isAllowed ? 404 : 403);
    }
    expect(bench.calls.filter((call) => call.name === name)).toHaveLength(4 - ORDER.indexOf(role) - 1);
  });

  test('a refusal names the role that is needed and the ones that are there', async () => {
    bench.setRoles('viewer');
    const { json } = await bench.send('POST', '/api/v1/shutdown', {});
    expect(json).toMatchObject({ code: 'SEC_FORBIDDEN', error: expect.stringContaining('shutdown needs the role admin; ops has viewer'), status: 403 });
    expect(json).toHaveProperty('hint');
  });

  test('the stream is for viewers', async () => {
    bench.setRoles();
    const { status, json } = await bench.send('GET', STREAM_PATH);
    expect(status).toBe(403);
    expect(json).toMatchObject({ code: 'SEC_FORBIDDEN' });
  });

  test('somebody who cannot be identified is nobody', async () => {
    await bench.close();
    bench = await createBench({ identify: () => Promise.reject(new SecError('SEC_UNAVAILABLE', 'the socket is closed')) });
    expect((await bench.send('GET', '/api/v1/status')).json).toMatchObject({ code: 'SEC_UNAVAILABLE' });
    expect(bench.calls).toEqual([]);
  });
});

describe('input', () => {
  test.each([
    ['a limit that is no number', 'GET', '/api/v1/alerts?limit=many', undefined, /query limit:/],
    ['a limit of zero', 'GET', '/api/v1/alerts?limit=0', undefined, /query limit:/],
    ['a limit without end', 'GET', '/api/v1/alerts?limit=1001', undefined, /query limit:/],
    ['a severity that is none', 'GET', '/api/v1/alerts?min_severity=high', undefined, /query min_severity:/],
    ['an id that is too short', 'GET', '/api/v1/alerts/abc', undefined, /path id:/],
    ['an id without end', 'GET', `/api/v1/alerts/${'a'.repeat(65)}`, undefined, /path id:/],
    ['a status that is none', 'PATCH', `/api/v1/alerts/${ID}`, { status: 'GONE' }, /body status:/],
    ['a reason without end', 'POST', `/api/v1/enforce/reject/${ID}`, { reason: 'x'.repeat(501) }, /body reason:/],
    ['a version that is no whole number', 'POST', `/api/v1/enforce/approve/${ID}`, { version: 1.5 }, /body version:/],
    ['a mode that is none', 'POST', '/api/v1/enforce/dry-run/maybe', {}, /path mode:/],
    ['a preset that is none', 'POST', '/api/v1/enforce/preset/extreme', {}, /path name:/],
    ['a body that is a list', 'POST', '/api/v1/enforce/cleanup', [], /body/],
    ['a body that is no JSON', 'POST', '/api/v1/enforce/cleanup', '{"reason":', /JSON/],
    ['a body that reaches for the prototype', 'POST', '/api/v1/enforce/cleanup', '{"__proto__":{"x":1}}', /not valid JSON/],
    ['a body that is too large', 'POST', '/api/v1/enforce/cleanup', { reason: 'x'.repeat(70_000) }, /too large/],
  ])('%s is refused, with where and what', async (_what, method, path, body, words) => {
    const { status, json } = await bench.send(method, path, body);
    expect(json).toMatchObject({ code: 'SEC_INPUT_INVALID', error: expect.stringMatching(words), status: 400 });
    expect(status).toBe(400);
    expect(bench.calls).toEqual([]);
    expect(bench.mutations).toEqual([]);
  });

  test('a body of another kind is refused', async () => {
    const { json } = await bench.send('POST', '/api/v1/enforce/cleanup', 'reason=x', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(json).toMatchObject({ code: 'SEC_INPUT_INVALID' });
  });

  test('defaults are filled in and words are made numbers before a handler sees them', async () => {
    bench.answer('history', async () => ({ records: [], count: 0 }));
    await bench.send('GET', '/api/v1/enforce/history?before=17&unknown=1');
    expect(bench.calls[0]?.input).toMatchObject({ query: { limit: 50, before: 17 }, caller: { actor: { name: 'ops', uid: 1000 } } });
    expect(bench.calls[0]?.input.query).not.toHaveProperty('unknown');
  });

  test.each([
    ['GET', '/'],
    ['GET', '/api/v1/nothing'],
    ['DELETE', '/api/v1/status'],
    ['GET', '/api/v1/../v1/../../etc/passwd'],
    ['GET', '/api/v1/%00'],
  ])('%s %s is no route', async (method, path) => {
    const { status, json } = await bench.send(method, path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(json).toMatchObject({ code: expect.stringMatching(/SEC_NOT_FOUND|SEC_INPUT_INVALID/) });
  });
});

describe('answers', () => {
  test('each carries the version of the protocol, and a change is told with who made it', async () => {
    bench.answer('dryRun', async () => ({ dry_run: true, previous: false }));
    const { status, json, headers } = await bench.send('POST', '/api/v1/enforce/dry-run/on', {});
    expect({ status, json }).toEqual({ status: 200, json: { dry_run: true, previous: false } });
    expect(headers['x-1sec-protocol']).toBe(String(PROTOCOL_VERSION));
    expect(bench.mutations).toEqual(['ops POST /api/v1/enforce/dry-run/:mode']);
  });

  test.each([
    ['SEC_NOT_FOUND', 404],
    ['SEC_AMBIGUOUS', 409],
    ['SEC_CONFLICT', 409],
    ['SEC_REFUSED', 422],
    ['SEC_STORE_FULL', 507],
    ['SEC_TIMEOUT', 500],
  ] as const)('%s of a handler is status %d with code and hint', async (code, status) => {
    bench.answer('status', () => Promise.reject(new SecError(code, 'because \u001b[2J')));
    const answer = await bench.send('GET', '/api/v1/status');
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ code, status, error: expect.stringContaining('because ␛[2J'), hint: expect.stringMatching(/\.$/) });
  });

  test('a bug of a handler is an internal error, and the next request is served', async () => {
    bench.answer('status', () => Promise.reject(new TypeError('undefined is not a function')));
    expect((await bench.send('GET', '/api/v1/status')).json).toMatchObject({ code: 'SEC_INTERNAL', status: 500 });
    bench.answer('health', async () => ({ status: 'healthy', timestamp: new Date(0).toISOString() }));
    expect((await bench.send('GET', '/health')).status).toBe(200);
  });
});

describe('the socket', () => {
  test('is for its owner and its group, and its directory is made', () => {
    expect(statSync(bench.socketPath).mode & 0o777).toBe(0o660);
  });

  test('a second server on it is told who has it, and the first goes on', async () => {
    await expect(bench.again()).rejects.toMatchObject({
      code: 'SEC_ALREADY_RUNNING',
      exitCode: 3,
      message: expect.stringContaining(`process ${process.pid} answers`),
    });
    expect((await bench.send('GET', '/health')).json).toMatchObject({ code: 'SEC_NOT_FOUND' });
  });

  test('one that a dead daemon left behind is taken over', async () => {
    const path = `${bench.socketPath}.dead`;
    const dead = createServerThatDies(path);
    await dead;
    expect(statSync(path).isSocket()).toBe(true);
    const other = await startServer({ ...minimal(), socketPath: path });
    await other.close();
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test.each(['file', 'link'])('a %s in its place is left alone and named', async (kind) => {
    const path = `${bench.socketPath}.${kind}`;
    writeFileSync(`${bench.socketPath}.target`, 'precious');
    if (kind === 'file') writeFileSync(path, 'precious');
    else symlinkSync(`${bench.socketPath}.target`, path);
    await expect(startServer({ ...minimal(), socketPath: path })).rejects.toMatchObject({
      code: 'SEC_SOCKET_UNUSABLE',
      message: expect.stringContaining(path),
    });
    expect(statSync(path).isFile()).toBe(true);
  });
});

const minimal = (): Parameters<typeof startServer>[0] => ({
  socketPath: '',
  groupId: undefined,
  hub: bench.hub,
  // No request is sent to it.
  handlers: {} as Parameters<typeof startServer>[0]['handlers'],
  status: () => {
    throw new Error('not asked');
  },
  identify: () => Promise.reject(new Error('not asked')),
  peerPid: async () => process.pid,
  onWatcher: () => undefined,
  onMutation: () => undefined,
});

/** Leaves a socket file that nobody answers on, as `kill -9` does. */
const createServerThatDies = async (path: string): Promise<void> => {
  const { execFileSync } = await import('node:child_process');
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  try {
    execFileSync(process.execPath, ['-e', script], { stdio: 'ignore' });
  } catch {
    // Killed: that is what it is for.
  }
};

/** A client of the stream that reads only when told to. */
const openStream = async (query = ''): Promise<{ readonly socket: Socket; readonly messages: () => readonly StreamMessage[] }> => {
  const socket = createConnection(bench.socketPath);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.on('error', () => undefined);
  socket.write(`GET ${STREAM_PATH}${query} HTTP/1.1\r\nhost: x\r\nx-1sec-client: tui\r\n\r\n`);
  const messages = (): readonly StreamMessage[] => [...text.matchAll(/^data: (.*)\n\r?\n/gm)].map(([, json = '']) => streamMessage.parse(JSON.parse(json)));
  await expect.poll(() => messages().length).toBeGreaterThan(0);
  return { socket, messages };
};

describe('the stream', () => {
  test('greets with the state of things, then tells what happens, in order', async () => {
    const { socket, messages } = await openStream();
    bench.hub.publish({ type: 'alert', alert: sampleAlert(1) });
    bench.hub.publish({ type: 'approval', approval: sampleApproval(1) });
    await expect.poll(() => messages().length).toBe(3);
    expect(messages().map(({ type, sequence }) => [type, sequence])).toEqual([
      ['hello', FIRST],
      ['alert', FIRST + 1],
      ['approval', FIRST + 2],
    ]);
    socket.destroy();
  });

  test('goes on after the message named, and anything but a number is taken for a newcomer', async () => {
    for (let index = 0; index < 4; index += 1) bench.hub.publish({ type: 'alert', alert: sampleAlert(index) });
    const resumed = await openStream(`?after=${FIRST + 2}`);
    await expect.poll(() => resumed.messages().map(({ sequence }) => sequence)).toEqual([FIRST + 4, FIRST + 3, FIRST + 4]);
    const odd = await openStream('?after=%1b%5bx');
    await delay(50);
    expect(odd.messages().map(({ type }) => type)).toEqual(['hello']);
    resumed.socket.destroy();
    odd.socket.destroy();
  });

  test('a client that does not read never holds up publishing or the others, and is told what it missed', async () => {
    const slow = await openStream();
    const fast = await openStream();
    slow.socket.pause();
    const alert = sampleAlert(1, { description: 'x'.repeat(20_000) });
    const started = performance.now();
    for (let index = 0; index < 200; index += 1) bench.hub.publish({ type: 'alert', alert });
    expect(performance.now() - started).toBeLessThan(2000);
    await expect.poll(() => fast.messages().length, { timeout: 5000 }).toBeGreaterThan(5);
    slow.socket.resume();
    await delay(300);
    bench.hub.publish({ type: 'alert', alert: sampleAlert(2) });
    await expect.poll(() => slow.messages().some(({ type }) => type === 'gap'), { timeout: 5000 }).toBe(true);
    const missed = slow.messages().reduce((sum, message) => sum + (message.type === 'gap' ? message.missed : 0), 0);
    expect(missed).toBeGreaterThan(50);
    expect(slow.messages().length - 2 + missed).toBe(201);
    slow.socket.destroy();
    fast.socket.destroy();
  });

  test('whoever watches is known by process, also through a second stream, until the last one ends', async () => {
    const one = await openStream();
    const two = await openStream();
    expect(bench.watchers.get(4711)).toBe(2);
    one.socket.destroy();
    await expect.poll(() => bench.watchers.get(4711)).toBe(1);
    two.socket.destroy();
    await expect.poll(() => bench.watchers.get(4711)).toBe(0);
  });

  test('clients that hang up while they are looked up leave nothing behind', async () => {
    await bench.close();
    bench = await createBench({
      identify: async () => {
        await delay(50);
        return { actor: { name: 'ops', uid: 0, pid: 5, via: 'api' }, roles: new Set<Role>(['viewer']) };
      },
    });
    for (let round = 0; round < 100; round += 1) {
      const socket = createConnection(bench.socketPath);
      socket.on('error', () => undefined);
      socket.write(`GET ${STREAM_PATH} HTTP/1.1\r\nhost: x\r\n\r\n`, () => socket.destroy());
    }
    await delay(400);
    expect(bench.watchers.get(5) ?? 0).toBe(0);
    const { socket } = await openStream();
    expect(bench.watchers.get(5)).toBe(1);
    socket.destroy();
  });

  test('the 65th at once is refused, and there is room again when one leaves', async () => {
    const streams = await Promise.all(Array.from({ length: 64 }, () => openStream()));
    expect((await bench.send('GET', STREAM_PATH)).json).toMatchObject({ code: 'SEC_UNAVAILABLE' });
    streams[0]?.socket.destroy();
    await expect.poll(() => bench.watchers.get(4711)).toBe(63);
    streams.push(await openStream());
    for (const { socket } of streams) socket.destroy();
  });

  test('closing the server ends open streams', async () => {
    const { socket } = await openStream();
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await bench.close();
    await ended;
    bench = await createBench();
  });
});

test('a hundred connections that speak no HTTP are dropped, and the next request is served', async () => {
  const junk = [
    '\u0016\u0003\u0001',
    'GET / HTTP/9.9\r\n\r\n',
    'x'.repeat(100_000),
    '\r\n\r\n\r\n',
    'POST /api/v1/shutdown HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n{',
  ];
  await Promise.all(
    Array.from(
      { length: 100 },
      (_, index) =>
        new Promise<void>((resolve) => {
          const socket = createConnection(bench.socketPath);
          socket.on('error', () => undefined);
          socket.on('close', () => resolve());
          socket.write(junk[index % junk.length] ?? '', () => setTimeout(() => socket.destroy(), 20));
        }),
    ),
  );
  expect((await bench.send('GET', '/health')).json).toMatchObject({ code: 'SEC_NOT_FOUND' });
  expect(bench.mutations).toEqual([]);
});
