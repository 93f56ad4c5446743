import { lookup } from 'node:dns/promises';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { canonicalIp } from '../../domain/ip.ts';
import { isPublicAddress } from '../../domain/public-address.ts';
import { wordsOfFailure } from './failure-words.ts';
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

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

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
  const resolve = limited(options.resolve ?? resolveBySystem, MAX_LOOKUPS);
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
        outgoing = open(request, resolve);
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
const MAX_HEADERS = 16 * 1024;
/** Name look-ups occupy threads that files are read with too: a dead name server must not take them all. */
const MAX_LOOKUPS = 2;

const open = (request: PostRequest, resolve: Resolve): ClientRequest => {
  const url = new URL(request.url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new RefusedAddress('its address is neither https nor http');
  const isAllowed = (address: string): boolean => request.allowPrivate || isPublicAddress(address);
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  // A literal address is never looked up, so it is judged here.
  if (isIP(host) !== 0 && !isAllowed(host)) throw new RefusedAddress();
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = send(url, {
    method: 'POST',
    agent: false,
    headers: { ...request.headers, 'content-length': Buffer.byteLength(request.body), connection: 'close' },
    maxHeaderSize: MAX_HEADERS,
    lookup: checkedLookup(resolve, isAllowed),
    ...(request.ca === undefined ? {} : { ca: request.ca }),
  });
  outgoing.once('socket', (socket) => {
    socket.once('connect', () => {
      if (!isAllowed(socket.remoteAddress ?? '')) outgoing.destroy(new RefusedAddress());
    });
  });
  return outgoing;
};

const checkedLookup =
  (resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const addresses = found.flatMap((text) => canonicalIp(text) ?? []);
        const allowed = addresses.filter(isAllowed).map((address) => ({ address, family: isIP(address) }));
        const [first] = allowed;
        if (first === undefined) return callback(addresses.length === 0 ? notFound() : new RefusedAddress(), '', 0);
        return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family);
      },
      (problem: unknown) => callback(problem instanceof Error ? problem : notFound(), '', 0),
    );
  };

/** The address may not be connected to. */
class RefusedAddress extends Error {
  readonly code = 'ONESEC_REFUSED';
  constructor(message = 'its address is not of the public internet (allow_private is off)') {
    super(message);
  }
}

const notFound = (): NodeJS.ErrnoException => Object.assign(new Error('no address'), { code: 'ENOTFOUND' });

const resolveBySystem: Resolve = async (hostname) => (await lookup(hostname, { all: true })).map(({ address }) => address);

const limited = (resolve: Resolve, most: number): Resolve => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (hostname) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    running += 1;
    try {
      return await resolve(hostname);
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
};

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
