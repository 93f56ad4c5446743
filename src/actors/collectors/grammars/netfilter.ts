import type { Packet } from './packet.ts';

/**
 * Reads what the kernel writes for a LOG rule of iptables or nftables, from `start` on: `PREFIX IN=eth0 OUT= … SRC=… DST=… PROTO=TCP
 * SPT=… DPT=… SYN …`. The rule's own prefix may be anything; each field counts where it stands first. Undefined for other lines.
 */
export const readNetfilter = (line: string, start: number): Packet | undefined => {
  const from = line.startsWith('IN=', start) ? start : line.indexOf(' IN=', start) + 1;
  if (from <= 0 && !line.startsWith('IN=', start)) return undefined;
  const read = (name: string): string => fieldIn(line, from, name);
  const source = read(' SRC=');
  if (source === '') return undefined;
  const incoming = wordAt(line, from + 3);
  const outgoing = read(' OUT=');
  const protocol = read(' PROTO=').toLowerCase();
  return {
    source,
    destination: read(' DST='),
    protocol,
    sourcePort: portOf(read(' SPT=')),
    destPort: portOf(read(' DPT=')),
    flags: protocol === 'tcp' ? flagsIn(line, from) : '',
    direction: incoming === '' ? 'outbound' : outgoing === '' ? 'inbound' : 'forwarded',
    action: actionIn(line.slice(start, Math.min(from, start + MAX_PREFIX))),
    interface: incoming === '' ? outgoing : incoming,
  };
};

const MAX_PREFIX = 256;

const fieldIn = (line: string, from: number, name: string): string => {
  const at = line.indexOf(name, from);
  return at < 0 ? '' : wordAt(line, at + name.length);
};

const wordAt = (line: string, at: number): string => {
  const end = line.indexOf(' ', at);
  return line.slice(at, Math.min(end < 0 ? line.length : end, at + 64));
};

const portOf = (text: string): number => (/^[0-9]{1,5}$/.test(text) ? Number(text) : 0);

// The flags stand as bare words behind `RES=0x00`.
const flagsIn = (line: string, from: number): string => {
  const at = line.indexOf(' RES=', from);
  if (at < 0) return 'A';
  const words = line.slice(at, at + 64).split(' ');
  return FLAGS.filter(([word]) => words.includes(word))
    .map(([, letter]) => letter)
    .join('');
};

const FLAGS: readonly (readonly [string, string])[] = [
  ['FIN', 'F'],
  ['SYN', 'S'],
  ['RST', 'R'],
  ['PSH', 'P'],
  ['ACK', 'A'],
  ['URG', 'U'],
];

// Administrators and ufw say in the prefix what the rule does.
const actionIn = (prefix: string): Packet['action'] => {
  if (/reject/i.test(prefix)) return 'reject';
  if (/drop|block|deny|denied|invalid|bad/i.test(prefix)) return 'drop';
  return /accept|allow|pass/i.test(prefix) ? 'accept' : '';
};
