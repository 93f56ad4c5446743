import { parseNftDuration } from '../../src/os/firewall/parse-duration.ts';
import type { Netns } from './netns.ts';

/** nft's listing of our table and when (wall-clock ms) it was asked for; empty text when there is no table. */
export type Listing = { readonly text: string; readonly at: number };

export const listTable = (namespace: Netns): Listing => {
  const at = Date.now();
  try {
    return { text: namespace.run('nft', 'list', 'table', 'inet', 'onesec'), at };
  } catch (thrown) {
    if (String(thrown).includes('No such file or directory')) return { text: '', at };
    throw thrown;
  }
};

/** What the kernel blocks: end (wall-clock ms) by address or network. Read from nft's own words, not through the product's reader. */
export const kernelBlocks = (namespace: Netns): ReadonlyMap<string, number> => blocksOf(listTable(namespace));

/** As `kernelBlocks`, of a listing at hand. */
export const blocksOf = ({ text, at }: Listing): ReadonlyMap<string, number> => {
  const ends = new Map<string, number>();
  let suffix: string | undefined;
  for (const line of text.split('\n')) {
    const set = /^\tset (\w+) \{/.exec(line)?.[1];
    if (set !== undefined) suffix = SUFFIX[set];
    if (suffix === undefined) continue;
    for (const [, address = '', left = ''] of line.matchAll(/([0-9a-f.:]+) timeout \w+ expires (\w+)/g))
      ends.set(`${address}${suffix}`, at + (parseNftDuration(left) ?? Number.NaN));
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
