import type { ClientRequest, IncomingMessage } from 'node:http';
import { wordsOfFailure } from './failure-words.ts';
import { createGuardedOpener, type Resolve } from './guarded-request.ts';
import { retryAfterMs } from './retry-after.ts';

export type PostRequest = {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  /** Addresses that are not of the public internet may be connected to. */
  readonly allowPrivate: boolean;
  /** PEM certificates trusted instead of the system's. */
  readonly ca?: string | undefined;
};

/** An answer with a status, or in words why there was none; neither names the address, which is a secret. */
export type PostReply =
  | { readonly isAnswer: true; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly isAnswer: false; readonly reason: string };

/** Sends one POST and never rejects. */
export type Post = (request: PostRequest, signal?: AbortSignal) => Promise<PostReply>;

export type PosterOptions = {
  readonly now: () => number;
  readonly resolve?: Resolve | undefined;
  /** From the first step to the last; default 10 s. */
  readonly timeoutMs?: number | undefined;
};

/**
 * A sender that checks whom it really talks to: a name is resolved once, and only addresses that may be connected to are given to
 * the connection, which is looked at once more when it stands; so a name that changes its mind in between gains nothing. No
 * redirects, no proxies, no reuse of connections; TLS is always verified; at most 64 KiB of an answer are read.
 */
export const createPoster = (options: PosterOptions): Post => {
  const open = createGuardedOpener(options.resolve);
  return (request, signal) =>
    new Promise((settle) => {
      const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
      let outgoing: ClientRequest | undefined;
      const finish = (reply: PostReply): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        settle(reply);
        // Whatever is still under way on this connection is of no more use.
        outgoing?.destroy();
      };
      const fail = (reason: string): void => finish({ isAnswer: false, reason });
      const timer = setTimeout(() => fail(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
      const stop = (): void => fail('stopped');
      signal?.addEventListener('abort', stop);
      if (signal?.aborted === true) return stop();
      try {
        outgoing = open({ ...request, method: 'POST', headers: { ...request.headers, 'content-length': Buffer.byteLength(request.body) } });
      } catch (problem) {
        return fail(wordsOfFailure(problem));
      }
      outgoing.on('error', (problem) => fail(wordsOfFailure(problem)));
      outgoing.once('response', (response) => readAnswer(response, () => finish(replyOf(response, options.now())), fail));
      outgoing.end(request.body);
    });
};

const TIMEOUT_MS = 10_000;
const MAX_ANSWER = 64 * 1024;

/** The status is known; the rest is read to the end, or to its bound, only so that a well-behaved receiver is not cut off. */
const readAnswer = (response: IncomingMessage, done: () => void, fail: (reason: string) => void): void => {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER) done();
  });
  response.once('end', done);
  // The head of the answer was whole: that is the answer.
  response.once('aborted', done);
  response.on('error', (problem) => fail(wordsOfFailure(problem)));
};

const replyOf = (response: IncomingMessage, now: number): PostReply => ({
  isAnswer: true,
  status: response.statusCode ?? 0,
  retryAfterMs: retryAfterMs(response.headers['retry-after'], now),
});
