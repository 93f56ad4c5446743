import { networkText } from '../../domain/ip.ts';
import { TABLE } from './layout.ts';
import type { FittedList } from './list-sets.ts';

/** The set of a list in one family. Intervals, and each element with the time its list holds: a dead daemon forgets none for ever. */
export const listSetOf = (name: string, isV6: boolean): string => `list${isV6 ? 6 : 4}_${name}`;

/** The list a set belongs to; undefined for any other set. */
export const listOfSet = (set: string): string | undefined => /^list[46]_([a-z][a-z0-9_-]{0,19})$/.exec(set)?.[1];

/** Statements that make counter and sets of lists; those that are there keep elements and counts. */
export const listSetLines = (names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [
    `add counter ${TABLE} ${counterOf(name)}`,
    `add set ${TABLE} ${listSetOf(name, false)} { type ipv4_addr; flags interval, timeout; }`,
    `add set ${TABLE} ${listSetOf(name, true)} { type ipv6_addr; flags interval, timeout; }`,
  ]);

/** Statements that drop what the lists hold. */
export const listRuleLines = (names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [
    `add rule ${TABLE} blocked ip saddr @${listSetOf(name, false)} counter name "${counterOf(name)}" drop`,
    `add rule ${TABLE} blocked ip6 saddr @${listSetOf(name, true)} counter name "${counterOf(name)}" drop`,
  ]);

/** Statements that take lists away for which there is no rule any more. */
export const listDropLines = (names: readonly string[]): readonly string[] => [
  ...listSetLines(names),
  ...names.flatMap((name) => [
    `delete set ${TABLE} ${listSetOf(name, false)}`,
    `delete set ${TABLE} ${listSetOf(name, true)}`,
    `delete counter ${TABLE} ${counterOf(name)}`,
  ]),
];

/** Statements that replace what a list holds. */
export const listElementLines = (list: FittedList, now: number): readonly string[] =>
  [false, true].flatMap((isV6) => {
    const set = listSetOf(list.name, isV6);
    const seconds = Math.max(1, Math.round((list.endsAt - now) / 1000));
    const elements = list.networks.filter((network) => network.isV6 === isV6).map((network) => `${networkText(network)} timeout ${seconds}s`);
    const flush = `flush set ${TABLE} ${set}`;
    return elements.length === 0 ? [flush] : [flush, `add element ${TABLE} ${set} { ${elements.join(', ')} }`];
  });

/** Packets dropped for each list, from `nft -j list counters`; those that are not there are not in it. */
export const parseListCounters = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const [, name = '', packets] of text.matchAll(/"name": ?"list_([a-z][a-z0-9_-]{0,19})", [^{}]{0,200}"packets": ?([0-9]{1,15})/g))
    counts.set(name, Number(packets));
  return counts;
};

const counterOf = (name: string): string => `list_${name}`;
