import { SecError } from '../../domain/errors.ts';
import type { HostOperations } from '../../domain/host.ts';
import { type Network, networkOf, networkText } from '../../domain/ip.ts';
import { rangeOf, rangesOverlap } from '../../domain/ip-range.ts';
import { systemCommand } from '../command.ts';
import { runProgram } from '../run-program.ts';
import { createSerial } from '../serial.ts';
import { batchStatements, type TimedNetwork } from './batch-statements.ts';
import { checkedBlock, checkedNetwork } from './checked-network.ts';
import { checkedTimeoutSeconds } from './checked-timeout.ts';
import { createElementReader } from './element-reader.ts';
import { type ListLines, protectLines, STANDING_SETS, setOf, sizeOfSet, structureScript, TABLE } from './layout.ts';
import { listDropLines, listElementLines, listRuleLines, listSetLines, parseListCounters } from './list-layout.ts';
import { checkedList, type FittedList, fitList, type KeptList, listReplyOf } from './list-sets.ts';
import { createNftSession } from './nft-session.ts';
import { outermostNetworks } from './outermost-networks.ts';
import { parseNftDuration } from './parse-duration.ts';
import { type ParsedTable, parseListing } from './parse-listing.ts';

type Operation<Name extends keyof HostOperations> = (request: HostOperations[Name]['request']) => Promise<HostOperations[Name]['reply']>;

export type Firewall = {
  readonly ensure: Operation<'firewall.ensure'>;
  readonly apply: Operation<'firewall.apply'>;
  readonly protect: Operation<'firewall.protect'>;
  readonly lists: Operation<'firewall.lists'>;
  readonly listState: Operation<'firewall.listState'>;
  readonly list: Operation<'firewall.list'>;
  readonly has: Operation<'firewall.has'>;
  readonly find: Operation<'firewall.find'>;
  readonly remove: Operation<'firewall.remove'>;
  readonly close: () => Promise<void>;
};

/** Table `inet onesec` in this network namespace. Failures are SecErrors with nft's own words; a failed change changed nothing. */
export const createFirewall = (options: { readonly netns?: string | undefined; readonly now?: (() => number) | undefined }): Firewall => {
  const now = options.now ?? (() => performance.now());
  const session = createNftSession(options);
  const reader = createElementReader(options);
  const serial = createSerial(MAX_WAITING);
  let protect: readonly Network[] = [];
  let sets: readonly string[] = STANDING_SETS;
  let rightStructure: string | undefined;
  let lists: readonly KeptList[] = [];
  let fitted: readonly FittedList[] = [];
  const structure = (): string => structureScript(sets, protect, listLines(fitted));

  const nft = (args: readonly string[], input?: string) => runProgram(systemCommand('nft', args, options.netns), { input });
  const readTable = async (flags: string): Promise<ParsedTable | undefined> => {
    const output = await nft([flags, 'list', 'table', ...TABLE.split(' ')]);
    if (output.code === 0) return parseListing(output.stdout);
    if (output.stderr.includes('No such file or directory')) return undefined;
    throw new SecError('SEC_HOST_REFUSED', `nft: ${output.stderr.slice(0, MAX_WORDS)}`);
  };
  const runScript = async (script: string): Promise<void> => {
    const output = await nft(['-f', '-'], script);
    if (output.code !== 0) throw new SecError('SEC_HOST_REFUSED', `nft: ${output.stderr.slice(0, MAX_WORDS)}`);
  };
  const elementsOfLists = (): string => `${fitted.flatMap((list) => listElementLines(list, now())).join('\n')}\n`;
  const writeStructure = async (found: ParsedTable | undefined): Promise<void> => {
    const isListLost = fitted.some(({ name }) => found?.lists.includes(name) !== true);
    try {
      await runScript(`${structure()}${isListLost ? elementsOfLists() : ''}`);
    } catch {
      // A table by our name with other types in it: only a fresh one helps. If that fails too, its reason is the one to hear.
      await runScript(`add table ${TABLE}\ndelete table ${TABLE}\n${structure()}${elementsOfLists()}`);
    }
    rightStructure = (await readTable('-jt'))?.structure;
  };
  const changeAll = async (found: ParsedTable | undefined, add: readonly TimedNetwork[], removals: readonly Network[]): Promise<boolean> => {
    const present = new Set(found?.sets);
    const remove = removals.filter((network) => present.has(setOf(network)));
    if (found === undefined && add.length === 0) return false;
    sets = [...new Set([...STANDING_SETS, ...present, ...add.map((entry) => setOf(entry.network))])];
    const statements = `${batchStatements(add, remove).join('\n')}\n`;
    try {
      await runScript(`${structure()}${statements}`);
      rightStructure = (await readTable('-jt'))?.structure;
    } catch {
      // Perhaps a table by our name with other types in it. If it is something else, the second attempt says so.
      await writeStructure(found);
      await runScript(statements);
    }
    return found === undefined;
  };
  /** True when the table had to be made. As a rule only elements change; a table that nobody looked at yet is made right with them. */
  const change = async (add: readonly TimedNetwork[], removals: readonly Network[]): Promise<boolean> => {
    const known = new Set(sets);
    if (rightStructure === undefined || add.some((entry) => !known.has(setOf(entry.network)))) return changeAll(await readTable('-jt'), add, removals);
    try {
      await session.transact(
        batchStatements(
          add,
          removals.filter((network) => known.has(setOf(network))),
        ),
      );
      return false;
    } catch (problem) {
      const found = await readTable('-jt');
      if (found !== undefined && found.structure === rightStructure) throw problem;
      return changeAll(found, add, removals);
    }
  };

  /** The lists without what is protected by now; those that changed are written, where there is a table. */
  const refitLists = async (): Promise<void> => {
    const before = fitted;
    fitted = lists.map((list) => fitList(list, protect));
    const changed = fitted.filter((list, index) => list.leftOut.join() !== before[index]?.leftOut.join());
    if (changed.length > 0 && (await readTable('-jt')) !== undefined)
      await runScript(`${changed.flatMap((list) => [...listSetLines([list.name]), ...listElementLines(list, now())]).join('\n')}\n`);
  };

  const lookWithNft = async (networks: readonly Network[]): Promise<ReadonlyMap<string, Left>> => {
    const found = new Map<string, Left>();
    if (networks.length > FEW) {
      const wanted = new Set(networks.map(networkText));
      for (const block of (await readTable('-j'))?.blocked ?? []) if (wanted.has(block.address)) found.set(block.address, { expiresInMs: block.expiresInMs });
      return found;
    }
    for (const network of networks) {
      const text = await session.query(`get element ${TABLE} ${setOf(network)} { ${network.address} }`);
      if (text === undefined) continue;
      const left = parseNftDuration(/ expires ([0-9a-z]+)/.exec(text)?.[1] ?? '');
      found.set(networkText(network), left === undefined ? {} : { expiresInMs: left });
    }
    return found;
  };
  /** What the kernel has of these networks. It is asked directly; where that cannot be, through nft, which reads whole sets. */
  const look = async (networks: readonly Network[]): Promise<ReadonlyMap<string, Left>> => {
    const answers = await reader.look(networks).catch(() => undefined);
    if (answers === undefined || answers.some((answer) => answer.kind === 'failed')) return lookWithNft(networks);
    const found = new Map<string, Left>();
    for (const [index, answer] of answers.entries()) {
      const network = networks[index];
      if (network === undefined || answer.kind !== 'found') continue;
      found.set(networkText(network), answer.expiresInMs === undefined ? {} : { expiresInMs: answer.expiresInMs });
    }
    return found;
  };

  return {
    ensure: (request) =>
      serial(async () => {
        const wanted = request.protect === undefined ? protect : outermostNetworks(request.protect.map(checkedNetwork));
        const isNewProtection = !sameNetworks(wanted, protect);
        protect = wanted;
        if (isNewProtection) await refitLists();
        const found = await readTable('-jt');
        sets = [...new Set([...STANDING_SETS, ...(found?.sets ?? [])])];
        if (found !== undefined && found.structure === rightStructure) {
          if (isNewProtection) await session.transact(protectLines(protect));
          return { created: false };
        }
        await writeStructure(found);
        return { created: found?.structure !== rightStructure };
      }),

    apply: (request) =>
      serial(async () => {
        const refused: string[] = [];
        const kept = protect.map(rangeOf);
        const add = request.add.flatMap((entry) => {
          const network = checkedBlock(entry.address);
          const range = rangeOf(network);
          if (kept.some((own) => rangesOverlap(own, range))) {
            refused.push(entry.address);
            return [];
          }
          return [{ network, timeoutMs: checkedTimeoutSeconds(entry.timeoutSeconds) * 1000, isNew: entry.isNew }];
        });
        const removals = request.remove.map(checkedNetwork);
        const created = await change(add, removals);
        return { added: add.length, removed: removals.length, ...(refused.length > 0 ? { refused } : {}), ...(created ? { created } : {}) };
      }),

    protect: (request) =>
      serial(async () => {
        protect = outermostNetworks(request.addresses.map(checkedNetwork));
        await refitLists();
        if (rightStructure !== undefined) {
          // As a rule the table is there: looking first would have nft read every element.
          const isDone = await session.transact(protectLines(protect)).then(
            () => true,
            () => false,
          );
          if (isDone) return {};
        }
        // Without a table they are kept for the moment there is one; additions are checked against them in any case.
        if ((await readTable('-jt')) !== undefined) await session.transact(protectLines(protect));
        return {};
      }),

    lists: (request) =>
      serial(async () => {
        const wanted = request.lists.map((list) => checkedList(list, now()));
        const found = await readTable('-jt');
        lists = wanted;
        fitted = lists.map((list) => fitList(list, protect));
        const over = (found?.lists ?? []).filter((name) => !wanted.some((list) => list.name === name));
        if (wanted.length > 0 || over.length > 0) {
          sets = [...new Set([...STANDING_SETS, ...(found?.sets ?? [])])];
          const lines = [...listDropLines(over), ...fitted.flatMap((list) => listElementLines(list, now()))];
          await runScript(`${structure()}${lines.join('\n')}\n`);
          rightStructure = (await readTable('-jt'))?.structure;
        }
        return { lists: fitted.map((list) => ({ ...listReplyOf(list), hits: 0 })) };
      }),

    listState: async () => {
      const output = await nft(['-j', 'list', 'counters', 'table', ...TABLE.split(' ')]);
      if (output.code !== 0 && !output.stderr.includes('No such file or directory'))
        throw new SecError('SEC_HOST_REFUSED', `nft: ${output.stderr.slice(0, MAX_WORDS)}`);
      const hits = parseListCounters(output.code === 0 ? output.stdout : '');
      return { lists: fitted.flatMap((list) => (hits.has(list.name) ? [{ ...listReplyOf(list), hits: hits.get(list.name) ?? 0 }] : [])) };
    },

    list: async () => {
      // Which sets there are is known once the table was looked at. nft reads every element even for a terse listing.
      const known = rightStructure === undefined ? (await readTable('-jt'))?.sets : sets;
      const blocked = known === undefined ? undefined : await reader.list(known).catch(() => undefined);
      if (blocked !== undefined) return { present: true, blocked };
      const found = await readTable('-j');
      return { present: found !== undefined, blocked: found?.blocked ?? [] };
    },

    has: async (request) => {
      const candidates = candidatesOf(checkedNetwork(request.address), sets);
      const [first] = [...(await look(candidates)).values()];
      return first === undefined ? { present: false } : { present: true, ...first };
    },

    find: async (request) => {
      const networks = request.addresses.map(checkedNetwork);
      const found = await look(networks);
      return { found: [...found].map(([address, left]) => ({ address, ...left })) };
    },

    remove: () =>
      serial(async () => {
        const found = await readTable('-jt');
        rightStructure = undefined;
        sets = STANDING_SETS;
        lists = [];
        fitted = [];
        if (found === undefined) return { removed: false };
        await session.transact([`delete table ${TABLE}`]);
        return { removed: true };
      }),

    close: async () => {
      reader.close();
      await session.close();
    },
  };
};

const listLines = (lists: readonly FittedList[]): ListLines => {
  const names = lists.map(({ name }) => name);
  return { sets: listSetLines(names), rules: listRuleLines(names) };
};

type Left = { readonly expiresInMs?: number | undefined };

/** Up to so many are asked for one by one: each costs nft the reading of a whole set. */
const FEW = 8;
const MAX_WAITING = 1024;
const MAX_WORDS = 600;

const sameNetworks = (a: readonly Network[], b: readonly Network[]): boolean =>
  a.length === b.length && a.map(networkText).toSorted().join() === b.map(networkText).toSorted().join();

/** The network itself; for a single address also the networks around it that could be blocked. */
const candidatesOf = (network: Network, sets: readonly string[]): readonly Network[] => {
  if (network.prefix !== (network.isV6 ? 128 : 32)) return [network];
  return sets.flatMap((set) => {
    const size = sizeOfSet(set);
    return size?.isV6 === network.isV6 ? [networkOf(network.address, size.prefix)] : [];
  });
};
