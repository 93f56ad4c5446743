import type { Engine } from './engine.ts';
import { keyPart } from './keys.ts';
import type { RecordCodec } from './records.ts';
import type { TableName } from './tables.ts';

/** Any JSON value under any name. */
export type ValueTable = {
  readonly get: (name: string) => unknown;
  /** False when the table is full and the name is new. */
  readonly put: (name: string, value: unknown) => boolean;
  readonly remove: (name: string) => void;
  readonly all: () => ReadonlyMap<string, unknown>;
  readonly reload: () => void;
};

/** Values by name, at most `maxNames`: what is known already is always updated. */
export const createValueTable = (options: {
  readonly engine: Engine;
  readonly codec: RecordCodec;
  readonly table: TableName;
  readonly prefix: string;
  readonly maxNames: number;
}): ValueTable => {
  const { engine, codec, table, prefix } = options;
  const bounds = { from: prefix === '' ? '!' : prefix, to: `${prefix}\x7f` };
  const keyOf = (name: string): string => `${prefix}${keyPart(name)}`;
  let count = 0;
  return {
    get: (name) => codec.decode<Named>(engine.get(table, keyOf(name)))?.value,
    put: (name, value) => {
      const key = keyOf(name);
      const text = codec.encode({ name, value } satisfies Named);
      const isNew = engine.get(table, key) === undefined;
      if (isNew && count >= options.maxNames) return false;
      engine.put(table, key, text);
      if (isNew) count += 1;
      return true;
    },
    remove: (name) => {
      if (engine.get(table, keyOf(name)) === undefined) return;
      engine.remove(table, keyOf(name));
      count -= 1;
    },
    all: () => {
      const found = new Map<string, unknown>();
      for (const { value } of engine.range(table, bounds)) {
        const record = codec.decode<Named>(value);
        if (record !== undefined) found.set(record.name, record.value);
      }
      return found;
    },
    reload: () => {
      count = 0;
      for (const _ of engine.range(table, bounds)) count += 1;
    },
  };
};

type Named = { readonly name: string; readonly value: unknown };
