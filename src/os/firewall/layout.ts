import { type Network, networkOf } from '../../domain/ip.ts';

/** The one table that is ours. Nothing outside it is ever read for a decision or written. */
export const TABLE = 'inet onesec';

/**
 * Name of the set that holds networks of this size. One hash set for each prefix length: its elements are the networks'
 * base addresses and a rule matches the masked source against them, so that adding one costs the same however many
 * there are (an interval set grows slower with each element, and refuses overlapping networks).
 */
export const setOf = (network: Pick<Network, 'prefix' | 'isV6'>): string => {
  const family = network.isV6 ? 'block6' : 'block4';
  return network.prefix === widestOf(network.isV6) ? family : `${family}_${network.prefix}`;
};

/** The prefix length and family a set of ours stands for; undefined for any other set. */
export const sizeOfSet = (set: string): Pick<Network, 'prefix' | 'isV6'> | undefined => {
  const match = /^block([46])(?:_([0-9]{1,3}))?$/.exec(set);
  if (match === null) return undefined;
  const isV6 = match[1] === '6';
  const prefix = match[2] === undefined ? widestOf(isV6) : Number(match[2]);
  return prefix <= widestOf(isV6) ? { prefix, isV6 } : undefined;
};

/** Sets that always exist; others come when a network of their size is first blocked. */
export const STANDING_SETS: readonly string[] = ['block4', 'block4_24', 'block6', 'block6_64', 'block6_48'];

/**
 * Text that makes the table what it should be, whatever it was: missing parts are added, rules are written anew, blocked
 * elements are kept. One transaction. `protect` are checked networks; `lists` come after what was blocked one by one.
 */
export const structureScript = (sets: readonly string[], protect: readonly Network[], lists: ListLines = NO_LISTS): string => {
  const lines = [
    `add table ${TABLE}`,
    ...sets.map((set) => `add set ${TABLE} ${set} { type ${sizeOfSet(set)?.isV6 ? 'ipv6_addr' : 'ipv4_addr'}; size ${MAX_ELEMENTS}; flags timeout; }`),
    `add set ${TABLE} protect4 { type ipv4_addr; flags interval; auto-merge; }`,
    `add set ${TABLE} protect6 { type ipv6_addr; flags interval; auto-merge; }`,
    ...lists.sets,
    `add chain ${TABLE} blocked`,
    `add chain ${TABLE} input { type filter hook input priority ${PRIORITY}; policy accept; }`,
    `add chain ${TABLE} forward { type filter hook forward priority ${PRIORITY}; policy accept; }`,
    `flush chain ${TABLE} blocked`,
    `flush chain ${TABLE} input`,
    `flush chain ${TABLE} forward`,
    ...sets.map((set) => `add rule ${TABLE} blocked ${matchOf(set)} counter drop`),
    ...lists.rules,
    ...['input', 'forward'].flatMap((chain) => [
      `add rule ${TABLE} ${chain} iif lo accept`,
      `add rule ${TABLE} ${chain} ip saddr @protect4 ct state established,related accept`,
      `add rule ${TABLE} ${chain} ip6 saddr @protect6 ct state established,related accept`,
      `add rule ${TABLE} ${chain} jump blocked`,
    ]),
    ...protectLines(protect),
  ];
  return `${lines.join('\n')}\n`;
};

/** What the offender lists add to the table. */
export type ListLines = { readonly sets: readonly string[]; readonly rules: readonly string[] };
const NO_LISTS: ListLines = { sets: [], rules: [] };

/** Statements that replace the sets of protected networks. */
export const protectLines = (protect: readonly Network[]): readonly string[] =>
  [false, true].flatMap((isV6) => {
    const set = isV6 ? 'protect6' : 'protect4';
    const elements = protect.filter((network) => network.isV6 === isV6).map((network) => `${network.address}/${network.prefix}`);
    const flush = `flush set ${TABLE} ${set}`;
    return elements.length === 0 ? [flush] : [flush, `add element ${TABLE} ${set} { ${elements.join(', ')} }`];
  });

const PRIORITY = -200;
const MAX_ELEMENTS = 500_000;

const widestOf = (isV6: boolean): number => (isV6 ? 128 : 32);

const matchOf = (set: string): string => {
  const size = sizeOfSet(set) ?? { prefix: 32, isV6: false };
  const source = size.isV6 ? 'ip6 saddr' : 'ip saddr';
  if (size.prefix === widestOf(size.isV6)) return `${source} @${set}`;
  return `${source} & ${maskOf(size)} @${set}`;
};

const maskOf = ({ prefix, isV6 }: Pick<Network, 'prefix' | 'isV6'>): string =>
  networkOf(isV6 ? 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' : '255.255.255.255', prefix).address;
