/** The latest failures of all, to name the events behind an alert. Fixed size. */
export type RecentFailures = {
  readonly push: (eventId: string, unit: number, account: number) => void;
  /** Ids of the latest failures of one address or one account, oldest first, without `current`. */
  readonly of: (kind: 'unit' | 'account', slot: number, current: string) => readonly string[];
};

// A power of two: the place of a failure in the ring is its number cut to the last bits.
const SIZE = 512;
// Contract: at most 15 earlier events are kept.
const MAX_IDS = 15;

/** An empty ring for addresses and accounts whose slots are under `slots`. Both calls take the same time whatever it holds. */
export const createRecentFailures = (slots: number): RecentFailures => {
  const ids: string[] = Array.from({ length: SIZE }, () => '');
  const chains = { unit: createChain(slots), account: createChain(slots) };
  let latest = 0;
  return {
    push: (eventId, unit, account) => {
      latest++;
      ids[latest & (SIZE - 1)] = eventId;
      link(chains.unit, unit, latest);
      link(chains.account, account, latest);
    },
    of: (kind, slot, current) => {
      const { last, before } = chains[kind];
      const oldest = Math.max(1, latest - SIZE + 1);
      const found: string[] = [];
      let number = last[slot] ?? 0;
      // If it is there at all, the current failure is the latest of them.
      if (number >= oldest && ids[number & (SIZE - 1)] === current) number = before[number & (SIZE - 1)] ?? 0;
      while (number >= oldest && found.length < MAX_IDS) {
        found.push(ids[number & (SIZE - 1)] ?? '');
        number = before[number & (SIZE - 1)] ?? 0;
      }
      return found.reverse();
    },
  };
};

/** For each slot the number of its latest failure, for each failure in the ring the number of the one before it; 0 for none. */
type Chain = { readonly last: Float64Array; readonly before: Float64Array };

const createChain = (slots: number): Chain => ({ last: new Float64Array(slots), before: new Float64Array(SIZE) });

const link = (chain: Chain, slot: number, number: number): void => {
  if (slot < 0) return;
  chain.before[number & (SIZE - 1)] = chain.last[slot] ?? 0;
  chain.last[slot] = number;
};
