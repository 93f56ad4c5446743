import type { KeyRange, TableName } from './tables.ts';

/** Writes that are not in the database yet, in the order they will be there. `undefined` marks a removal. */
export type Pending = {
  readonly tables: ReadonlyMap<TableName, ReadonlyMap<string, string | undefined>>;
  readonly set: (table: TableName, key: string, value: string | undefined) => void;
  readonly bytes: () => number;
  readonly entries: () => number;
};

/** One empty set of writes: becomes one transaction. */
export const createPending = (): Pending => {
  const tables = new Map<TableName, Map<string, string | undefined>>();
  let bytes = 0;
  let entries = 0;
  return {
    tables,
    set: (table, key, value) => {
      let writes = tables.get(table);
      if (writes === undefined) {
        writes = new Map();
        tables.set(table, writes);
      }
      // superseded writes stay counted: the figure is an upper bound for back-pressure, not an account
      bytes += key.length + (value?.length ?? 0);
      entries += 1;
      writes.set(key, value);
    },
    bytes: () => bytes,
    entries: () => entries,
  };
};

/** Latest pending writes of a range over several sets, later sets winning, in the order of the range. */
export const pendingInRange = (sets: readonly Pending[], table: TableName, range: KeyRange): readonly (readonly [string, string | undefined])[] => {
  const found = new Map<string, string | undefined>();
  for (const set of sets) {
    for (const [key, value] of set.tables.get(table) ?? []) {
      if (key >= range.from && key < range.to) found.set(key, value);
    }
  }
  const ascending = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return range.isReverse === true ? ascending.reverse() : ascending;
};
