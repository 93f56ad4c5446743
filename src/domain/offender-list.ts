import { networkText, parseNetwork } from './ip.ts';
import { type IpRange, rangeOf, rangesOverlap } from './ip-range.ts';

export const LIST_FORMATS = ['auto', 'plain', 'json'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

/** A list as read: canonical networks, each once, none inside another. */
export type OffenderList = {
  readonly networks: readonly string[];
  /** Entries that are never blocked and why, `10.0.0.0/8: a private network`; the first of them. */
  readonly leftOut: readonly string[];
  readonly leftOutCount: number;
  /** Lines that are no entry. */
  readonly unreadable: number;
};

/**
 * Reads a list of addresses and networks: one a line, `;` and `#` begin a comment, or JSON lines with `cidr` (or `ip`). In words why it is
 * none: more than `maxEntries`, or more lines that are no entry than lines that are. Linear in the text.
 */
export const parseOffenderList = (text: string, options: { readonly format: ListFormat; readonly maxEntries: number }): OffenderList | string => {
  const ranges: Entry[] = [];
  const leftOut: string[] = [];
  let leftOutCount = 0;
  let unreadable = 0;
  for (const line of linesOf(text)) {
    const entry = entryOf(line, options.format);
    if (entry === undefined) continue;
    const network = entry.length <= MAX_ENTRY ? parseNetwork(entry) : undefined;
    if (network === undefined) {
      unreadable += 1;
      continue;
    }
    if (ranges.length + leftOutCount >= options.maxEntries) return `it has more than ${options.maxEntries} entries (max_entries)`;
    const name = networkText(network);
    const range = rangeOf(network);
    const why = network.prefix < (network.isV6 ? WIDEST_V6 : WIDEST_V4) ? 'too wide to block' : NEVER.find((never) => rangesOverlap(never.range, range))?.what;
    if (why === undefined) ranges.push({ name, range });
    else if (leftOutCount++ < MAX_NAMED) leftOut.push(`${name}: ${why}`);
  }
  if (unreadable > ranges.length + leftOutCount) return `${unreadable} lines of it are no address or network`;
  return { networks: outermost(ranges), leftOut, leftOutCount, unreadable };
};

/** How many of a list's entries are named where it leaves some out. */
export const MAX_NAMED = 20;

type Entry = { readonly name: string; readonly range: IpRange };

const MAX_LINE = 1000;
const MAX_ENTRY = 64;
// Networks wider than half a class A are never meant.
const WIDEST_V4 = 9;
const WIDEST_V6 = 20;

// Source: IANA special-purpose address registries. Lists of what must not be routed hold them; blocking them cuts a host off from its own network.
const NEVER: readonly { readonly range: IpRange; readonly what: string }[] = (
  [
    ['0.0.0.0/8', 'no address of a peer'],
    ['10.0.0.0/8', 'a private network'],
    ['100.64.0.0/10', 'a private network'],
    ['127.0.0.0/8', 'a loopback address'],
    ['169.254.0.0/16', 'a link-local address'],
    ['172.16.0.0/12', 'a private network'],
    ['192.168.0.0/16', 'a private network'],
    ['224.0.0.0/3', 'a multicast or reserved address'],
    ['::/127', 'a loopback address'],
    ['fc00::/7', 'a private network'],
    ['fe80::/10', 'a link-local address'],
    ['ff00::/8', 'a multicast address'],
  ] as const
).flatMap(([text, what]) => {
  const network = parseNetwork(text);
  return network === undefined ? [] : [{ range: rangeOf(network), what }];
});

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    yield text.slice(start, Math.min(end, start + MAX_LINE)).trim();
    start = end + 1;
  }
}

/** The text of a line's entry; undefined for a line that is not meant to have one. */
const entryOf = (line: string, format: ListFormat): string | undefined => {
  if (format === 'json' || (format === 'auto' && line.startsWith('{'))) return line === '' ? undefined : entryOfJson(line);
  const comment = line.search(/[;#]/);
  const entry = (comment < 0 ? line : line.slice(0, comment)).trim();
  return entry === '' ? undefined : entry;
};

const entryOfJson = (line: string): string | undefined => {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null) return '';
  // Lists that are made of JSON lines end with one that describes the list.
  if (Reflect.get(value, 'type') === 'metadata') return undefined;
  const entry: unknown = Reflect.get(value, 'cidr') ?? Reflect.get(value, 'ip');
  return typeof entry === 'string' ? entry : '';
};

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    // Not JSON is no entry: the caller counts it.
    return undefined;
  }
};

/** Networks are nested or apart: sorted by first address, wider first, whatever begins within the last one kept lies in it. */
const outermost = (entries: readonly Entry[]): readonly string[] => {
  const sorted = entries.toSorted(
    (a, b) => Number(a.range.isV6) - Number(b.range.isV6) || compare(a.range.first, b.range.first) || compare(b.range.last, a.range.last),
  );
  const kept: string[] = [];
  let last: IpRange | undefined;
  for (const { name, range } of sorted) {
    if (last !== undefined && last.isV6 === range.isV6 && range.first <= last.last) continue;
    kept.push(name);
    last = range;
  }
  return kept;
};

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
