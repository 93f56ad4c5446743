import type { Network } from './ip.ts';

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

const numberOfV6 = (address: string): bigint => {
  const [head = '', tail] = address.split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const gap = Array<string>(8 - before.length - after.length).fill('0');
  return BigInt(`0x${[...before, ...gap, ...after].map((group) => group.padStart(4, '0')).join('')}`);
};

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
