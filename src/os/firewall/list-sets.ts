import { SecError } from '../../domain/errors.ts';
import type { FirewallList } from '../../domain/host.ts';
import { type Network, networkText } from '../../domain/ip.ts';
import { type IpRange, rangeOf, rangesOverlap } from '../../domain/ip-range.ts';
import { MAX_NAMED } from '../../domain/offender-list.ts';
import { checkedBlock } from './checked-network.ts';
import { checkedTimeoutSeconds } from './checked-timeout.ts';

/** An offender list as this room keeps it: checked, in order, with the moment (monotonic ms) until which it holds. */
export type KeptList = { readonly name: string; readonly entries: readonly ListEntry[]; readonly endsAt: number };
type ListEntry = { readonly network: Network; readonly range: IpRange };

/** What of a list may be blocked beside what is protected, and what is left out. */
export type FittedList = { readonly name: string; readonly networks: readonly Network[]; readonly leftOut: readonly string[]; readonly endsAt: number };

/** SEC_INPUT_INVALID or SEC_REFUSED for a name, an entry or a time that no list has: nothing else becomes part of a firewall command. */
export const checkedList = (list: FirewallList, now: number): KeptList => {
  if (!LIST_NAME.test(list.name)) throw new SecError('SEC_INPUT_INVALID', `expected the name of a list, got "${list.name}"`);
  const endsAt = now + checkedTimeoutSeconds(list.timeoutSeconds) * 1000;
  const entries = list.networks.map((text) => {
    const network = checkedBlock(text);
    return { network, range: rangeOf(network) };
  });
  return { name: list.name, endsAt, entries: apart(entries) };
};

/** Leaves out, whole, each entry that touches something protected. */
export const fitList = (list: KeptList, protect: readonly Network[]): FittedList => {
  const hit = new Set<ListEntry>();
  for (const range of protect.map(rangeOf)) {
    for (let at = firstReaching(list.entries, range); at < list.entries.length; at += 1) {
      const entry = list.entries[at];
      if (entry === undefined || !rangesOverlap(entry.range, range)) break;
      hit.add(entry);
    }
  }
  const networks = list.entries.flatMap((entry) => (hit.has(entry) ? [] : [entry.network]));
  return { name: list.name, endsAt: list.endsAt, networks, leftOut: [...hit].map(({ network }) => networkText(network)) };
};

/** What was left out, as the reply says it. */
export const listReplyOf = ({ name, networks, leftOut }: FittedList) => ({
  name,
  entries: networks.length,
  leftOut: leftOut.slice(0, MAX_NAMED),
  leftOutCount: leftOut.length,
});

/** Names that may become part of a set's name. */
const LIST_NAME = /^[a-z][a-z0-9_-]{0,19}$/;

const order = (a: IpRange, b: IpRange): number => {
  if (a.isV6 !== b.isV6) return a.isV6 ? 1 : -1;
  return a.first < b.first ? -1 : a.first > b.first ? 1 : Number(b.last - a.last > 0n) - Number(b.last - a.last < 0n);
};

/** Sorted, without those that lie in another. */
const apart = (entries: readonly ListEntry[]): readonly ListEntry[] => {
  const kept: ListEntry[] = [];
  for (const entry of entries.toSorted((a, b) => order(a.range, b.range))) {
    const last = kept.at(-1);
    if (last === undefined || !rangesOverlap(last.range, entry.range)) kept.push(entry);
  }
  return kept;
};

/** Index of the first entry that ends at or after the beginning of a range. */
const firstReaching = (entries: readonly ListEntry[], range: IpRange): number => {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    const isBefore = entry !== undefined && (entry.range.isV6 === range.isV6 ? entry.range.last < range.first : range.isV6);
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
};
