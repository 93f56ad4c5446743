import type { Alert, AlertStatus } from '../domain/alert.ts';
import { SecError } from '../domain/errors.ts';
import { alertIndexKeys, alertQueryPrefixes, foldPrefix, isWantedAlert } from './alert-index.ts';
import type { AlertQuery, Store } from './contract.ts';
import type { Engine } from './engine.ts';
import { idKey, isPlainKey, prefixBounds } from './keys.ts';
import { mergeDescending } from './merge-descending.ts';
import type { RecordCodec } from './records.ts';
import { type Entry, type KeyRange, MARK } from './tables.ts';

export type Alerts = Store['alerts'] & {
  /** Checks that there is room, which may throw; the function it returns writes them. */
  readonly prepare: (alerts: readonly Alert[]) => () => void;
  readonly dropped: () => number;
  /** Adds alerts that were lost after they had been taken. */
  readonly addDropped: (count: number) => void;
  /** Counts again what is stored. */
  readonly reload: () => void;
};

/** Which alerts go first when there are too many: what is settled before what is open, within that the oldest. */
const EVICTION_ORDER: readonly AlertStatus[] = ['RESOLVED', 'FALSE_POSITIVE', 'ACKNOWLEDGED', 'OPEN'];
const MAX_EVICTED = 500;

/** Alerts with all their filters indexed. Over `maxAlerts` the least important go, in batches; without room new ones are dropped and counted. */
export const createAlerts = (options: {
  readonly engine: Engine;
  readonly codec: RecordCodec;
  readonly maxAlerts: number;
  readonly mayPut: () => boolean;
}): Alerts => {
  const { engine, codec, maxAlerts } = options;
  let count = 0;
  let dropped = 0;

  const get = (id: string): Alert | undefined => (isPlainKey(id) ? codec.decode<Alert>(engine.get('alerts', id)) : undefined);

  const remove = (id: string): boolean => {
    if (!isPlainKey(id) || engine.get('alerts', id) === undefined) return false;
    const stored = get(id);
    if (stored !== undefined) for (const key of alertIndexKeys(stored)) engine.remove('alertsBy', key);
    engine.remove('alerts', id);
    count -= 1;
    return true;
  };

  const put = (alert: Alert): void => {
    const id = idKey(alert.id);
    const text = codec.encode(alert);
    const keys = alertIndexKeys(alert);
    if (!options.mayPut()) {
      dropped += 1;
      return;
    }
    const isNew = engine.get('alerts', id) === undefined;
    const stored = isNew ? undefined : get(id);
    const outdated = new Set(stored === undefined ? [] : alertIndexKeys(stored));
    engine.put('alerts', id, text);
    for (const key of keys) if (!outdated.delete(key)) engine.put('alertsBy', key, MARK);
    for (const key of outdated) engine.remove('alertsBy', key);
    if (!isNew) return;
    count += 1;
    if (count > maxAlerts) evict(id);
  };

  const evict = (newest: string): void => {
    let surplus = count - maxAlerts + Math.min(MAX_EVICTED, Math.floor(maxAlerts / 100));
    for (const range of EVICTION_ORDER.flatMap(bySeverity)) {
      const victims = ids(engine.range('alertsBy', range), range.from.length, surplus);
      for (const id of victims) {
        if (id === newest) continue;
        if (remove(id)) surplus -= 1;
        else engine.remove('alertsBy', `${range.from}${id}`); // points at nothing: left over from a damaged record
      }
      if (surplus <= 0) return;
    }
  };

  const page = (query: AlertQuery): readonly Alert[] => {
    const found: Alert[] = [];
    if (query.limit <= 0 || (query.before !== undefined && !isPlainKey(query.before))) return found;
    const source = candidates(query);
    for (const id of source) {
      const alert = get(id);
      if (alert !== undefined && isWantedAlert(alert, query) && found.push(alert) >= query.limit) break;
    }
    return found;
  };

  const candidates = (query: AlertQuery): Iterable<string> => {
    const prefixes = alertQueryPrefixes(query);
    const down = (prefix: string): KeyRange => ({
      from: prefix === '' ? '!' : prefix,
      to: query.before === undefined ? prefixBounds(prefix).to : `${prefix}${query.before}`,
      isReverse: true,
    });
    if (prefixes === undefined) return suffixes(engine.range('alerts', down('')), 0);
    return mergeDescending(prefixes.map((prefix) => suffixes(engine.range('alertsBy', down(prefix)), prefix.length)));
  };

  return {
    put,
    prepare: (alerts) => {
      if (alerts.length > 0 && !options.mayPut()) throw new SecError('SEC_STORE_FULL', 'no room to change alerts');
      return () => {
        for (const alert of alerts) put(alert);
      };
    },
    get,
    remove,
    page,
    byPrefix: (prefix) => (isPlainKey(prefix) ? ids(engine.range('alerts', prefixBounds(prefix)), 0, 2) : []),
    open: (limit) => page({ limit, status: 'OPEN' }),
    latestByFoldKey: (foldKey) => {
      const prefix = foldPrefix(foldKey);
      for (const id of suffixes(engine.range('alertsBy', { ...prefixBounds(prefix), isReverse: true }), prefix.length)) {
        const alert = get(id);
        if (alert?.foldKey === foldKey) return alert;
      }
      return undefined;
    },
    count: () => count,
    dropped: () => dropped,
    addDropped: (lost) => {
      dropped += lost;
    },
    reload: () => {
      count = engine.count('alerts');
    },
  };
};

const bySeverity = (status: AlertStatus): readonly KeyRange[] => (alertQueryPrefixes({ limit: 0, status }) ?? []).map((prefix) => prefixBounds(prefix));

function* suffixes(entries: Iterable<Entry>, start: number): Generator<string> {
  for (const { key } of entries) yield key.slice(start);
}

// Collected before anything is removed: a range must not change under its reader.
const ids = (entries: Iterable<Entry>, start: number, limit: number): readonly string[] => {
  const found: string[] = [];
  for (const id of suffixes(entries, start)) if (found.push(id) >= limit) break;
  return found;
};
