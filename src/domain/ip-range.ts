import type { Network } from './ip.ts';
import { groupsOfV6 } from './ipv6-text.ts';

/** First and last address of a network as numbers, for comparing it with many others. */
export type IpRange = { readonly isV6: boolean; readonly first: bigint; readonly last: bigint };

/** The range of a network whose text is canonical. */
export const rangeOf = (network: Network): IpRange => {
  const first = network.isV6 ? numberOfV6(network.address) : numberOfV4(network.address);
  const hostBits = BigInt((network.isV6 ? 128 : 32) - network.prefix);
  return { isV6: network.isV6, first, last: first + (1n << hostBits) - 1n };
};

/** True when the two ranges share an address. */
export const rangesOverlap = (a: IpRange, b: IpRange): boolean => a.isV6 === b.isV6 && a.first <= b.last && b.first <= a.last;

const numberOfV4 = (address: string): bigint => BigInt(address.split('.').reduce((total, part) => total * 256 + Number(part), 0));

// Half by half: a sum of 32 bits is exact as a number, and few large numbers are made.
const numberOfV6 = (address: string): bigint => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groupsOfV6(address) ?? [];
  return (BigInt(a * 65536 + b) << 96n) | (BigInt(c * 65536 + d) << 64n) | (BigInt(e * 65536 + f) << 32n) | BigInt(g * 65536 + h);
};
