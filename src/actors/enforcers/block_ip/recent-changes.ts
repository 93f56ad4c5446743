/** What this process itself changed a moment ago, so that older knowledge is not held against it. Bounded by time. */
export type RecentChanges = {
  readonly note: (addresses: readonly string[], now: number) => void;
  /** True when the address was changed at or after `since` (wall-clock ms). */
  readonly isSince: (address: string, since: number) => boolean;
};

/** Remembers changes for `keepMs`. */
export const createRecentChanges = (keepMs = 60_000): RecentChanges => {
  const changedAt = new Map<string, number>();
  return {
    note: (addresses, now) => {
      // Oldest first: the map keeps the order of insertion.
      for (const [address, at] of changedAt) {
        if (at > now - keepMs) break;
        changedAt.delete(address);
      }
      for (const address of addresses) {
        changedAt.delete(address);
        changedAt.set(address, now);
      }
    },
    isSince: (address, since) => (changedAt.get(address) ?? Number.NEGATIVE_INFINITY) >= since,
  };
};
