import { canonicalIp, isV6, type Network, networkContains, parseNetwork } from '../../../domain/ip.ts';

/** Who asked, as far as it is known: the address, and whether it is only the proxy's. */
export type Client = { readonly ip: string; readonly isOnlyProxy: boolean };

/** The client behind a peer. Undefined when the peer is no trusted proxy: then the peer itself asked. */
export type ClientOf = (peer: string, forwardedFor: string | undefined) => Client | undefined;

/**
 * Reads `X-Forwarded-For` from the right, where the trusted proxies wrote: the first hop that is not one of them is the client. What
 * stands further left was said by that client. A hop that is no address ends the search: only the proxy is known then. Undefined
 * without trusted proxies, so that nothing is asked about each line.
 */
export const createClientOf = (trusted: readonly string[] = []): ClientOf | undefined => {
  const networks = trusted.flatMap((text) => parseNetwork(text) ?? []);
  if (networks.length === 0) return undefined;
  const isTrusted = rememberAnswers(networks);
  return (peer, forwardedFor) => {
    if (!isTrusted(peer)) return undefined;
    const unknown = { ip: peer, isOnlyProxy: true };
    let end = forwardedFor?.length ?? 0;
    for (let hops = 0; forwardedFor !== undefined && end > 0 && hops < MAX_HOPS; hops += 1) {
      const comma = forwardedFor.lastIndexOf(',', end - 1);
      const hop = hopAddress(forwardedFor.slice(Math.max(comma + 1, end - MAX_HOP), end));
      if (hop === undefined) return unknown;
      if (!isTrusted(hop)) return { ip: hop, isOnlyProxy: false };
      end = comma;
    }
    return unknown;
  };
};

const MAX_HOPS = 32;
const MAX_HOP = 80;
const MAX_REMEMBERED = 4096;

const rememberAnswers = (networks: readonly Network[]): ((address: string) => boolean) => {
  const answers = new Map<string, boolean>();
  return (address) => {
    const known = answers.get(address);
    if (known !== undefined) return known;
    if (answers.size >= MAX_REMEMBERED) answers.clear();
    const answer = networks.some((network) => network.isV6 === isV6(address) && networkContains(network, address));
    answers.set(address, answer);
    return answer;
  };
};

// `203.0.113.9`, `203.0.113.9:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
const hopAddress = (text: string): string | undefined => {
  const hop = text.trim();
  const port = hop.lastIndexOf(':');
  const hasPort = port > 0 && (hop.startsWith('[') ? hop.charCodeAt(port - 1) === CLOSE : hop.indexOf(':') === port);
  return canonicalIp(hasPort ? hop.slice(0, port) : hop);
};

const CLOSE = 93;
