import type { Packet } from './packet.ts';

/**
 * Reads a line of pfSense's or OPNsense's filterlog from `start` on: values with commas, IPv4 and IPv6 (Netgate: "Raw filter log
 * format"). Undefined for other lines.
 */
export const readFilterlog = (line: string, start: number): Packet | undefined => {
  const values = line.slice(start, start + MAX_LENGTH).split(',');
  const version = values[8];
  const first = version === '4' ? V4_LENGTH : version === '6' ? V6_LENGTH : -1;
  if (first < 0) return undefined;
  const protocol = (values[version === '4' ? 16 : 12] ?? '').toLowerCase();
  const [source = '', destination = '', sourcePort = '', destPort = '', , flags = ''] = values.slice(first + 1);
  const action = values[6];
  return {
    source,
    destination,
    protocol,
    sourcePort: portOf(sourcePort),
    destPort: portOf(destPort),
    flags: protocol === 'tcp' ? inOrder(flags) : '',
    direction: values[7] === 'out' ? 'forwarded' : 'inbound',
    action: action === 'block' ? 'drop' : action === 'reject' ? 'reject' : action === 'pass' ? 'accept' : '',
    interface: values[4] ?? '',
  };
};

const MAX_LENGTH = 1024;
// Place of the packet's length, after which the addresses follow.
const V4_LENGTH = 17;
const V6_LENGTH = 14;

const portOf = (text: string): number => (/^[0-9]{1,5}$/.test(text) ? Number(text) : 0);

// E and C (ECN) belong to ordinary beginnings; `.` is ACK.
const inOrder = (flags: string): string => [...'FSRPAU'].filter((letter) => flags.includes(letter) || (letter === 'A' && flags.includes('.'))).join('');
