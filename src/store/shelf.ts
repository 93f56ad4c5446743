import type { Engine } from './engine.ts';
import { idKey, isPlainKey, prefixBounds } from './keys.ts';
import type { RecordCodec } from './records.ts';
import { MARK, type TableName } from './tables.ts';

/** Records by id, sorted by age because ids are. Live ones are listed apart; of finished ones only the newest are kept. */
export type Shelf<Item> = {
  readonly get: (id: string) => Item | undefined;
  /** Ids that start with the prefix, at most 2. */
  readonly byPrefix: (prefix: string) => readonly string[];
  /** Newest first. */
  readonly page: (limit: number) => readonly Item[];
  /** Oldest first. */
  readonly live: () => readonly Item[];
  /** Encodes everything, which may throw; the function it returns writes it and does not. */
  readonly prepare: (items: readonly Item[]) => () => void;
  /** Counts again what is stored. */
  readonly reload: () => void;
};

export const createShelf = <Item extends { readonly id: string }>(options: {
  readonly engine: Engine;
  readonly codec: RecordCodec;
  readonly table: TableName;
  readonly index: TableName;
  readonly isLive: (item: Item) => boolean;
  readonly maxFinished: number;
  /** Live items are kept in memory as well, once they were asked for: for those that are asked for all the time. */
  readonly keepsLive?: boolean | undefined;
}): Shelf<Item> => {
  const { engine, codec, table, index } = options;
  let finished = 0;
  let kept: Map<string, Item> | undefined;
  let listed: readonly Item[] | undefined;
  let lastKey = '';
  let isSorted = true;

  const get = (id: string): Item | undefined => (isPlainKey(id) ? codec.decode<Item>(engine.get(table, id)) : undefined);

  const write = (key: string, text: string, isLive: boolean): void => {
    const [place, other] = isLive ? [LIVE, FINISHED] : [FINISHED, LIVE];
    const wasFinished = engine.get(index, `${FINISHED}${key}`) !== undefined;
    engine.put(table, key, text);
    engine.put(index, `${place}${key}`, MARK);
    engine.remove(index, `${other}${key}`);
    finished += Number(!isLive) - Number(wasFinished);
    if (kept === undefined) return;
    const item = isLive ? codec.decode<Item>(text) : undefined;
    if (item === undefined) kept.delete(key);
    else {
      // Ids grow with time: only one that comes late has to be sorted in.
      isSorted = isSorted && (kept.has(key) || key > lastKey);
      if (key > lastKey) lastKey = key;
      kept.set(key, item);
    }
    listed = undefined;
  };

  const readLive = (): readonly Item[] => {
    const items: Item[] = [];
    for (const { key } of engine.range(index, prefixBounds(LIVE))) {
      const item = get(key.slice(LIVE.length));
      if (item !== undefined) items.push(item);
    }
    return items;
  };

  const trim = (): void => {
    if (finished <= options.maxFinished) return;
    const surplus = take(engine.range(index, prefixBounds(FINISHED)), finished - options.maxFinished);
    for (const { key } of surplus) {
      engine.remove(index, key);
      engine.remove(table, key.slice(FINISHED.length));
      finished -= 1;
    }
  };

  return {
    get,
    byPrefix: (prefix) => (isPlainKey(prefix) ? take(engine.range(table, prefixBounds(prefix)), 2).map(({ key }) => key) : []),
    page: (limit) => {
      const items: Item[] = [];
      if (limit <= 0) return items;
      for (const { value } of engine.range(table, { ...ALL, isReverse: true })) {
        const item = codec.decode<Item>(value);
        if (item !== undefined && items.push(item) >= limit) break;
      }
      return items;
    },
    live: () => {
      if (options.keepsLive !== true) return readLive();
      if (kept === undefined) {
        kept = new Map(readLive().map((item) => [idKey(item.id), item]));
        lastKey = [...kept.keys()].at(-1) ?? '';
        isSorted = true;
      }
      if (!isSorted) {
        kept = new Map([...kept].sort(([a], [b]) => (a < b ? -1 : 1)));
        isSorted = true;
      }
      listed ??= [...kept.values()];
      return listed;
    },
    prepare: (items) => {
      const encoded = items.map((item) => [idKey(item.id), codec.encode(item), options.isLive(item)] as const);
      return () => {
        for (const [key, text, isLive] of encoded) write(key, text, isLive);
        trim();
      };
    },
    reload: () => {
      kept = undefined;
      listed = undefined;
      finished = 0;
      for (const _ of engine.range(index, prefixBounds(FINISHED))) finished += 1;
    },
  };
};

const LIVE = 'l ';
const FINISHED = 'f ';
const ALL = { from: '!', to: '\x7f' };

// Collected before anything is written: a range must not change under its reader.
const take = <Item>(items: Iterable<Item>, limit: number): readonly Item[] => {
  const taken: Item[] = [];
  if (limit <= 0) return taken;
  for (const item of items) if (taken.push(item) >= limit) break;
  return taken;
};
