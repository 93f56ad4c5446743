import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectionError, createClient } from '../../src/client/client.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import { ERROR_CATALOGUE, type ErrorCode, SecError } from '../../src/domain/errors.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/schemas.ts';
import { type Bench, createBench } from '../daemon/server-kit.ts';
import { sampleAlert, sampleStatus } from '../tui/samples.ts';

const clock = createManualClock(0);

describe('calls to a daemon', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench();
  });
  afterEach(() => bench.close());
  const client = () => createClient({ socketPath: bench.socketPath, clock, kind: 'tui' });

  test('an answer is what the route says it is, and the daemon knows the kind of client', async () => {
    bench.answer('status', async () => sampleStatus());
    expect(await client().call('status')).toEqual(sampleStatus());
    expect(bench.calls[0]?.input.caller.actor.via).toBe('tui');
  });

  test('parameters, query and body reach their places, hostile characters too', async () => {
    bench.answer('alerts', async () => ({ alerts: [], total: 0 }));
    await client().call('alerts', { query: { limit: 7, module: 'a&b=c#?/%', ip: undefined } });
    expect(bench.calls[0]?.input.query).toEqual({ limit: 7, module: 'a&b=c#?/%' });
    await expect(client().call('alert', { params: { id: '../../health?x=1#\u001b' } })).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
    expect(bench.calls[1]).toMatchObject({ name: 'alert', input: { params: { id: '../../health?x=1#\u001b' } } });
    bench.answer('dryRun', async () => ({ dry_run: true, previous: false }));
    await client().call('dryRun', { params: { mode: 'on' }, body: { reason: 'für später ✓' } });
    expect(bench.calls[2]?.input.body).toEqual({ reason: 'für später ✓', no_rollback: false });
  });

  test.each(Object.keys(ERROR_CATALOGUE) as ErrorCode[])('%s comes through with its words, once', async (code) => {
    bench.answer('status', () => Promise.reject(new SecError(code, 'because of this')));
    const problem = await client()
      .call('status')
      .catch((thrown: unknown) => thrown);
    expect(problem).toBeInstanceOf(SecError);
    expect(problem).toMatchObject({ code, message: `${ERROR_CATALOGUE[code].message} because of this`, exitCode: ERROR_CATALOGUE[code].exit });
  });

  test('an answer that is not what the route says is not passed on', async () => {
    bench.answer('status', async () => ({ ...sampleStatus(), pid: 'many' as unknown as number }));
    await expect(client().call('status')).rejects.toMatchObject({ code: 'SEC_PROTOCOL', message: expect.stringContaining('status: pid') });
  });

  test('members that a newer daemon adds do not disturb', async () => {
    const alert = { ...sampleAlert(1), colour: 'red' };
    bench.answer('alert', async () => alert);
    expect(await client().call('alert', { params: { id: alert.id } })).toEqual(sampleAlert(1));
  });
});

describe('a daemon that is none', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'onesec-client-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const against = async (handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<unknown> => {
    const socketPath = join(directory, 's');
    const server = createServer(handler);
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    try {
      return await createClient({ socketPath, clock, kind: 'cli' })
        .call('health')
        .catch((thrown: unknown) => thrown);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  test('nothing listens', async () => {
    const socketPath = join(directory, 'nobody');
    await expect(createClient({ socketPath, clock, kind: 'cli' }).call('health')).rejects.toMatchObject({
      code: 'SEC_NOT_RUNNING',
      message: expect.stringContaining(socketPath),
    });
  });

  test('another version of the protocol', async () => {
    const problem = await against((_request, response) => response.setHeader('x-1sec-protocol', PROTOCOL_VERSION + 1).end('{"status":"healthy"}'));
    expect(problem).toMatchObject({
      code: 'SEC_PROTOCOL',
      message: expect.stringContaining(`expected version ${PROTOCOL_VERSION}, the daemon speaks ${PROTOCOL_VERSION + 1}`),
    });
  });

  test.each([
    ['no JSON', '<html>\u001b[2J', /expected JSON, got: <html>␛\[2J/],
    ['nothing', '', /expected JSON/],
    ['JSON of another kind', '[]', /health:/],
  ])('%s', async (_what, text, words) => {
    const problem = await against((_request, response) => response.end(text));
    expect(problem).toMatchObject({ code: 'SEC_PROTOCOL', message: expect.stringMatching(words) });
  });

  test('an error without its words', async () => {
    const problem = await against((_request, response) => response.writeHead(500).end('{}'));
    expect(problem).toMatchObject({ code: 'SEC_PROTOCOL', message: expect.stringContaining('status 500') });
  });

  test('an error with a code of another version', async () => {
    const problem = await against((_request, response) =>
      response.writeHead(500).end(JSON.stringify({ error: 'new trouble', code: 'SEC_BRAND_NEW', hint: 'x', status: 500 })),
    );
    expect(problem).toMatchObject({ code: 'SEC_INTERNAL', message: expect.stringContaining('new trouble') });
  });

  test('a connection cut in the middle of an answer', async () => {
    const problem = await against((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"status":', () => response.destroy());
    });
    expect(problem).toMatchObject({ code: 'SEC_NOT_RUNNING' });
  });

  test('an answer without end is given up', async () => {
    const problem = await against((_request, response) => {
      const part = Buffer.alloc(1024 * 1024, 0x20);
      const pour = (): void => {
        while (response.write(part) && !response.destroyed);
        response.once('drain', pour);
      };
      pour();
    });
    expect(problem).toMatchObject({ code: 'SEC_PROTOCOL', message: expect.stringContaining('larger than') });
  });
});

test.each([
  ['ENOENT', 'SEC_NOT_RUNNING'],
  ['ECONNREFUSED', 'SEC_NOT_RUNNING'],
  ['EACCES', 'SEC_FORBIDDEN'],
  ['EPERM', 'SEC_FORBIDDEN'],
  ['ECONNRESET', 'SEC_NOT_RUNNING'],
])('%s on the socket is %s', (code, expected) => {
  expect(connectionError(Object.assign(new Error(code), { code }), '/run/s')).toMatchObject({ code: expected, message: expect.stringContaining('/run/s') });
});

test('an error of ours on the way stays itself', () => {
  const timeout = new SecError('SEC_TIMEOUT', 'no answer');
  expect(connectionError(timeout, '/run/s')).toBe(timeout);
});
