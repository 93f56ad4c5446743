import { createListKeeper, type Fetched, type ListKeeper, type ListKeeperDependencies } from '../actors/response/list-keeper.ts';
import type { OffenderListConfig } from '../config/offender-lists.ts';
import type { Host } from '../domain/host.ts';
import type { EnforcementPolicy } from '../domain/policy.ts';
import { createGetter, type Get } from '../os/http/get.ts';
import { readListFile } from '../os/read-list-file.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** The keeper of the lists that the configuration names, fed from files and addresses. */
export const createOffenderLists = (
  dependencies: Pick<ListKeeperDependencies, 'store' | 'clock' | 'onRecords'> & {
    readonly config: readonly OffenderListConfig[];
    readonly host: Host;
    readonly policy: () => EnforcementPolicy;
    readonly isFlagged: () => boolean;
  },
): ListKeeper => {
  const get = createGetter();
  const byName = new Map(dependencies.config.map((list) => [list.name, list]));
  return createListKeeper({
    ...dependencies,
    lists: dependencies.config.map((list) => ({
      name: list.name,
      source: list.file ?? withoutQuery(list.url ?? ''),
      format: list.format,
      refreshMs: list.refresh,
      maxAgeMs: list.max_age,
      maxEntries: list.max_entries,
    })),
    fetch: async (name, known, signal) => {
      const list = byName.get(name);
      return list === undefined ? { kind: 'failed', reason: 'no such list' } : fetchList(get, list, known, signal);
    },
    whyOff: () => {
      const { enabled, dryRun } = dependencies.policy();
      if (dependencies.isFlagged()) return 'observe-only';
      if (!enabled) return 'enforcement is off';
      return dryRun ? 'dry run is on' : undefined;
    },
  });
};

const fetchList = async (get: Get, list: OffenderListConfig, known: Parameters<ListKeeperDependencies['fetch']>[1], signal: AbortSignal): Promise<Fetched> => {
  if (list.url !== undefined) return get({ ...known, url: list.url, allowPrivate: list.allow_private, maxBytes: MAX_BYTES }, signal);
  const read = await readListFile(list.file ?? '', MAX_BYTES);
  return 'text' in read ? { kind: 'text', text: read.text } : { kind: 'failed', reason: read.reason };
};

/** What stands behind the path may be a key of the subscriber. */
const withoutQuery = (text: string): string => {
  const url = URL.parse(text);
  return url === null ? '' : `${url.origin}${url.pathname}`;
};
