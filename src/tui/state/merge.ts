import type { AlertJson, ApprovalJson, LeaseJson, RecordJson } from '../../protocol/schemas.ts';
import type { AlertItem } from './app-state.ts';

export const MAX_ALERTS = 5000;
export const MAX_RECORDS = 2000;
export const MAX_APPROVALS = 1000;
export const MAX_LEASES = 1000;

/** Alerts folded into the list by id, newest last. Over the bound the oldest go; the daemon still has them. */
export const mergeAlerts = (items: readonly AlertItem[], alerts: readonly AlertJson[]): readonly AlertItem[] =>
  bounded(
    mergeSorted(
      items,
      alerts.map((alert) => ({ key: alert.id, alert })),
      alertKey,
      isNewerAlert,
    ),
    MAX_ALERTS,
  );

/** A row that says so many messages are missing, right after what is there now. Gaps in a row count as one. */
export const addGap = (items: readonly AlertItem[], missed: number): readonly AlertItem[] => {
  const last = items.at(-1);
  if (last === undefined) return items;
  if (last.gap !== undefined) return [...items.slice(0, -1), { key: last.key, gap: { missed: last.gap.missed + missed } }];
  // '~' sorts behind every character of an id.
  return bounded([...items, { key: `${last.key}~`, gap: { missed } }], MAX_ALERTS);
};

/** Without the gaps that a page of alerts reaching back to `oldestId` has filled. */
export const closeGaps = (items: readonly AlertItem[], oldestId: string): readonly AlertItem[] => {
  const kept = items.filter((item) => item.gap === undefined || item.key < oldestId);
  return kept.length === items.length ? items : kept;
};

/** Records folded into the history by sequence, newest last. */
export const mergeRecords = (records: readonly RecordJson[], added: readonly RecordJson[]): readonly RecordJson[] =>
  bounded(
    mergeSorted(records, added, recordKey, () => false),
    MAX_RECORDS,
  );

/** Approvals folded in by id; decided, expired and void ones leave. Over the bound the newest are not shown. */
export const mergeApprovals = (approvals: readonly ApprovalJson[], added: readonly ApprovalJson[]): readonly ApprovalJson[] =>
  mergeSorted(approvals, added, byId, (before, after) => after.version >= before.version)
    .filter(isUndecided)
    .slice(0, MAX_APPROVALS);

/** The leases in force. */
export const activeLeases = (leases: readonly LeaseJson[]): readonly LeaseJson[] =>
  leases.filter((lease) => lease.state === 'active' || lease.state === 'intended').slice(0, MAX_LEASES);

/** Sortable key of a record in a list. */
export const recordKey = (record: RecordJson): string => String(record.sequence).padStart(16, '0');

const alertKey = (item: AlertItem): string => item.key;
const byId = (approval: ApprovalJson): string => approval.id;

const isUndecided = (approval: ApprovalJson): boolean => approval.state === 'pending' || approval.state === 'approved' || approval.state === 'executing';

const isNewerAlert = (before: AlertItem, after: AlertItem): boolean => (after.alert?.version ?? 0) >= (before.alert?.version ?? 0);

const bounded = <Item>(items: readonly Item[], limit: number): readonly Item[] => (items.length > limit ? items.slice(items.length - limit) : items);

// One pass over both; additions are few and mostly belong at the end.
const mergeSorted = <Item>(
  items: readonly Item[],
  added: readonly Item[],
  keyOf: (item: Item) => string,
  shouldReplace: (before: Item, after: Item) => boolean,
): readonly Item[] => {
  if (added.length === 0) return items;
  const latest = new Map<string, Item>();
  for (const item of added) {
    const before = latest.get(keyOf(item));
    if (before === undefined || shouldReplace(before, item)) latest.set(keyOf(item), item);
  }
  const fresh = [...latest].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const merged: Item[] = [];
  let next = 0;
  for (const item of items) {
    const key = keyOf(item);
    for (let candidate = fresh[next]; candidate !== undefined && candidate[0] < key; candidate = fresh[next]) {
      merged.push(candidate[1]);
      next += 1;
    }
    const same = fresh[next];
    if (same === undefined || same[0] !== key) {
      merged.push(item);
      continue;
    }
    merged.push(shouldReplace(item, same[1]) ? same[1] : item);
    next += 1;
  }
  for (const [, item] of fresh.slice(next)) merged.push(item);
  return merged;
};
