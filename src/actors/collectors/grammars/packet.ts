import type { SecurityEvent, Trust } from '../../../domain/event.ts';
import { addressOf } from './address.ts';
import { detach } from './detach.ts';
import { eventIdOf } from './event-id.ts';

/** Event types that packet lines of firewalls give. */
export const PACKET_EVENT_TYPES = ['connection_attempt', 'network_connection'] as const;

/** Programs that write packets down. */
export const PACKET_PROGRAMS = ['kernel', 'filterlog'] as const;

/** One packet as a firewall wrote it down; texts as they stood there. */
export type Packet = {
  readonly source: string;
  readonly destination: string;
  /** `tcp`, `udp`, `icmp` … */
  readonly protocol: string;
  readonly sourcePort: number;
  readonly destPort: number;
  /** Letters of the TCP flags that are set, in the order FSRPAU; other packets have none. */
  readonly flags: string;
  readonly direction: 'inbound' | 'outbound' | 'forwarded';
  readonly action: 'drop' | 'reject' | 'accept' | '';
  readonly interface: string;
};

/** Where the line came from. */
export type PacketLine = {
  readonly line: string;
  readonly source: string;
  readonly position: number;
  readonly at: number;
  readonly host: string | undefined;
  readonly trust: Trust;
};

/**
 * The event of a packet: a `connection_attempt`, or a `network_connection` where it leaves this host and nothing stopped it.
 * Undefined for what starts nothing (answers, packets of connections that stand, late answers over UDP) and what has no ports.
 */
export const packetEvent = (packet: Packet, from: PacketLine): SecurityEvent | undefined => {
  const { protocol, destPort, direction, action } = packet;
  const kind = kindOf(packet);
  const sourceIp = addressOf(packet.source);
  const destIp = addressOf(packet.destination);
  if (kind === undefined || sourceIp === undefined || destIp === undefined) return undefined;
  const leaves = direction === 'outbound' || (direction === 'forwarded' && PRIVATE.test(sourceIp) && !PRIVATE.test(destIp));
  const isOutbound = leaves && action !== 'drop' && action !== 'reject';
  return {
    id: eventIdOf(from.source, from.position, from.at),
    at: from.at,
    source: from.source,
    observer: from.host === undefined ? undefined : detach(from.host, from.line),
    module: 'firewall',
    type: isOutbound ? 'network_connection' : 'connection_attempt',
    severity: 'INFO',
    summary: `${protocol} packet to port ${destPort}${action === '' ? '' : ` (${action})`}`,
    details: {
      protocol,
      dest_port: destPort,
      src_port: packet.sourcePort,
      direction,
      action,
      interface: detach(packet.interface.slice(0, 32), from.line),
      ...(kind === '' ? {} : { flags_kind: kind }),
    },
    raw: from.line,
    sourceIp,
    destIp,
    entities: { ip: isOutbound ? destIp : sourceIp },
    trust: from.trust,
  };
};

const PRIVATE = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|f[cd][0-9a-f]{2}:)/;

// The name of flags that no client sends (as nmap calls the scans), '' for an ordinary beginning, undefined for none.
const kindOf = ({ protocol, flags, sourcePort, destPort }: Packet): string | undefined => {
  if (destPort < 1 || destPort > 65_535) return undefined;
  if (protocol === 'udp') return sourcePort < 1024 && destPort >= 1024 ? undefined : '';
  if (protocol !== 'tcp') return undefined;
  return TCP_KINDS.get(flags);
};

const TCP_KINDS: ReadonlyMap<string, string> = new Map([
  ['S', ''],
  ['', 'null'],
  ['F', 'fin'],
  ['FPU', 'xmas'],
  ['FS', 'syn-fin'],
  ['FSRPAU', 'all'],
  ['FSPU', 'syn-fin'],
]);
