/** The sub-databases of the one environment. `…By` tables are indexes: keys only. */
export const TABLES = [
  'alerts',
  'alertsBy',
  'actions',
  'actionsBy',
  'approvals',
  'approvalsBy',
  'leases',
  'leasesBy',
  'chainRuns',
  'chainRunsBy',
  'cursors',
  'machines',
  'deadLetters',
  'outbox',
  'outboxDead',
  'meta',
] as const;

export type TableName = (typeof TABLES)[number];

/** Half-open range of keys, ascending unless `isReverse`. */
export type KeyRange = { readonly from: string; readonly to: string; readonly isReverse?: boolean | undefined };

export type Entry = { readonly key: string; readonly value: string };

/** Value of an index entry: only its key says something. */
export const MARK = '1';
