import type { Clock } from '../domain/clock.ts';
import type { HistoryDraft, HistoryRecord } from '../domain/history.ts';
import { createId } from '../domain/ids.ts';
import type { HistoryQuery, Store } from './contract.ts';
import type { Engine } from './engine.ts';
import { type ChainHead, chainRecord, GENESIS, verifyChain } from './history-chain.ts';
import { isPlainKey, keyPart, numberKey, prefixBounds } from './keys.ts';
import type { RecordCodec } from './records.ts';
import { type Entry, MARK } from './tables.ts';

export type History = Store['history'] & {
  /** Chains drafts, which may throw; `write` stores them and must be called in the same synchronous stretch. */
  readonly prepare: (drafts: readonly HistoryDraft[]) => { readonly records: readonly HistoryRecord[]; readonly write: () => void };
  /** Reads the head again. */
  readonly reload: () => void;
};

/** Where the head is kept, in the meta table. */
const HEAD_KEY = 'historyHead';

const MAX_BY_PREFIX = 100;

/** The append-only chain of everything that was decided and done. `mayNote` says whether there is room for notes. */
export const createHistory = (options: {
  readonly engine: Engine;
  readonly codec: RecordCodec;
  readonly clock: Clock;
  readonly mayNote: () => boolean;
}): History => {
  const { engine, codec, clock } = options;
  let head: ChainHead = GENESIS;

  const read = (sequence: string): HistoryRecord | undefined => codec.decode<HistoryRecord>(engine.get('actions', sequence));

  const prepare = (drafts: readonly HistoryDraft[]): { readonly records: readonly HistoryRecord[]; readonly write: () => void } => {
    let last = head;
    const chained = drafts.map((draft) => {
      const record = chainRecord(draft, createId(clock.now()), last);
      last = { sequence: record.sequence, hash: record.hash };
      return { record, text: codec.encode(record), keys: indexKeys(record) };
    });
    const write = (): void => {
      for (const { record, text, keys } of chained) {
        engine.put('actions', numberKey(record.sequence), text);
        for (const key of keys) engine.put('actionsBy', key, MARK);
      }
      if (chained.length > 0) engine.put('meta', HEAD_KEY, codec.encode(last));
      head = last;
    };
    return { records: chained.map(({ record }) => record), write };
  };

  const store = (drafts: readonly HistoryDraft[]): readonly HistoryRecord[] => {
    const { records, write } = prepare(drafts);
    write();
    return records;
  };

  const storedHead = (): ChainHead => codec.decode<ChainHead>(engine.get('meta', HEAD_KEY)) ?? GENESIS;

  return {
    append: (drafts) => engine.durably(() => store(drafts)),
    note: (drafts) => (options.mayNote() ? store(drafts) : []),
    page: (query) => {
      const records: HistoryRecord[] = [];
      if (query.limit <= 0) return records;
      const { table, prefix } = placeOf(query);
      const to = query.before === undefined ? prefixBounds(prefix).to : `${prefix}${numberKey(query.before)}`;
      for (const { key } of engine.range(table, { from: prefix === '' ? '!' : prefix, to, isReverse: true })) {
        const record = read(key.slice(prefix.length));
        if (record !== undefined && isWanted(record, query) && records.push(record) >= query.limit) break;
      }
      return records;
    },
    byPrefix: (prefix) => {
      if (!isPlainKey(prefix)) return [];
      const sequences = new Set<string>();
      for (const kind of ['i', 'a']) {
        for (const { key } of engine.range('actionsBy', prefixBounds(`${kind} ${prefix}`))) {
          if (sequences.add(key.slice(key.lastIndexOf(' ') + 1)).size >= MAX_BY_PREFIX) break;
        }
      }
      return [...sequences].sort().flatMap((sequence) => read(sequence) ?? []);
    },
    verify: () => verifyChain(inOrder(engine.range('actions', { from: '!', to: '\x7f' }), codec), storedHead()),
    count: () => head.sequence,
    prepare,
    reload: () => {
      head = storedHead();
      // a head that is behind was tampered with: numbers must not be given twice, verify() tells the rest
      for (const { key, value } of engine.range('actions', { from: '!', to: '\x7f', isReverse: true })) {
        if (Number(key) > head.sequence) head = { sequence: Number(key), hash: codec.decode<HistoryRecord>(value)?.hash ?? GENESIS.hash };
        break;
      }
    },
  };
};

// An action's own records are few, so its filter goes first and the others are checked on the records.
const placeOf = (query: HistoryQuery): { readonly table: 'actions' | 'actionsBy'; readonly prefix: string } => {
  if (query.actionId !== undefined) return { table: 'actionsBy', prefix: `a ${keyPart(query.actionId)} ` };
  if (query.module !== undefined && query.kind !== undefined) return { table: 'actionsBy', prefix: `mk ${keyPart(query.module)} ${keyPart(query.kind)} ` };
  if (query.module !== undefined) return { table: 'actionsBy', prefix: `m ${keyPart(query.module)} ` };
  if (query.kind !== undefined) return { table: 'actionsBy', prefix: `k ${keyPart(query.kind)} ` };
  return { table: 'actions', prefix: '' };
};

const indexKeys = (record: HistoryRecord): readonly string[] => {
  const sequence = numberKey(record.sequence);
  const keys = [`i ${record.id} ${sequence}`, `k ${keyPart(record.kind)} ${sequence}`];
  if (record.actionId !== undefined) keys.push(`a ${keyPart(record.actionId)} ${sequence}`);
  if (record.module !== undefined) keys.push(`m ${keyPart(record.module)} ${sequence}`, `mk ${keyPart(record.module)} ${keyPart(record.kind)} ${sequence}`);
  return keys;
};

const isWanted = (record: HistoryRecord, query: HistoryQuery): boolean =>
  (query.actionId === undefined || record.actionId === query.actionId) &&
  (query.module === undefined || record.module === query.module) &&
  (query.kind === undefined || record.kind === query.kind);

function* inOrder(entries: Iterable<Entry>, codec: RecordCodec): Generator<{ readonly sequence: number; readonly record: HistoryRecord | undefined }> {
  for (const { key, value } of entries) yield { sequence: Number(key), record: codec.decode<HistoryRecord>(value) };
}
