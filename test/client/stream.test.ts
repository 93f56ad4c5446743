import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import type { ConnectionState } from '../../src/client/contract.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { PROTOCOL_VERSION, type StreamMessage } from '../../src/protocol/schemas.ts';
import { sampleAlert, sampleStatus } from '../tui/samples.ts';

/** A daemon that says exactly what the test wants, and can go and come back. */
const createFakeDaemon = (socketPath: string) => {
  const asked: string[] = [];
  const open = new Set<ServerResponse>();
  let server: Server | undefined;
  let greet: (response: ServerResponse) => void = (response) =>
    write(response, { type: 'hello', sequence: 100, protocol: PROTOCOL_VERSION, status: sampleStatus() });
  const write = (response: ServerResponse, json: unknown): void => {
    response.write(`data: ${JSON.stringify(json)}\n\n`);
  };
  const stop = async (): Promise<void> => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
    open.clear();
  };
  return {
    asked,
    start: async () => {
      server = createServer((request, response) => {
        asked.push(request.url ?? '');
        response.writeHead(200, { 'content-type': 'text/event-stream', 'x-1sec-protocol': PROTOCOL_VERSION });
        open.add(response);
        greet(response);
      });
      await new Promise<void>((resolve) => server?.listen(socketPath, resolve));
    },
    stop,
    onGreeting: (next: (response: ServerResponse) => void) => {
      greet = next;
    },
    say: (...messages: readonly unknown[]) => {
      for (const response of open) for (const message of messages) write(response, message);
    },
  };
};

describe('following the stream', () => {
  let directory = '';
  let socketPath = '';
  let ended: AbortController;
  let following: Promise<void>;
  let messages: StreamMessage[];
  let states: ConnectionState[];
  let daemon: ReturnType<typeof createFakeDaemon>;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'onesec-stream-'));
    socketPath = join(directory, 's');
    ended = new AbortController();
    messages = [];
    states = [];
    daemon = createFakeDaemon(socketPath);
  });
  afterEach(async () => {
    ended.abort();
    await following;
    await daemon.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const follow = (silenceMs = 10_000): void => {
    following = createClient({ socketPath, clock: systemClock, kind: 'tui', silenceMs }).stream({
      signal: ended.signal,
      onMessage: (message) => messages.push(message),
      onConnection: (state) => states.push(state),
    });
  };
  const words = (): readonly string[] => states.map(({ state }) => state);
  const within = { timeout: 5000 };

  test('each message is handed on, and the connection is told', async () => {
    await daemon.start();
    follow();
    await expect.poll(() => messages.length, within).toBe(1);
    daemon.say({ type: 'alert', sequence: 101, alert: sampleAlert(1) });
    await expect.poll(() => messages.map(({ type }) => type), within).toEqual(['hello', 'alert']);
    expect(words()).toEqual(['connecting', 'live']);
    expect(daemon.asked).toEqual(['/api/v1/stream']);
  });

  test('a daemon that comes later is found', async () => {
    follow();
    await expect.poll(() => words().filter((word) => word === 'reconnecting').length, within).toBeGreaterThanOrEqual(2);
    expect(states.at(-1)).toMatchObject({ state: 'reconnecting', reason: expect.stringContaining('No daemon answers') });
    await daemon.start();
    await expect.poll(() => words().at(-1), within).toBe('live');
  });

  test('one that went away and came back is asked for what was missed, again and again', async () => {
    await daemon.start();
    follow();
    await expect.poll(() => messages.length, within).toBe(1);
    daemon.say({ type: 'alert', sequence: 101, alert: sampleAlert(1) }, { type: 'alert', sequence: 102, alert: sampleAlert(2) });
    await expect.poll(() => messages.length, within).toBe(3);
    for (let round = 0; round < 2; round += 1) {
      await daemon.stop();
      await daemon.start();
      await expect.poll(() => daemon.asked.length, within).toBe(round + 2);
    }
    expect(daemon.asked.slice(1)).toEqual(['/api/v1/stream?after=102', '/api/v1/stream?after=102']);
    const attempts = states.flatMap((state) => (state.state === 'reconnecting' ? [state.attempt] : []));
    expect(attempts.filter((attempt) => attempt === 1).length).toBe(2);
  });

  test('the greeting of a resumed stream is not taken for the last message seen', async () => {
    await daemon.start();
    follow();
    await expect.poll(() => messages.length, within).toBe(1);
    daemon.say({ type: 'alert', sequence: 101, alert: sampleAlert(1) });
    await expect.poll(() => messages.length, within).toBe(2);
    daemon.onGreeting((response) => response.write(`data: ${JSON.stringify({ type: 'hello', sequence: 150, protocol: 1, status: sampleStatus() })}\n\n`));
    await daemon.stop();
    await daemon.start();
    await expect.poll(() => messages.length, within).toBe(3);
    await daemon.stop();
    await daemon.start();
    await expect.poll(() => daemon.asked.length, within).toBe(3);
    expect(daemon.asked.slice(1)).toEqual(['/api/v1/stream?after=101', '/api/v1/stream?after=101']);
  });

  test('a daemon that hangs without closing is noticed by its silence', async () => {
    await daemon.start();
    follow(300);
    await expect.poll(() => words().at(-1), within).toBe('live');
    await expect.poll(() => states.some((state) => state.state === 'reconnecting' && state.reason.includes('nothing heard')), within).toBe(true);
    await expect.poll(() => daemon.asked.length, within).toBeGreaterThan(1);
  });

  test('another version of the protocol is said, and asked again', async () => {
    const server = createServer((_request, response) => response.writeHead(200, { 'x-1sec-protocol': PROTOCOL_VERSION + 1 }).write('data: {}\n\n'));
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    follow();
    await expect
      .poll(() => states.filter((state) => state.state === 'reconnecting' && state.reason.includes('the daemon speaks 2')).length, within)
      .toBeGreaterThan(1);
    expect(messages).toEqual([]);
    server.closeAllConnections();
    server.close();
  });

  test('a message this client cannot read counts as missed and does not come back for ever', async () => {
    await daemon.start();
    follow();
    await expect.poll(() => messages.length, within).toBe(1);
    daemon.say({ type: 'weather', sequence: 101, sun: true }, { type: 'alert', sequence: 102, alert: sampleAlert(1) });
    await expect.poll(() => messages.length, within).toBe(3);
    expect(messages.slice(1)).toMatchObject([
      { type: 'gap', sequence: 101, missed: 1 },
      { type: 'alert', sequence: 102 },
    ]);
    expect(words()).toEqual(['connecting', 'live']);
  });

  test('nonsense ends the connection, not the following', async () => {
    await daemon.start();
    follow();
    await expect.poll(() => messages.length, within).toBe(1);
    daemon.onGreeting((response) => response.write('data: {"not json\n\n'));
    daemon.say('neither');
    await expect.poll(() => daemon.asked.length, within).toBeGreaterThan(2);
    daemon.onGreeting((response) => response.write(`data: ${JSON.stringify({ type: 'hello', sequence: 200, protocol: 1, status: sampleStatus() })}\n\n`));
    await expect.poll(() => words().at(-1), within).toBe('live');
  });

  test('ends at once when it is told to, connected or waiting', async () => {
    follow();
    await expect.poll(() => words().at(-1), within).toBe('reconnecting');
    const began = performance.now();
    ended.abort();
    await following;
    expect(performance.now() - began).toBeLessThan(500);
  });
});
