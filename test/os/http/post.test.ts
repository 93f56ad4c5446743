import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createPoster, type PosterOptions, type PostRequest } from '../../../src/os/http/post.ts';

const open: (Server | ReturnType<typeof createTcp>)[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of open.splice(0)) server.close();
});

const listen = async (server: Server | ReturnType<typeof createTcp>): Promise<number> => {
  open.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
const http = (answer: RequestListener): Promise<number> => listen(createHttp(answer));
const raw = (answer: (socket: Socket) => void): Promise<number> =>
  listen(
    createTcp((socket) => {
      socket.on('error', () => undefined); // the poster hangs up: that is the point
      socket.once('data', () => answer(socket));
    }),
  );
const post = (port: number, more: Partial<PostRequest> = {}, options: Partial<PosterOptions> = {}) =>
  createPoster({ now: () => 0, timeoutMs: 2000, ...options })({
    url: `http://127.0.0.1:${port}/hook`,
    headers: { 'x-test': '1' },
    body: 'hello é',
    allowPrivate: true,
    ...more,
  });

describe('a POST', () => {
  test('arrives whole, and its status comes back', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const port = await http(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      seen.push({ request, body });
      response.writeHead(204).end();
    });
    expect(await post(port)).toEqual({ isAnswer: true, status: 204, retryAfterMs: undefined });
    expect(seen).toMatchObject([
      { body: 'hello é', request: { method: 'POST', url: '/hook', headers: { 'x-test': '1', host: `127.0.0.1:${port}`, connection: 'close' } } },
    ]);
  });

  test.each([
    ['120', 120_000],
    ['Thu, 01 Jan 1970 00:00:30 GMT', 30_000],
    ['-5', undefined],
    ['999999999', 86_400_000],
    ['1e9', undefined],
    [`1${'0'.repeat(5000)}`, undefined],
  ])('Retry-After %s', async (header, ms) => {
    const port = await http((_request, response) => void response.writeHead(429, { 'retry-after': header }).end());
    expect(await post(port)).toEqual({ isAnswer: true, status: 429, retryAfterMs: ms });
  });

  test('never follows a redirect', async () => {
    let hits = 0;
    const port = await http((_request, response) => {
      hits += 1;
      response.writeHead(302, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
    });
    expect(await post(port)).toMatchObject({ status: 302 });
    expect(hits).toBe(1);
  });
});

describe('a hostile receiver', () => {
  test('that never stops talking is left after 64 KiB', async () => {
    let sent = 0;
    const port = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n');
      const more = (): void => {
        for (let room = true; room && !socket.destroyed && sent < 500_000_000; sent += 65_536) room = socket.write(Buffer.alloc(65_536, 97));
      };
      socket.on('drain', more);
      more();
    });
    expect(await post(port)).toMatchObject({ status: 200 });
    expect(sent).toBeLessThan(20_000_000);
  });

  test.each([
    ['is silent', () => undefined, 'no answer within 0.3 s'],
    ['hangs up', (socket: Socket) => socket.destroy(), 'it closed the connection'],
    ['speaks no HTTP', (socket: Socket) => socket.end('SSH-2.0-x\r\n'), 'its answer is not HTTP'],
    ['sends headers without end', (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(200_000)}`), 'its answer is not HTTP'],
    [
      'sends a header with a line break in it',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nretry-after: 1\r\n\u0000x: y\r\n\r\n'),
      'its answer is not HTTP',
    ],
    ['drips its head', (socket: Socket) => void setInterval(() => socket.write('H'), 50).unref(), /no answer within 0.3 s|its answer is not HTTP/],
  ])('that %s costs no more than the time-out', async (_what, answer, reason) => {
    const reply = await post(await raw(answer as (socket: Socket) => void), {}, { timeoutMs: 300 });
    expect(reply).toEqual({ isAnswer: false, reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) });
  });

  test('that sends one informational answer after the other is left at the time-out', async () => {
    const port = await raw((socket) => void setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20).unref());
    expect(await post(port, {}, { timeoutMs: 300 })).toEqual({ isAnswer: false, reason: 'no answer within 0.3 s' });
  });

  test('an answer whose body breaks off counts by its status', async () => {
    const port = await raw((socket) => socket.end('HTTP/1.1 202 Accepted\r\ncontent-length: 500\r\n\r\nhalf'));
    expect(await post(port)).toMatchObject({ isAnswer: true, status: 202 });
  });
});

describe('whom it talks to', () => {
  const INSIDE = [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '::1',
    'fe80::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '0.0.0.0',
  ];
  const REFUSED = { isAnswer: false, reason: 'its address is not of the public internet (allow_private is off)' };

  test.each(INSIDE)('a name that leads to %s is refused without a connection', async (address) => {
    let hits = 0;
    const port = await listen(createTcp(() => (hits += 1)));
    expect(await post(port, { url: `http://hooks.example:${port}/`, allowPrivate: false }, { resolve: async () => [address] })).toEqual(REFUSED);
    expect(hits).toBe(0);
  });

  test.each(['http://127.0.0.1', 'http://[::1]', 'http://2130706433', 'http://0x7f.1', 'http://0177.0.0.1', 'http://[::ffff:127.0.0.1]'])(
    'the literal %s is refused',
    async (url) => {
      let hits = 0;
      const port = await listen(createTcp(() => (hits += 1)));
      expect(await post(port, { url: `${url}:${port}/`, allowPrivate: false })).toEqual(REFUSED);
      expect(hits).toBe(0);
    },
  );

  test('a name is looked up once, and of its addresses only the public ones are tried', async () => {
    let hits = 0;
    let lookups = 0;
    const port = await listen(createTcp(() => (hits += 1)));
    const resolve = async (): Promise<readonly string[]> => {
      lookups += 1;
      // Rebinding: a second answer would lead inside.
      return lookups === 1 ? ['240.0.0.1', '127.0.0.1', '::1'] : ['127.0.0.1'];
    };
    expect(await post(port, { url: `http://hooks.example:${port}/`, allowPrivate: false }, { resolve })).toEqual(REFUSED);
    const mixed = await post(
      port,
      { url: `http://hooks.example:${port}/`, allowPrivate: false },
      { resolve: async () => ['8.8.8.8', '127.0.0.1'], timeoutMs: 200 },
    );
    expect(mixed.isAnswer).toBe(false);
    expect([lookups, hits]).toEqual([1, 0]);
  });

  test('a name server that changes its mind between check and connection gains nothing', async () => {
    let hits = 0;
    const port = await listen(createTcp(() => (hits += 1)));
    let lookups = 0;
    const resolve = async (): Promise<readonly string[]> => {
      lookups += 1;
      return [lookups % 2 === 1 ? '8.8.8.8' : '127.0.0.1'];
    };
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => post(port, { url: `http://hooks.example:${port}/`, allowPrivate: false }, { resolve, timeoutMs: 200 })),
    );
    expect(replies.every(({ isAnswer }) => !isAnswer)).toBe(true);
    expect([lookups, hits]).toEqual([6, 0]);
  });

  test('with allow_private the same name is fine', async () => {
    const port = await http((_request, response) => void response.writeHead(200).end());
    expect(await post(port, { url: `http://hooks.example:${port}/` }, { resolve: async () => ['127.0.0.1'] })).toMatchObject({ status: 200 });
  });

  test('no words name the address: it is a secret', async () => {
    const port = await http(() => undefined);
    open.pop()?.close();
    for (const socket of sockets) socket.destroy();
    const refused = await post(port, { url: `http://127.0.0.1:${port}/swordfish` });
    const unknown = await post(port, { url: `http://swordfish.example/` }, { resolve: async () => [] });
    const broken = await post(port, { url: 'swordfish' });
    expect([refused, unknown, broken]).toEqual([
      { isAnswer: false, reason: 'nobody listens there' },
      { isAnswer: false, reason: 'its name is not known' },
      { isAnswer: false, reason: 'its address is not a URL' },
    ]);
  });

  test('at most two names are looked up at a time', async () => {
    let running = 0;
    let most = 0;
    const send = createPoster({
      now: () => 0,
      timeoutMs: 2000,
      resolve: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((done) => setTimeout(done, 20));
        running -= 1;
        return [];
      },
    });
    await Promise.all(Array.from({ length: 8 }, () => send({ url: 'http://hooks.example/', headers: {}, body: '', allowPrivate: true })));
    expect(most).toBe(2);
  });
});

test('an abort ends it at once', async () => {
  const port = await raw(() => undefined);
  const stop = new AbortController();
  const began = performance.now();
  setTimeout(() => stop.abort(), 30);
  expect(await createPoster({ now: () => 0 })({ url: `http://127.0.0.1:${port}/`, headers: {}, body: '', allowPrivate: true }, stop.signal)).toEqual({
    isAnswer: false,
    reason: 'stopped',
  });
  expect(performance.now() - began).toBeLessThan(1000);
});
