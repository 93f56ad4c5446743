import type { SecurityEvent } from '../../../domain/event.ts';
import type { SocketFact } from '../../contract.ts';

/**
 * The event of one fact, or undefined where it says nothing: inbound traffic to the upper ports that the kernel hands out, where data
 * connections of ordinary protocols end. `sequence` keeps ids apart.
 */
export const socketEventOf = (fact: Exclude<SocketFact, { readonly kind: 'overrun' }>, source: string, sequence: number): SecurityEvent | undefined => {
  const common = { id: `${source}:${fact.at}:${sequence}`, at: fact.at, source, module: 'sockets', severity: 'INFO', trust: 'sensor' } as const;
  if (fact.kind === 'listener') {
    const details = { local_address: fact.address, local_port: fact.port, protocol: 'tcp', uid: fact.uid };
    return { ...common, type: 'listening_socket', summary: `port ${fact.port} is open on ${fact.address}`, details, entities: {} };
  }
  if (fact.kind === 'half-open') {
    return { ...common, type: 'half_open_connections', summary: `${fact.count} half-open connections`, details: { count: fact.count }, entities: {} };
  }
  const { kind, protocol, port, count } = fact;
  const isOutbound = kind === 'outbound' || (kind === 'forwarded' && PRIVATE.test(fact.source));
  if (!isOutbound && port >= FIRST_EPHEMERAL) return undefined;
  return {
    ...common,
    type: isOutbound ? 'network_connection' : 'connection_attempt',
    summary: `${fact.source} to ${fact.destination} ${protocol} port ${port}`,
    details: { protocol, dest_port: port, direction: isOutbound ? 'outbound' : 'inbound', count },
    sourceIp: fact.source,
    destIp: fact.destination,
    entities: { ip: isOutbound ? fact.destination : fact.source },
  };
};

// Linux hands out 32768 to 60999 (net.ipv4.ip_local_port_range).
const FIRST_EPHEMERAL = 32_768;
const PRIVATE = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|f[cd][0-9a-f]{2}:)/;
