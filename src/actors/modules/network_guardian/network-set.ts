import { type Network, networkContains, parseNetwork } from '../../../domain/ip.ts';

/** Tells whether an address lies in one of these networks. Texts that are no networks are passed over. */
export const createNetworkSet = (texts: readonly string[]): ((address: string) => boolean) => {
  const networks = texts.map(parseNetwork).filter((network) => network !== undefined);
  const single = new Set(networks.filter(isOneAddress).map((network) => network.address));
  const wide = networks.filter((network) => !isOneAddress(network));
  if (wide.length === 0) return single.size === 0 ? () => false : (address) => single.has(address);
  const known = new Map<string, boolean>();
  return (address) => {
    if (single.has(address)) return true;
    const answer = known.get(address);
    if (answer !== undefined) return answer;
    if (known.size >= MAX_KNOWN) known.clear();
    const isInside = wide.some((network) => networkContains(network, address));
    known.set(address, isInside);
    return isInside;
  };
};

const MAX_KNOWN = 8192;

const isOneAddress = (network: Network): boolean => network.prefix === (network.isV6 ? 128 : 32);
