import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, SecError } from '../domain/errors.ts';
import { STREAM_PATH } from '../protocol/routes.ts';
import { PROTOCOL_VERSION, type StreamMessage, streamMessage } from '../protocol/schemas.ts';
import type { ClientOptions } from './client.ts';
import { connectionError } from './client.ts';
import type { StreamOptions } from './contract.ts';
import { createSseParser } from './sse.ts';

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5000;
/** The daemon tells its status every two seconds: a stream that is silent for so long is dead, whatever the socket says. */
const SILENCE_MS = 15_000;

/** Follows the stream for ever: reconnects with growing, jittered delays and resumes after the last sequence seen. */
export const runStream = async (options: ClientOptions, stream: StreamOptions): Promise<void> => {
  let last: number | undefined;
  let attempt = 0;
  let since = options.clock.now();
  stream.onConnection({ state: 'connecting', since });
  while (!stream.signal.aborted) {
    let reason = 'the daemon closed the connection';
    try {
      await follow(options, stream, last, (sequence, isHello) => {
        if (attempt > 0 || isHello) {
          attempt = 0;
          since = options.clock.now();
          stream.onConnection({ state: 'live', since });
        }
        last = isHello && last !== undefined ? last : sequence;
      });
    } catch (problem) {
      reason = messageOf(problem);
    }
    if (stream.signal.aborted) return;
    attempt += 1;
    if (attempt === 1) since = options.clock.now();
    stream.onConnection({ state: 'reconnecting', since, attempt, reason });
    // Jitter from the clock's own low bits keeps clients from returning in step.
    const jitter = 0.75 + (Math.floor(options.clock.monotonic() * 1000) % 500) / 1000;
    await delay(Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 6)) * jitter, undefined, { signal: stream.signal }).catch(() => {
      // Aborted while waiting: the loop condition ends it.
    });
  }
};

const follow = (
  options: ClientOptions,
  stream: StreamOptions,
  last: number | undefined,
  onSequence: (sequence: number, isHello: boolean) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const silenceMs = options.silenceMs ?? SILENCE_MS;
    const path = last === undefined ? STREAM_PATH : `${STREAM_PATH}?after=${last}`;
    const outgoing = httpRequest(
      { socketPath: options.socketPath, path, headers: { host: 'localhost', 'x-1sec-client': options.kind }, signal: stream.signal, timeout: silenceMs },
      (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          reject(new SecError(response.statusCode === 403 ? 'SEC_FORBIDDEN' : 'SEC_UNAVAILABLE', `stream: status ${response.statusCode}`));
          return;
        }
        const protocol = Number(response.headers['x-1sec-protocol']);
        if (protocol !== PROTOCOL_VERSION) {
          response.destroy();
          reject(new SecError('SEC_PROTOCOL', `expected version ${PROTOCOL_VERSION}, the daemon speaks ${protocol}`));
          return;
        }
        readMessages(response, stream, onSequence).then(resolve, reject);
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new SecError('SEC_TIMEOUT', `nothing heard on ${options.socketPath} for ${silenceMs / 1000} s`)));
    outgoing.once('error', (problem) => reject(connectionError(problem, options.socketPath)));
    outgoing.end();
  });

const readMessages = async (response: IncomingMessage, stream: StreamOptions, onSequence: (sequence: number, isHello: boolean) => void): Promise<void> => {
  const parser = createSseParser((data) => {
    const message = messageFrom(JSON.parse(data));
    onSequence(message.sequence, message.type === 'hello');
    stream.onMessage(message);
  });
  const decoder = new TextDecoder();
  for await (const part of response) parser(decoder.decode(Buffer.from(part as Uint8Array), { stream: true }));
};

/** A message; one that this client cannot read counts as missed, so that it is not asked for again and again. */
const messageFrom = (json: unknown): StreamMessage => {
  const parsed = streamMessage.safeParse(json);
  if (parsed.success) return parsed.data;
  const sequence = typeof json === 'object' && json !== null && 'sequence' in json ? json.sequence : undefined;
  if (typeof sequence === 'number') return { type: 'gap', sequence, missed: 1 };
  throw new SecError('SEC_PROTOCOL', `stream: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`);
};
