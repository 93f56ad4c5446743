import type { Host } from '../../../domain/host.ts';
import { networkContains, parseNetwork } from '../../../domain/ip.ts';

export type Cut = { readonly closed: number; readonly remaining: number };

/** Closes the connections of each unit and says for each how many. For many units the host is first asked who is connected at all. */
export const cutConnections = async (host: Host, units: readonly string[]): Promise<ReadonlyMap<string, Cut>> => {
  const connected = units.length > FEW ? await connectedUnits(host, units) : units;
  const cuts = new Map<string, Cut>();
  for (const unit of connected) cuts.set(unit, await host.call('connections.kill', { peer: unit }));
  return cuts;
};

const FEW = 4;

const connectedUnits = async (host: Host, units: readonly string[]): Promise<readonly string[]> => {
  const [v4, v6] = await Promise.all([host.call('connections.list', { peer: '0.0.0.0/0' }), host.call('connections.list', { peer: '::/0' })]);
  const peers = [...new Set([...v4.connections, ...v6.connections].map((connection) => connection.remoteAddress))];
  const exact = new Set(peers);
  return units.filter((unit) => {
    if (exact.has(unit)) return true;
    const network = unit.includes('/') ? parseNetwork(unit) : undefined;
    return network !== undefined && peers.some((peer) => networkContains(network, peer));
  });
};
