import { lookup } from 'node:dns/promises';
import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { canonicalIp } from '../../domain/ip.ts';
import { isPublicAddress } from '../../domain/public-address.ts';

export type GuardedRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: { readonly [name: string]: string | number };
  /** Addresses that are not of the public internet may be connected to. */
  readonly allowPrivate: boolean;
  /** PEM certificates trusted instead of the system's. */
  readonly ca?: string | undefined;
};

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/**
 * Opens requests to addresses that may be connected to and to no others: a name is resolved once, what it names is judged before the
 * connection, and the connection once more when it stands. No redirects, proxies or reuse; TLS is always verified. Throws, or the
 * request fails, with an error that `wordsOfFailure` has words for.
 */
export const createGuardedOpener = (bySystemOr?: Resolve | undefined): ((request: GuardedRequest) => ClientRequest) => {
  const resolve = limited(bySystemOr ?? resolveBySystem, MAX_LOOKUPS);
  return (request) => open(request, resolve);
};

const MAX_HEADERS = 16 * 1024;
/** Name look-ups occupy threads that files are read with too: a dead name server must not take them all. */
const MAX_LOOKUPS = 2;

const open = (request: GuardedRequest, resolve: Resolve): ClientRequest => {
  const url = new URL(request.url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new RefusedAddress('its address is neither https nor http');
  const isAllowed = (address: string): boolean => request.allowPrivate || isPublicAddress(address);
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  // A literal address is never looked up, so it is judged here.
  if (isIP(host) !== 0 && !isAllowed(host)) throw new RefusedAddress();
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = send(url, {
    method: request.method,
    agent: false,
    headers: { ...request.headers, connection: 'close' },
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
