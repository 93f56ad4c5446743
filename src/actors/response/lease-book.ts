import { type ActionName, type Target, targetKey } from '../../domain/action.ts';
import type { Lease } from '../../domain/lease.ts';

/** The leases in force, in memory, beside their rows in the store. */
export type LeaseBook = {
  readonly live: () => readonly Lease[];
  readonly liveOf: (action: ActionName) => readonly Lease[];
  /** The latest on that target. */
  readonly find: (action: ActionName, target: Target) => Lease | undefined;
  readonly all: (action: ActionName, target: Target) => readonly Lease[];
  readonly byActionId: (actionId: string) => Lease | undefined;
  /** Takes a lease in its new state; ended and failed ones leave the book. */
  readonly set: (lease: Lease) => void;
  /** Leases whose end has come at wall-clock `now`. */
  readonly due: (now: number) => readonly Lease[];
  readonly count: (action: ActionName) => number;
};

/** A book filled from the store. */
export const createLeaseBook = (initial: readonly Lease[]): LeaseBook => {
  const byId = new Map<string, Lease>();
  // Several on one target when modules act at the same moment; the latest comes last.
  const byTarget = new Map<string, readonly string[]>();
  const counts = new Map<ActionName, number>();
  const set = (lease: Lease): void => {
    const key = keyOf(lease.action, lease.target);
    const known = byId.has(lease.id);
    const isLive = lease.state === 'intended' || lease.state === 'active';
    const others = (byTarget.get(key) ?? []).filter((id) => id !== lease.id);
    const ids = isLive ? [...others, lease.id] : others;
    if (isLive) byId.set(lease.id, lease);
    else byId.delete(lease.id);
    if (ids.length > 0) byTarget.set(key, ids);
    else byTarget.delete(key);
    if (known !== isLive) counts.set(lease.action, (counts.get(lease.action) ?? 0) + (isLive ? 1 : -1));
  };
  for (const lease of initial) set(lease);
  return {
    live: () => [...byId.values()],
    liveOf: (action) => [...byId.values()].filter((lease) => lease.action === action),
    find: (action, target) => byId.get(byTarget.get(keyOf(action, target))?.at(-1) ?? ''),
    all: (action, target) => (byTarget.get(keyOf(action, target)) ?? []).flatMap((id) => byId.get(id) ?? []),
    byActionId: (actionId) => [...byId.values()].find((lease) => lease.actionId === actionId),
    set,
    due: (now) => [...byId.values()].filter((lease) => lease.expiresAt !== undefined && lease.expiresAt <= now),
    count: (action) => counts.get(action) ?? 0,
  };
};

const keyOf = (action: ActionName, target: Target): string => `${action} ${targetKey(target)}`;
