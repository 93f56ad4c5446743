import type { Clock } from '../../domain/clock.ts';
import { messageOf } from '../../domain/errors.ts';
import type { HistoryRecord } from '../../domain/history.ts';
import type { FirewallListState, Host } from '../../domain/host.ts';
import { type ListFormat, parseOffenderList } from '../../domain/offender-list.ts';
import type { Store } from '../../store/contract.ts';
import { type GoodList, listKey, readGoodList } from './good-list.ts';

export type ListSettings = {
  readonly name: string;
  /** For people: the path, or the address without its query. */
  readonly source: string;
  readonly format: ListFormat;
  readonly refreshMs: number;
  readonly maxAgeMs: number;
  readonly maxEntries: number;
};

export type Fetched =
  | { readonly kind: 'text'; readonly text: string; readonly etag?: string | undefined; readonly lastModified?: string | undefined }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly reason: string };

export type ListKeeperDependencies = {
  readonly lists: readonly ListSettings[];
  readonly store: Pick<Store, 'meta' | 'history'>;
  readonly host: Pick<Host, 'call'>;
  readonly clock: Clock;
  /** The list as its publisher has it now; asked with what the last good one said of itself. Never rejects. */
  readonly fetch: (name: string, known: Pick<GoodList, 'etag' | 'lastModified'>, signal: AbortSignal) => Promise<Fetched>;
  /** Why nothing is enforced at present, or undefined. */
  readonly whyOff: () => string | undefined;
  readonly onRecords: (records: readonly HistoryRecord[]) => void;
};

export type ListStatus = {
  readonly settings: ListSettings;
  readonly good: GoodList | undefined;
  /** In the kernel now. */
  readonly kernel: FirewallListState | undefined;
  /** Why it is not used, or undefined. */
  readonly whyOff: string | undefined;
  readonly problem: string | undefined;
};

/** Lists of offenders that others publish: fetched, judged, kept over restarts, put into the kernel. They are no leases and count for no cap. */
export type ListKeeper = {
  /** To be called every second; never waits for a publisher. */
  readonly tick: () => Promise<void>;
  /** Somebody changed the firewall: look at once. */
  readonly recheck: () => void;
  /** Nothing is put into the kernel until the next start. */
  readonly suspend: (why: string) => Promise<void>;
  readonly status: () => Promise<readonly ListStatus[]>;
  readonly stop: () => Promise<void>;
};

/** A keeper with the last good lists of the store. */
export const createListKeeper = (dependencies: ListKeeperDependencies): ListKeeper => {
  const { store, host, clock } = dependencies;
  const stopping = new AbortController();
  const states = dependencies.lists.map((settings): ListState => {
    const good = readGoodList(store.meta.get(listKey(settings.name)), settings);
    return { settings, good, dueAt: 0, failures: 0, problem: undefined, running: undefined };
  });
  let applied = '';
  let lookAt = 0;
  let retryAt = 0;
  let kernelProblem: string | undefined;
  let suspended: string | undefined;
  let applying: Promise<void> = Promise.resolve();

  const note = (reason: string): void => dependencies.onRecords(store.history.note([{ at: clock.now(), kind: 'daemon', reason }]));
  const isStale = ({ settings, good }: ListState): boolean => good !== undefined && clock.now() - good.checkedAt > settings.maxAgeMs;
  const whyOff = (): string | undefined => suspended ?? dependencies.whyOff();

  const refresh = async (state: ListState): Promise<void> => {
    const { settings, good } = state;
    const fetched = await dependencies.fetch(settings.name, good ?? {}, stopping.signal);
    if (stopping.signal.aborted) return;
    const judged = fetched.kind === 'text' ? judge(fetched.text, settings, isStale(state) ? undefined : good) : fetched;
    const now = clock.now();
    if (judged.kind === 'failed' || (judged.kind === 'unchanged' && good === undefined)) {
      state.failures += 1;
      state.dueAt = clock.monotonic() + Math.min(settings.refreshMs, RETRY_MS * 2 ** Math.min(state.failures, 6));
      const problem = judged.kind === 'failed' ? judged.reason : 'it says that nothing changed, and nothing is known';
      if (problem !== state.problem)
        note(
          `offender list ${settings.name}: ${problem}; ${good === undefined ? 'there is none yet' : `the one of ${new Date(good.changedAt).toISOString()} stays`}`,
        );
      state.problem = problem;
      return;
    }
    state.failures = 0;
    state.problem = undefined;
    state.dueAt = clock.monotonic() + settings.refreshMs;
    const isSame = judged.kind === 'unchanged' || judged.networks.join() === good?.networks.join();
    const base =
      judged.kind === 'unchanged' ? good : { ...judged, source: settings.source, changedAt: isSame ? (good?.changedAt ?? now) : now, checkedAt: now };
    if (base === undefined) return;
    const { etag, lastModified } = fetched.kind === 'text' ? fetched : base;
    state.good = { ...base, etag, lastModified, checkedAt: now };
    await store.meta.put(listKey(settings.name), state.good);
    if (!isSame) note(`offender list ${settings.name}: ${base.networks.length} entries, before ${good?.networks.length ?? 0}`);
  };

  const apply = async (): Promise<void> => {
    const now = clock.monotonic();
    if (now < retryAt) return;
    const used = whyOff() === undefined ? states.filter((state) => state.good !== undefined && !isStale(state)) : [];
    const signature = used.map(({ settings, good }) => `${settings.name} ${good?.checkedAt}`).join();
    if (signature === applied && (signature === '' || now < lookAt)) return;
    try {
      lookAt = now + LOOK_EVERY_MS;
      if (signature === applied) {
        const { lists } = await host.call('firewall.listState', {});
        if (used.every(({ settings }) => lists.some(({ name }) => name === settings.name))) return;
        note('offender lists were missing in the firewall and are put back');
      }
      const lists = used.map(({ settings, good }) => ({
        name: settings.name,
        networks: good?.networks ?? [],
        timeoutSeconds: Math.max(60, Math.ceil(((good?.checkedAt ?? 0) + settings.maxAgeMs - clock.now()) / 1000)),
      }));
      const reply = await host.call('firewall.lists', { lists });
      applied = signature;
      kernelProblem = undefined;
      for (const { name, leftOut, leftOutCount } of reply.lists) noteLeftOut(name, leftOut, leftOutCount);
    } catch (problem) {
      retryAt = now + LOOK_EVERY_MS;
      const words = messageOf(problem);
      if (words !== kernelProblem) note(`offender lists could not be put into the firewall: ${words}`);
      kernelProblem = words;
    }
  };
  const told = new Map<string, string>();
  const noteLeftOut = (name: string, leftOut: readonly string[], count: number): void => {
    const words = count === 0 ? '' : `${leftOut.join(', ')}${count > leftOut.length ? ` and ${count - leftOut.length} more` : ''}`;
    if (words !== '' && told.get(name) !== words) note(`offender list ${name}: left out, because they touch protected addresses: ${words}`);
    told.set(name, words);
  };

  return {
    tick: async () => {
      for (const state of states) {
        if (state.running !== undefined || clock.monotonic() < state.dueAt || stopping.signal.aborted) continue;
        state.running = refresh(state)
          .catch((problem: unknown) => {
            state.problem = messageOf(problem);
            state.dueAt = clock.monotonic() + RETRY_MS;
          })
          .finally(() => {
            state.running = undefined;
          });
      }
      applying = apply();
      await applying;
    },
    recheck: () => {
      lookAt = 0;
    },
    suspend: async (why) => {
      suspended = why;
      await applying;
      applied = '';
    },
    status: async () => {
      const kernel = whyOff() === undefined && states.length > 0 ? await host.call('firewall.listState', {}).catch(() => ({ lists: [] })) : { lists: [] };
      return states.map((state) => ({
        settings: state.settings,
        good: state.good,
        kernel: kernel.lists.find(({ name }) => name === state.settings.name),
        whyOff: whyOff() ?? (isStale(state) ? 'older than max_age' : undefined),
        problem: state.problem ?? kernelProblem,
      }));
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(states.map(({ running }) => running));
    },
  };
};

type ListState = {
  readonly settings: ListSettings;
  good: GoodList | undefined;
  dueAt: number;
  failures: number;
  problem: string | undefined;
  running: Promise<void> | undefined;
};

const RETRY_MS = 30_000;
const LOOK_EVERY_MS = 15_000;

type Judged =
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'good'; readonly networks: readonly string[]; readonly leftOut: readonly string[]; readonly leftOutCount: number };

/** A list that lost more than half of itself is more likely broken than right. */
const judge = (text: string, settings: ListSettings, known: GoodList | undefined): Judged => {
  const list = parseOffenderList(text, settings);
  if (typeof list === 'string') return { kind: 'failed', reason: list };
  if (list.networks.length === 0) return { kind: 'failed', reason: 'it has no entry that may be blocked' };
  if (known !== undefined && list.networks.length * 2 < known.networks.length)
    return { kind: 'failed', reason: `it has ${list.networks.length} entries, less than half of the ${known.networks.length} before` };
  return { kind: 'good', networks: list.networks, leftOut: list.leftOut, leftOutCount: list.leftOutCount };
};
