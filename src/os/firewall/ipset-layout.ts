import { type Network, networkText, parseNetwork } from '../../domain/ip.ts';

/** The parts that are ours where iptables is used: one chain a family, two sets a family. Nothing else is ever written. */
export const CHAIN = 'ONESEC';
export const HOOKS: readonly string[] = ['INPUT', 'FORWARD'];
const FAMILIES: readonly boolean[] = [false, true];

/** The set that holds blocked networks of a family (any prefix length), and the one of protected networks. */
export const blockSet = (isV6: boolean): string => (isV6 ? 'onesec6' : 'onesec4');
export const protectSet = (isV6: boolean): string => `${blockSet(isV6)}p`;
export const IPSETS: readonly string[] = FAMILIES.flatMap((isV6) => [blockSet(isV6), protectSet(isV6)]);

/** The set of an offender list in one family; the temporary one that it is swapped with. */
export const listIpset = (name: string, isV6: boolean): string => `${blockSet(isV6)}l_${name}`;
const swapIpset = (isV6: boolean): string => `${blockSet(isV6)}x`;

/** True for a set of ours. */
export const isOurIpset = (name: string): boolean => IPSETS.includes(name) || /^onesec[46](x$|l_)/.test(name);

/** Lines for `ipset restore` that put a list in place of what was there. `seconds`: when the kernel forgets it. */
export const listIpsetLines = (name: string, networks: readonly Network[], seconds: number): readonly string[] =>
  FAMILIES.flatMap((isV6) => {
    const shape = `hash:net family ${isV6 ? 'inet6' : 'inet'} maxelem ${MAX_ELEMENTS} timeout ${LONGEST_TIMEOUT_SECONDS}`;
    const swap = swapIpset(isV6);
    const timeout = Math.min(Math.max(Math.round(seconds), 1), LONGEST_TIMEOUT_SECONDS);
    return [
      `create ${listIpset(name, isV6)} ${shape} -exist`,
      `create ${swap} ${shape} -exist`,
      `flush ${swap}`,
      ...networks.filter((network) => network.isV6 === isV6).map((network) => `add ${swap} ${networkText(network)} timeout ${timeout} -exist`),
      `swap ${swap} ${listIpset(name, isV6)}`,
      `destroy ${swap}`,
    ];
  });

/** Packets dropped for each list, from `iptables -nvxL`. */
export const parseListHits = (text: string): ReadonlyMap<string, number> => {
  const hits = new Map<string, number>();
  for (const [, packets, name = ''] of text.matchAll(/^ *([0-9]{1,15}) +[0-9]+ +DROP .{0,200}match-set onesec[46]l_([a-z][a-z0-9_-]{0,19}) src/gm))
    hits.set(name, (hits.get(name) ?? 0) + Number(packets));
  return hits;
};

/** ipset takes no longer timeout (its own limit, in seconds). */
export const LONGEST_TIMEOUT_SECONDS = 2_147_483;

/** Lines for `ipset restore` that make the sets; those that exist are kept with what is in them. */
export const createSetLines = (): readonly string[] =>
  FAMILIES.flatMap((isV6) => {
    const family = isV6 ? 'inet6' : 'inet';
    return [
      `create ${blockSet(isV6)} hash:net family ${family} maxelem ${MAX_ELEMENTS} timeout 1 -exist`,
      `create ${protectSet(isV6)} hash:net family ${family} maxelem ${MAX_PROTECTED} -exist`,
    ];
  });

/** Lines for `ipset restore` that replace what is protected. */
export const protectSetLines = (protect: readonly Network[]): readonly string[] => [
  ...FAMILIES.map((isV6) => `flush ${protectSet(isV6)}`),
  ...protect.flatMap((network) => halves(network).map((half) => `add ${protectSet(network.isV6)} ${half} -exist`)),
];

/** The rules of our chain, as iptables prints them. RETURN and not ACCEPT: the operator's own rules still apply. */
export const chainRules = (isV6: boolean, lists: readonly string[] = []): readonly string[] => [
  `-A ${CHAIN} -i lo -j RETURN`,
  `-A ${CHAIN} -m conntrack --ctstate RELATED,ESTABLISHED -m set --match-set ${protectSet(isV6)} src -j RETURN`,
  `-A ${CHAIN} -m set --match-set ${blockSet(isV6)} src -j DROP`,
  ...lists.map((name) => `-A ${CHAIN} -m set --match-set ${listIpset(name, isV6)} src -j DROP`),
];

/** Input for `iptables-restore --noflush` that puts chain and hooks right, given what `iptables -S` says; one transaction. */
export const chainScript = (isV6: boolean, listing: string, lists: readonly string[] = []): string =>
  [
    '*filter',
    `:${CHAIN} - [0:0]`,
    ...chainRules(isV6, lists),
    ...oursIn(listing).map((rule) => rule.replace(/^-A/, '-D')),
    ...HOOKS.map((hook) => `-I ${hook} 1 -j ${CHAIN}`),
    'COMMIT',
    '',
  ].join('\n');

/** Input for `iptables-restore --noflush` that takes chain and hooks away; undefined when neither is there. */
export const removeScript = (listing: string): string | undefined => {
  const hooks = oursIn(listing).map((rule) => rule.replace(/^-A/, '-D'));
  const hasChain = listing.split('\n').includes(`-N ${CHAIN}`);
  if (!hasChain) return undefined;
  return ['*filter', ...hooks, `-F ${CHAIN}`, `-X ${CHAIN}`, 'COMMIT', ''].join('\n');
};

/** True when chain and hooks are as they should be: ours first in each hook, once, and nothing else in our chain. */
export const isRight = (isV6: boolean, listing: string, lists: readonly string[] = []): boolean => {
  const lines = listing.split('\n');
  const isHooked = HOOKS.every((hook) => {
    const rules = lines.filter((line) => line.startsWith(`-A ${hook} `));
    return rules[0] === `-A ${hook} -j ${CHAIN}` && rules.filter((rule) => rule.endsWith(`-j ${CHAIN}`)).length === 1;
  });
  return isHooked && lines.filter((line) => line.startsWith(`-A ${CHAIN} `)).join('\n') === chainRules(isV6, lists).join('\n');
};

/** Blocked networks with the ms they have left, from `ipset save`. ipset tells whole seconds, so the middle of that second is given. */
export const parseIpsetSave = (text: string): readonly { readonly address: string; readonly expiresInMs: number }[] =>
  text.split('\n').flatMap((line) => {
    const [, set, address = '', seconds] = /^add (\S+) (\S+)(?: timeout (\d{1,10}))?/.exec(line) ?? [];
    if (set !== blockSet(false) && set !== blockSet(true)) return [];
    const network = parseNetwork(address);
    if (network === undefined) return [];
    const left = seconds === undefined || seconds === '0' ? Number.POSITIVE_INFINITY : Number(seconds) * 1000 + HALF_SECOND_MS;
    return [{ address: networkText(network), expiresInMs: left }];
  });

const MAX_ELEMENTS = 500_000;
const MAX_PROTECTED = 65_536;
const HALF_SECOND_MS = 500;

/** ipset takes no /0: it is given as its two halves. */
const halves = (network: Network): readonly string[] => {
  if (network.prefix > 0) return [networkText(network)];
  return network.isV6 ? ['::/1', '8000::/1'] : ['0.0.0.0/1', '128.0.0.0/1'];
};

const oursIn = (listing: string): readonly string[] => listing.split('\n').filter((line) => HOOKS.some((hook) => line === `-A ${hook} -j ${CHAIN}`));
