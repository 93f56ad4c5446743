import { canonicalIp, type Network, networkContains, parseNetwork } from '../../../domain/ip.ts';

export type HostKind = 'metadata' | 'private' | 'other';

/**
 * What a host in a URL leads to. All forms that resolvers read are undone first: decimal, hexadecimal, octal and short IPv4,
 * v4-mapped and v4-embedding IPv6, names that carry an address (`10.0.0.5.nip.io`).
 */
export const kindOfHost = (host: string): HostKind => {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (METADATA_NAMES.has(name)) return 'metadata';
  if (name === 'localhost' || name.endsWith('.localhost') || name.endsWith('.internal') || name.endsWith('.cluster.local') || name === 'localtest.me')
    return 'private';
  const address = addressOfHost(name);
  if (address === undefined) return 'other';
  if (METADATA_ADDRESSES.has(address)) return 'metadata';
  return PRIVATE.some((network) => networkContains(network, address)) ? 'private' : 'other';
};

/** The canonical address a host text stands for, whatever number form it is written in; undefined for names. */
export const addressOfHost = (host: string): string | undefined => {
  const bare = host.startsWith('[') ? host.slice(1, host.indexOf(']') < 0 ? undefined : host.indexOf(']')) : host;
  if (bare.includes(':')) return embeddedV4(canonicalIp(bare));
  const carried = /(?:^|\.)(\d{1,3}[.-]\d{1,3}[.-]\d{1,3}[.-]\d{1,3})\.(?:nip|sslip|xip)\.io$/.exec(bare)?.[1];
  if (carried !== undefined) return canonicalIp(carried.replaceAll('-', '.'));
  return canonicalIp(bare) ?? numericV4(bare);
};

// Forms of inet_aton: one to four parts, each decimal, octal (0…) or hexadecimal (0x…); the last fills what is left.
const numericV4 = (text: string): string | undefined => {
  if (text.length > 40 || !/^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}$/.test(text)) return undefined;
  const parts = text
    .split('.')
    .map((part) => (part.startsWith('0x') ? Number.parseInt(part, 16) : /^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const last = parts.at(-1) ?? Number.NaN;
  const room = 256 ** (5 - parts.length);
  if (!(last < room) || parts.slice(0, -1).some((part) => !(part < 256))) return undefined;
  const value = parts.slice(0, -1).reduce((sum, part, index) => sum + part * 256 ** (3 - index), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
};

const embeddedV4 = (address: string | undefined): string | undefined => {
  const tail = address?.startsWith('64:ff9b::') === true ? address.slice(9) : undefined;
  if (tail === undefined || !/^[0-9a-f]{1,4}:[0-9a-f]{1,4}$/.test(tail)) return address;
  const [high = 0, low = 0] = tail.split(':').map((group) => Number.parseInt(group, 16));
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
};

const networks = (...texts: readonly string[]): readonly Network[] => texts.flatMap((text) => parseNetwork(text) ?? []);

// Source: IANA special-purpose address registries.
const PRIVATE = networks(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::/127',
  'fc00::/7',
  'fe80::/10',
);
// Documented addresses of the instance metadata services of AWS (EC2, ECS), Azure and Google, Alibaba, Oracle.
const METADATA_ADDRESSES: ReadonlySet<string> = new Set(['169.254.169.254', '169.254.170.2', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254']);
const METADATA_NAMES: ReadonlySet<string> = new Set(['metadata.google.internal', 'metadata', 'instance-data', 'metadata.azure.com', 'metadata.goog']);
