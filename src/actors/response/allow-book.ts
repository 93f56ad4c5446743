import { type AllowEntry, readAllowEntries } from '../../domain/allow-entry.ts';
import type { Clock } from '../../domain/clock.ts';
import { SecError } from '../../domain/errors.ts';
import { networkText, parseNetwork } from '../../domain/ip.ts';
import type { Store } from '../../store/contract.ts';

const META_KEY = 'allow-list';
const MAX_ENTRIES = 1000;
const WIDEST_V4 = 8;
const WIDEST_V6 = 16;

/** Who is never blocked because a person said so: what the configuration lists and what was added while running. */
export type AllowBook = {
  /** Entries added while running and still in force. */
  readonly entries: () => readonly AllowEntry[];
  /** Networks of the configuration. */
  readonly configured: readonly string[];
  /** Both, as text. The same array as long as nothing changes. */
  readonly networks: () => readonly string[];
  /** On disk when it resolves; one for the same network is replaced. SEC_INPUT_INVALID, SEC_REFUSED (too wide), SEC_STORE_FULL (too many). */
  readonly add: (draft: Omit<AllowEntry, 'addedAt'>) => Promise<AllowEntry>;
  /** On disk when it resolves. SEC_NOT_FOUND when it is not there, SEC_REFUSED when it stands in the configuration. */
  readonly remove: (address: string) => Promise<AllowEntry>;
  /** Forgets entries whose time is over; true when there were any. */
  readonly prune: () => boolean;
};

/** The book as the store remembers it. */
export const createAllowBook = (dependencies: {
  readonly store: Pick<Store, 'meta'>;
  readonly clock: Clock;
  readonly configured: readonly string[];
}): AllowBook => {
  const { store, clock, configured } = dependencies;
  const isOver = (entry: AllowEntry): boolean => entry.expiresAt !== undefined && entry.expiresAt <= clock.now();
  let entries: readonly AllowEntry[] = readAllowEntries(store.meta.get(META_KEY), MAX_ENTRIES).filter((entry) => !isOver(entry));
  let networks: readonly string[] = [];
  const take = (next: readonly AllowEntry[]): void => {
    entries = next;
    networks = [...new Set([...configured, ...next.map((entry) => entry.network)])];
  };
  take(entries);
  const save = async (next: readonly AllowEntry[]): Promise<void> => {
    await store.meta.put(META_KEY, next);
    take(next);
  };
  return {
    entries: () => entries,
    configured,
    networks: () => networks,
    add: async (draft) => {
      const entry: AllowEntry = { ...draft, network: checkedText(draft.network), addedAt: clock.now() };
      const others = entries.filter((known) => known.network !== entry.network && !isOver(known));
      if (others.length >= MAX_ENTRIES) throw new SecError('SEC_STORE_FULL', `the allow list holds ${MAX_ENTRIES} entries already`);
      await save([...others, entry]);
      return entry;
    },
    remove: async (address) => {
      const network = textOf(address);
      const found = entries.find((entry) => entry.network === network);
      if (found !== undefined) {
        await save(entries.filter((entry) => entry !== found));
        return found;
      }
      if (configured.some((text) => textOf(text) === network))
        throw new SecError('SEC_REFUSED', `${network} stands in the configuration (enforcement.global_allow_list): remove it there`);
      throw new SecError('SEC_NOT_FOUND', `${network} is not on the allow list`);
    },
    prune: () => {
      const kept = entries.filter((entry) => !isOver(entry));
      if (kept.length === entries.length) return false;
      take(kept);
      return true;
    },
  };
};

const textOf = (text: string): string => {
  const network = parseNetwork(text);
  if (network === undefined) throw new SecError('SEC_INPUT_INVALID', `expected an address or a network in CIDR form, got "${text}"`);
  return networkText(network);
};

const checkedText = (text: string): string => {
  const network = parseNetwork(text);
  const widest = network?.isV6 === true ? WIDEST_V6 : WIDEST_V4;
  if (network !== undefined && network.prefix < widest)
    throw new SecError(
      'SEC_REFUSED',
      `a /${network.prefix} would all but switch blocking off: at least /${widest}; \`1sec enforce dry-run on\` does that openly`,
    );
  return textOf(text);
};
