/** The latest failures of all, to name the events behind an alert. Fixed size. */
export type RecentFailures = {
  readonly push: (eventId: string, unit: number, account: number) => void;
  /** Ids of the latest failures of one address or one account, oldest first, without `current`. */
  readonly of: (kind: 'unit' | 'account', slot: number, current: string) => readonly string[];
};

const SIZE = 512;
// Contract: at most 15 earlier events are kept.
const MAX_IDS = 15;

/** An empty ring. */
export const createRecentFailures = (): RecentFailures => {
  const ids: string[] = Array.from({ length: SIZE }, () => '');
  const units = new Int32Array(SIZE).fill(-1);
  const accounts = new Int32Array(SIZE).fill(-1);
  let next = 0;
  return {
    push: (eventId, unit, account) => {
      const place = next % SIZE;
      ids[place] = eventId;
      units[place] = unit;
      accounts[place] = account;
      next++;
    },
    of: (kind, slot, current) => {
      const slots = kind === 'unit' ? units : accounts;
      const found: string[] = [];
      for (let back = 1; back <= Math.min(next, SIZE) && found.length < MAX_IDS; back++) {
        const place = (next - back) % SIZE;
        if (slots[place] === slot && ids[place] !== current) found.push(ids[place] ?? '');
      }
      return found.reverse();
    },
  };
};
