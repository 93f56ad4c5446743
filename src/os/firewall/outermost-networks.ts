import { type Network, networkContains } from '../../domain/ip.ts';

/** Networks that lie in no other one of the list: what an interval set wants. */
export const outermostNetworks = (networks: readonly Network[]): readonly Network[] => {
  const kept: Network[] = [];
  for (const network of networks.toSorted((a, b) => a.prefix - b.prefix)) {
    if (!kept.some((wider) => networkContains(wider, network.address))) kept.push(network);
  }
  return kept;
};
