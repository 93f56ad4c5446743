import { parseNetwork } from '../../../domain/ip.ts';
import { createNetworkSet } from './network-set.ts';

// Source: IANA special-purpose address registry. Left out: what is used as a source inside (private, link-local, loopback,
// 100.64.0.0/10 of carriers and overlay networks) and what was always a plain address somewhere.
const NEVER_A_SOURCE = [
  '0.0.0.0/8',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  'ff00::/8',
  '2001:db8::/32',
  '100::/64',
].filter((text) => parseNetwork(text) !== undefined);

/** True for an address that cannot be the source of anything on the Internet: whoever shows it made it up. */
export const createReservedSources = (): ((address: string) => boolean) => createNetworkSet(NEVER_A_SOURCE);
