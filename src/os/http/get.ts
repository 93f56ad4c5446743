import type { ClientRequest, IncomingMessage } from 'node:http';
import { wordsOfFailure } from './failure-words.ts';
import { createGuardedOpener, type Resolve } from './guarded-request.ts';

export type GetRequest = {
  readonly url: string;
  readonly allowPrivate: boolean;
  readonly ca?: string | undefined;
  /** What an earlier answer said of itself. */
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  readonly maxBytes: number;
};

/** The text and what it says of itself, that nothing changed, or in fixed words why there is none. */
export type GetReply =
  | { readonly kind: 'text'; readonly text: string; readonly etag?: string | undefined; readonly lastModified?: string | undefined }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Fetches one text and never rejects. */
export type Get = (request: GetRequest, signal: AbortSignal) => Promise<GetReply>;

/** A fetcher with the same checks at connect time as the sender of notices. An answer that is not whole, or larger than it may be, is none. */
export const createGetter = (options: { readonly resolve?: Resolve | undefined; readonly timeoutMs?: number | undefined } = {}): Get => {
  const open = createGuardedOpener(options.resolve);
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return (request, signal) =>
    new Promise((settle) => {
      let outgoing: ClientRequest | undefined;
      const finish = (reply: GetReply): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        settle(reply);
        outgoing?.destroy();
      };
      const fail = (reason: string): void => finish({ kind: 'failed', reason });
      const timer = setTimeout(() => fail(`it was not there within ${timeoutMs / 1000} s`), timeoutMs);
      const stop = (): void => fail('stopped');
      signal.addEventListener('abort', stop);
      if (signal.aborted) return stop();
      try {
        outgoing = open({ ...request, method: 'GET', headers: headersOf(request) });
      } catch (problem) {
        return fail(wordsOfFailure(problem));
      }
      outgoing.on('error', (problem) => fail(wordsOfFailure(problem)));
      outgoing.once('response', (response) => readAnswer(response, request.maxBytes, finish));
      outgoing.end();
    });
};

const TIMEOUT_MS = 60_000;
const MAX_VALIDATOR = 200;

const headersOf = ({ etag, lastModified }: GetRequest): { readonly [name: string]: string } => ({
  accept: 'text/plain, application/json, */*;q=0.1',
  // What unpacks to a thousand times its size is not asked for.
  'accept-encoding': 'identity',
  'user-agent': '1sec',
  ...(etag === undefined ? {} : { 'if-none-match': etag }),
  ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
});

const readAnswer = (response: IncomingMessage, maxBytes: number, finish: (reply: GetReply) => void): void => {
  const fail = (reason: string): void => finish({ kind: 'failed', reason });
  const tooLarge = `it is larger than ${maxBytes} bytes`;
  const verdict =
    verdictOf(response) ?? (Number(response.headers['content-length'] ?? 0) > maxBytes ? ({ kind: 'failed', reason: tooLarge } as const) : undefined);
  if (verdict !== undefined) {
    finish(verdict);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) fail(tooLarge);
    else chunks.push(chunk);
  });
  response.once('end', () => {
    if (!response.complete) fail('its answer broke off');
    finish({
      kind: 'text',
      text: Buffer.concat(chunks).toString('utf8'),
      etag: validator(response.headers.etag),
      lastModified: validator(response.headers['last-modified']),
    });
  });
  response.once('aborted', () => fail('its answer broke off'));
  response.on('error', (problem) => fail(wordsOfFailure(problem)));
};

/** An answer that is settled by its head. */
const verdictOf = ({ statusCode = 0, headers }: IncomingMessage): GetReply | undefined => {
  if (statusCode === 304) return { kind: 'unchanged' };
  if (statusCode >= 300 && statusCode < 400) return { kind: 'failed', reason: `it redirects (${statusCode}), which is not followed` };
  if (statusCode !== 200) return { kind: 'failed', reason: `it answered ${statusCode}` };
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') return { kind: 'failed', reason: 'its answer is packed' };
  return undefined;
};

const validator = (text: string | undefined): string | undefined => (text !== undefined && text.length <= MAX_VALIDATOR ? text : undefined);
