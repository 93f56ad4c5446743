import { parseNftDuration } from '../../src/os/firewall/parse-duration.ts';
import type { Netns } from './netns.ts';

/** What the kernel blocks: end (wall-clock ms) by address or network. Read from nft's own words, not through the product's reader. */
export const kernelBlocks = (namespace: Netns): ReadonlyMap<string, number> => {
  const ends = new Map<string, number>();
  const asked = Date.now();
  if (!namespace.run('nft', '-t', 'list', 'tables').includes('inet onesec')) return ends;
  let suffix: string | undefined;
  for (const line of namespace.run('nft', 'list', 'table', 'inet', 'onesec').split('\n')) {
    const set = /^\tset (\w+) \{/.exec(line)?.[1];
    if (set !== undefined) suffix = SUFFIX[set];
    if (suffix === undefined) continue;
    for (const [, address = '', left = ''] of line.matchAll(/([0-9a-f.:]+) timeout \w+ expires (\w+)/g))
      ends.set(`${address}${suffix}`, asked + (parseNftDuration(left) ?? Number.NaN));
  }
  return ends;
};

const SUFFIX: { readonly [set: string]: string } = { block4: '', block4_24: '/24', block6: '', block6_64: '/64', block6_48: '/48' };

/** In words, how the kernel differs from what is wanted by more than `toleranceMs`; empty when it does not. */
export const differences = (wanted: ReadonlyMap<string, number>, kernel: ReadonlyMap<string, number>, toleranceMs = 1000): readonly string[] => [
  ...[...wanted].flatMap(([address, end]) => {
    const there = kernel.get(address);
    if (there === undefined) return [`${address} is not blocked`];
    return Math.abs(there - end) <= toleranceMs ? [] : [`${address} ends ${Math.round(there - end)} ms too late`];
  }),
  ...[...kernel.keys()].filter((address) => !wanted.has(address)).map((address) => `${address} is blocked and should not be`),
];
