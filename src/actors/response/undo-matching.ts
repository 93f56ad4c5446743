import { targetKey } from '../../domain/action.ts';
import type { Actor } from '../../domain/approval.ts';
import { toSecError } from '../../domain/errors.ts';
import type { HistoryRecord } from '../../domain/history.ts';
import type { Lease } from '../../domain/lease.ts';
import { endLease, type UndoDependencies } from './undo.ts';

/** Which actions in force are meant; all that is named has to fit. */
export type UndoFilter = {
  /** Done at this wall-clock instant (ms) or later. */
  readonly since?: number | undefined;
  readonly module?: string | undefined;
  /** In force when it was done. */
  readonly preset?: string | undefined;
};

/** What became of each: a record where the end was tried, the words of the failure where even that could not be written down. */
export type UndoneLease = { readonly lease: Lease } & ({ readonly record: HistoryRecord } | { readonly problem: string });

/**
 * The leases in force that fit, the oldest first, with those that end along with them: what stands for the same block, whoever asked for
 * it. At most `limit` that are younger than the lease `after`; `next` is where the following page begins, if there is one.
 */
export const leasesMatching = (
  live: readonly Lease[],
  filter: UndoFilter,
  page: { readonly after?: string | undefined; readonly limit: number },
): { readonly leases: readonly Lease[]; readonly next: string | undefined } => {
  const fitting = live.filter((lease) => fits(lease, filter));
  const shared = new Set(fitting.filter(isShared).map(placeOf));
  const own = new Set(fitting.map(({ id }) => id));
  const all = live
    .filter((lease) => own.has(lease.id) || (isShared(lease) && shared.has(placeOf(lease))))
    .filter(({ id }) => page.after === undefined || id > page.after)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const leases = all.slice(0, page.limit);
  return { leases, next: all.length > leases.length ? leases.at(-1)?.id : undefined };
};

/** Takes these back, one after the other: verified and recorded as `undoAction` does. What fails does not keep the others from ending. */
export const undoLeases = async (dependencies: UndoDependencies, leases: readonly Lease[], actor: Actor, reason: string): Promise<readonly UndoneLease[]> => {
  const results: UndoneLease[] = [];
  for (const { id } of leases) {
    // An earlier one may have taken it along.
    const lease = dependencies.leases.live().find((one) => one.id === id);
    if (lease === undefined) continue;
    const result = await endLease(dependencies, lease, actor, reason).then(
      (record) => ({ lease, record }),
      (problem: unknown) => ({ lease, problem: toSecError(problem).message }),
    );
    results.push(result);
  }
  return results;
};

const fits = ({ createdAt, module, preset }: Lease, filter: UndoFilter): boolean =>
  (filter.since === undefined || createdAt >= filter.since) &&
  (filter.module === undefined || module === filter.module) &&
  (filter.preset === undefined || preset === filter.preset);

// Files that had one path after another are each their own.
const isShared = ({ undo }: Lease): boolean => undo?.kind !== 'file';

const placeOf = ({ action, target }: Lease): string => `${action} ${targetKey(target)}`;
