import { canonicalIp, isV6, type Network, networkContains, parseNetwork } from './ip.ts';

/**
 * True for an address of the public internet. Anything special is not: private, loopback, link-local (cloud metadata
 * services), carrier NAT, multicast, documentation, tunnels that carry another address inside. Not an address: false.
 */
export const isPublicAddress = (text: string): boolean => {
  const address = canonicalIp(text);
  if (address === undefined) return false;
  if (isV6(address) && !contains(GLOBAL_V6, address)) return false;
  return !contains(SPECIAL, address);
};

const contains = (networks: readonly Network[], address: string): boolean => networks.some((network) => networkContains(network, address));
const networks = (...texts: readonly string[]): readonly Network[] => texts.flatMap((text) => parseNetwork(text) ?? []);

// Source: IANA special-purpose address registries for IPv4 and IPv6; only 2000::/3 of IPv6 is handed out at all.
const GLOBAL_V6 = networks('2000::/3');
const SPECIAL = networks(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
);
