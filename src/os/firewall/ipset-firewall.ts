import { SecError } from '../../domain/errors.ts';
import { type Network, networkContains, networkText, parseNetwork } from '../../domain/ip.ts';
import { rangeOf, rangesOverlap } from '../../domain/ip-range.ts';
import { systemCommand } from '../command.ts';
import { findProgram } from '../find-program.ts';
import { runProgram } from '../run-program.ts';
import { createSerial } from '../serial.ts';
import { checkedBlock, checkedNetwork } from './checked-network.ts';
import { checkedTimeoutSeconds } from './checked-timeout.ts';
import type { Firewall } from './firewall.ts';
import {
  blockSet,
  CHAIN,
  chainScript,
  createSetLines,
  IPSETS,
  isOurIpset,
  isRight,
  LONGEST_TIMEOUT_SECONDS,
  listIpset,
  listIpsetLines,
  parseIpsetSave,
  parseListHits,
  protectSet,
  protectSetLines,
  removeScript,
} from './ipset-layout.ts';
import { checkedList, type FittedList, fitList, type KeptList, listReplyOf } from './list-sets.ts';
import { outermostNetworks } from './outermost-networks.ts';

/** True when blocking through iptables is possible: all its programs are installed. */
export const hasIpset = (): boolean =>
  ['ipset', 'iptables', 'ip6tables', 'iptables-restore', 'ip6tables-restore'].every((name) => findProgram(name) !== undefined);

/**
 * Chain ONESEC with ipsets, for hosts without nft: the same promises, but for two. A batch is not one transaction (a
 * failure may leave a part of it, which the next comparison finds), and a timeout is at most 24 days and renewed.
 */
export const createIpsetFirewall = (options: { readonly netns?: string | undefined; readonly now: () => number }): Firewall => {
  const serial = createSerial(MAX_WAITING);
  let protect: readonly Network[] = [];
  let lists: readonly KeptList[] = [];
  let fitted: readonly FittedList[] = [];
  // Ends (monotonic ms) of blocks longer than ipset can time, so that they are not taken for wrong. Lost ones are renewed once.
  const longEnds = new Map<string, number>();

  const run = (program: string, args: readonly string[], input?: string) => runProgram(systemCommand(program, args, options.netns), { input });
  const must = async (program: string, args: readonly string[], input?: string): Promise<string> => {
    const output = await run(program, args, input);
    if (output.code !== 0) throw new SecError('SEC_HOST_REFUSED', `${program}: ${output.stderr.slice(0, MAX_WORDS)}`);
    return output.stdout;
  };
  const restore = async (lines: readonly string[]): Promise<void> => {
    if (lines.length > 0) await must('ipset', ['restore'], `${lines.join('\n')}\n`);
  };
  const listingOf = (isV6: boolean): Promise<string> => must(isV6 ? 'ip6tables' : 'iptables', ['-w', WAIT, '-S']);
  const setNames = async (): Promise<readonly string[]> => (await must('ipset', ['list', '-n'])).split('\n').filter(isOurIpset);

  /** True when something had to be made. */
  const makeRight = async (): Promise<boolean> => {
    const names = await setNames();
    const listings = await Promise.all([listingOf(false), listingOf(true)]);
    const listed = fitted.map(({ name }) => name);
    const wanted = [...IPSETS, ...listed.flatMap((name) => [listIpset(name, false), listIpset(name, true)])];
    const missing = fitted.filter(({ name }) => !names.includes(listIpset(name, false)) || !names.includes(listIpset(name, true)));
    const isWhole = wanted.every((name) => names.includes(name)) && isRight(false, listings[0], listed) && isRight(true, listings[1], listed);
    if (isWhole) return false;
    await restore([...createSetLines(), ...protectSetLines(protect), ...missing.flatMap(listLines)]);
    for (const isV6 of [false, true])
      await must(isV6 ? 'ip6tables-restore' : 'iptables-restore', ['--noflush', '-w', WAIT], chainScript(isV6, listings[isV6 ? 1 : 0] ?? '', listed));
    return true;
  };
  const listLines = (list: FittedList): readonly string[] => listIpsetLines(list.name, list.networks, (list.endsAt - options.now()) / 1000);
  /** The lists without what is protected by now; those that changed are written, where there are sets. */
  const refitLists = async (): Promise<void> => {
    const before = fitted;
    fitted = lists.map((list) => fitList(list, protect));
    const changed = fitted.filter((list, index) => list.leftOut.join() !== before[index]?.leftOut.join());
    if (changed.length > 0 && (await setNames()).length > 0) await restore(changed.flatMap(listLines));
  };
  const blocked = async () => {
    const names = await setNames();
    const texts: string[] = [];
    for (const isV6 of [false, true]) if (names.includes(blockSet(isV6))) texts.push(await must('ipset', ['save', blockSet(isV6)]));
    const found = texts.flatMap(parseIpsetSave).map(({ address, expiresInMs }) => ({ address, expiresInMs: trueLeft(address, expiresInMs) }));
    return { isPresent: names.some((name) => name === blockSet(false) || name === blockSet(true)), found };
  };
  const trueLeft = (address: string, kernelMs: number): number => {
    const end = longEnds.get(address);
    if (end === undefined || kernelMs < RENEW_BELOW_MS) return kernelMs;
    return end - options.now();
  };
  const addLine = (network: Network, seconds: number): string => {
    const text = networkText(network);
    longEnds.delete(text);
    if (seconds > LONGEST_TIMEOUT_SECONDS && longEnds.size < MAX_LONG) longEnds.set(text, options.now() + seconds * 1000);
    return `add ${blockSet(network.isV6)} ${text} timeout ${Math.min(Math.max(Math.round(seconds), 1), LONGEST_TIMEOUT_SECONDS)} -exist`;
  };

  return {
    ensure: (request) =>
      serial(async () => {
        const before = protect;
        if (request.protect !== undefined) protect = outermostNetworks(request.protect.map(checkedNetwork));
        if (textOf(before) !== textOf(protect)) await refitLists();
        const created = await makeRight();
        if (!created && request.protect !== undefined && textOf(before) !== textOf(protect)) await restore(protectSetLines(protect));
        return { created };
      }),

    apply: (request) =>
      serial(async () => {
        const kept = protect.map(rangeOf);
        const refused: string[] = [];
        const adds = request.add.flatMap((entry) => {
          const network = checkedBlock(entry.address);
          const range = rangeOf(network);
          if (kept.some((own) => rangesOverlap(own, range))) {
            refused.push(entry.address);
            return [];
          }
          return [addLine(network, checkedTimeoutSeconds(entry.timeoutSeconds))];
        });
        const removals = request.remove.map(checkedNetwork);
        const present = await setNames();
        const isPresent = IPSETS.every((name) => present.includes(name));
        const created = adds.length > 0 && (await makeRight()) && !isPresent;
        for (const network of removals) longEnds.delete(networkText(network));
        const removeLines = isPresent || created ? removals.map((network) => `del ${blockSet(network.isV6)} ${networkText(network)} -exist`) : [];
        await restore([...removeLines, ...adds]);
        return { added: adds.length, removed: removals.length, ...(refused.length > 0 ? { refused } : {}), ...(created ? { created } : {}) };
      }),

    protect: (request) =>
      serial(async () => {
        protect = outermostNetworks(request.addresses.map(checkedNetwork));
        await refitLists();
        const names = await setNames();
        if (names.includes(protectSet(false)) && names.includes(protectSet(true))) await restore(protectSetLines(protect));
        return {};
      }),

    lists: (request) =>
      serial(async () => {
        lists = request.lists.map((list) => checkedList(list, options.now()));
        fitted = lists.map((list) => fitList(list, protect));
        const isOver = (name: string): boolean =>
          !IPSETS.includes(name) && !fitted.some((list) => [false, true].some((isV6) => listIpset(list.name, isV6) === name));
        const over = (await setNames()).filter(isOver);
        if (fitted.length > 0 || over.length > 0) {
          await restore(fitted.flatMap(listLines));
          await makeRight();
        }
        for (const name of over) await must('ipset', ['destroy', name]);
        return { lists: fitted.map((list) => ({ ...listReplyOf(list), hits: 0 })) };
      }),

    listState: async () => {
      const names = await setNames();
      const texts: string[] = [];
      for (const program of fitted.length === 0 ? [] : ['iptables', 'ip6tables']) {
        const output = await run(program, ['-w', WAIT, '-nvxL', CHAIN]);
        if (output.code === 0) texts.push(output.stdout);
      }
      const hits = parseListHits(texts.join('\n'));
      const isThere = ({ name }: FittedList): boolean => names.includes(listIpset(name, false)) && hits.has(name);
      return { lists: fitted.filter(isThere).map((list) => ({ ...listReplyOf(list), hits: hits.get(list.name) ?? 0 })) };
    },

    list: async () => {
      const { isPresent, found } = await blocked();
      return { present: isPresent, blocked: found };
    },

    has: async (request) => {
      const network = checkedNetwork(request.address);
      const isSingle = network.prefix === (network.isV6 ? 128 : 32);
      const { found } = await blocked();
      const hit = found.find((block) => {
        if (block.address === networkText(network)) return true;
        const around = isSingle ? parseNetwork(block.address) : undefined;
        return around !== undefined && networkContains(around, network.address);
      });
      return hit === undefined ? { present: false } : { present: true, ...leftOf(hit.expiresInMs) };
    },

    find: async (request) => {
      const wanted = new Set(request.addresses.map((address) => networkText(checkedNetwork(address))));
      const { found } = await blocked();
      return { found: found.filter(({ address }) => wanted.has(address)).map(({ address, expiresInMs }) => ({ address, ...leftOf(expiresInMs) })) };
    },

    remove: () =>
      serial(async () => {
        let isRemoved = false;
        longEnds.clear();
        lists = [];
        fitted = [];
        // The chain cannot be there without its sets: the rules name them.
        if ((await setNames()).length === 0) return { removed: false };
        for (const isV6 of [false, true]) {
          const script = removeScript(await listingOf(isV6));
          if (script === undefined) continue;
          await must(isV6 ? 'ip6tables-restore' : 'iptables-restore', ['--noflush', '-w', WAIT], script);
          isRemoved = true;
        }
        for (const name of await setNames()) {
          await must('ipset', ['destroy', name]);
          isRemoved = true;
        }
        return isRemoved ? { removed: true, what: 'chain ONESEC and its sets with all their blocks' } : { removed: false };
      }),

    close: async () => undefined,
  };
};

const WAIT = '5';
const MAX_WAITING = 1024;
const MAX_WORDS = 600;
const MAX_LONG = 100_000;
const RENEW_BELOW_MS = 86_400_000;

const leftOf = (ms: number): { readonly expiresInMs?: number } => (Number.isFinite(ms) ? { expiresInMs: ms } : {});

const textOf = (networks: readonly Network[]): string => networks.map(networkText).toSorted().join();
