import ipaddr from 'ipaddr.js';
import { groupsOfV6, textOfV6 } from './ipv6-text.ts';

const MAX_TEXT = 64;

/**
 * Canonical text of an IPv4 or IPv6 address: lower case, shortest form, v4-mapped IPv6 as IPv4, zone dropped.
 * Undefined for anything else (no octal, hexadecimal or short IPv4 forms).
 */
export const canonicalIp = (text: string): string | undefined => {
  if (text.length === 0 || text.length > MAX_TEXT) return undefined;
  const bare = unbracket(text);
  if (DOTTED.test(bare)) return isDottedQuad(bare) ? bare : undefined;
  if (!bare.includes('.') && !bare.includes('%')) return canonicalV6(groupsOfV6(bare));
  const [withoutZone = ''] = bare.split('%');
  if (!bare.includes(':') || !ipaddr.IPv6.isValid(bare)) return undefined;
  // The parser takes octal and hexadecimal digits in the dotted end of `::ffff:…`: another address than the kernel reads.
  if (withoutZone.includes('.') && !isDottedQuad(withoutZone.slice(withoutZone.lastIndexOf(':') + 1))) return undefined;
  const parsed = ipaddr.IPv6.parse(withoutZone);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toString();
};

const canonicalV6 = (groups: readonly number[] | undefined): string | undefined => {
  if (groups === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, high = 0, low = 0] = groups;
  const isMapped = (a | b | c | d | e) === 0 && f === 0xffff;
  return isMapped ? `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}` : textOfV6(groups);
};

const DOTTED = /^[0-9.]+$/;

const unbracket = (text: string): string => (text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text);

const isDottedQuad = (text: string): boolean => {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
};

/** True when a canonical address is IPv6. */
export const isV6 = (address: string): boolean => address.includes(':');

/** A network: canonical base address and prefix length. A bare address is its own /32 or /128. */
export type Network = { readonly address: string; readonly prefix: number; readonly isV6: boolean };

/** Reads `address` or `address/prefix`; host bits are cleared, v4-mapped networks become IPv4. */
export const parseNetwork = (text: string): Network | undefined => {
  const [addressText = '', prefixText, ...rest] = text.trim().split('/');
  if (rest.length > 0) return undefined;
  const address = canonicalIp(addressText);
  if (address === undefined) return undefined;
  const v6 = isV6(address);
  const wasMapped = !v6 && addressText.includes(':');
  const widest = v6 || wasMapped ? 128 : 32;
  const given = prefixText === undefined ? widest : /^[0-9]{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  const prefix = wasMapped ? given - 96 : given;
  if (!(prefix >= 0 && given <= widest)) return undefined;
  return { address: baseOf(address, prefix), prefix, isV6: v6 };
};

/** Text form of a network: `address` for a single host, else `address/prefix`. */
export const networkText = (network: Network): string =>
  network.prefix === (network.isV6 ? 128 : 32) ? network.address : `${network.address}/${network.prefix}`;

/** The network of `prefix` bits that a canonical address lies in. */
export const networkOf = (address: string, prefix: number): Network => ({ address: baseOf(address, prefix), prefix, isV6: isV6(address) });

/** The unit that is blocked and counted for an address: itself for IPv4, its /64 for IPv6. */
export const blockUnitOf = (address: string): string => {
  if (!isV6(address)) return address;
  const known = units.get(address);
  if (known !== undefined) return known;
  const unit = networkText(networkOf(address, 64));
  // An attacker is asked for again and again.
  if (units.size >= MAX_UNITS) units.clear();
  units.set(address, unit);
  return unit;
};

const MAX_UNITS = 2048;
const units = new Map<string, string>();

/** True when `network` contains `address` (both canonical). */
export const networkContains = (network: Network, address: string): boolean =>
  network.isV6 === isV6(address) && baseOf(address, network.prefix) === network.address;

/** True when one of the two networks contains the other. */
export const networksOverlap = (a: Network, b: Network): boolean => (a.prefix <= b.prefix ? networkContains(a, b.address) : networkContains(b, a.address));

const baseOf = (address: string, prefix: number): string => {
  if (prefix === (isV6(address) ? 128 : 32)) return address;
  if (isV6(address)) return textOfV6((groupsOfV6(address) ?? []).map((group, index) => group & maskOf(prefix - index * 16, 16)));
  return address
    .split('.')
    .map((part, index) => Number(part) & maskOf(prefix - index * 8, 8))
    .join('.');
};

/** The first `bits` of `width` bits. */
const maskOf = (bits: number, width: number): number => (((1 << width) - 1) << (width - Math.min(Math.max(bits, 0), width))) & ((1 << width) - 1);
