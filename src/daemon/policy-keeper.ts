import { strongerBecause } from '../actors/response/policy-strength.ts';
import { buildEnforcementPolicy, DEFAULT_MODE, diffPolicies, type RuntimeOverrides } from '../config/enforcement.ts';
import { loadPreset } from '../config/presets.ts';
import type { Config } from '../config/schema.ts';
import { fileModeOf, type ModeOrigin } from '../config/settle-overrides.ts';
import type { Clock } from '../domain/clock.ts';
import { messageOf, SecError } from '../domain/errors.ts';
import type { EnforcementPolicy, PresetName } from '../domain/policy.ts';
import type { Store } from '../store/contract.ts';
import { isDue, type Rollback, readMode, type StoredMode, settleMode } from './runtime-overrides.ts';

const META_KEY = 'runtime-overrides';

/** Unless told otherwise. */
const CONFIRM_WITHIN_MS = 120_000;

/** A change that goes back by itself: to what, when, and what it was. */
export type PendingRollback = { readonly preset: PresetName; readonly dryRun: boolean; readonly deadline: number; readonly what: string };

/** `stronger`: in what the new table does more; `pending`: what now waits for a confirmation. */
export type ModeChange = {
  readonly policy: EnforcementPolicy;
  readonly diff: readonly string[];
  readonly stronger: readonly string[];
  readonly pending: PendingRollback | undefined;
};

/** `withinMs` 0: the change is final at once. */
export type ChangeOptions = { readonly withinMs?: number | undefined };

/** The decision table in force. Changes are built whole, written to disk, then swapped, one after the other: no half of one is ever used. */
export type PolicyKeeper = {
  readonly current: () => EnforcementPolicy;
  /** Who decided the mode in force. */
  readonly origins: () => { readonly dryRun: ModeOrigin; readonly preset: ModeOrigin };
  /** Run-time changes that the configuration file ended when this keeper was made: for people. */
  readonly notices: readonly string[];
  readonly preview: (preset: PresetName) => Promise<Omit<ModeChange, 'pending'>>;
  readonly setPreset: (preset: PresetName, options?: ChangeOptions) => Promise<ModeChange>;
  readonly setDryRun: (dryRun: boolean, options?: ChangeOptions) => Promise<ModeChange>;
  readonly pending: () => PendingRollback | undefined;
  /** What was pending stays. Rejects with SEC_NOT_FOUND when nothing waits (any more). */
  readonly confirm: () => Promise<PendingRollback>;
  /** Takes back what was not confirmed in time; tells once what it took back. A write that fails is tried again at the next call. */
  readonly tick: () => Promise<PendingRollback | undefined>;
  /** From now on enforcement is off, until the next start: what is remembered cannot be trusted. */
  readonly observeOnly: () => void;
  /** Enforcement is off as long as a person's flag is there. */
  readonly setFlagged: (isFlagged: boolean) => void;
};

/** A keeper; `isObserveOnly` switches enforcement off whatever is configured (a store that cannot be trusted). */
export const createPolicyKeeper = async (options: {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly isObserveOnly: boolean;
  readonly forceDryRun: boolean;
  /** Reads a preset's files; those that are shipped, unless told otherwise. */
  readonly readPreset?: typeof loadPreset | undefined;
}): Promise<PolicyKeeper> => {
  const { config, store, clock, readPreset = loadPreset } = options;
  const file = fileModeOf(config);
  const settled = settleMode(readMode(store.meta.get(META_KEY)), file);
  let stored = settled.mode;
  const notices = [...settled.notices];
  // Forgotten for good: a file that is changed back must not bring an old change to life.
  if (notices.length > 0)
    await store.meta.put(META_KEY, stored).catch((problem: unknown) => {
      notices.push(`that the file won could not be written down (${messageOf(problem)}): it is decided again at the next start`);
    });
  // Said on the command line, for this run: never stored, and over as soon as a person says otherwise.
  let isForced = options.forceDryRun;
  let isObserveOnly = options.isObserveOnly;
  let isFlagged = false;
  const seen = (table: EnforcementPolicy): EnforcementPolicy => (isObserveOnly || isFlagged ? { ...table, enabled: false } : table);
  const build = async (next: RuntimeOverrides, forced: boolean): Promise<EnforcementPolicy> =>
    buildEnforcementPolicy(config, await readPreset(next.preset ?? file.preset ?? DEFAULT_MODE.preset), forced ? { ...next, dryRun: true } : next);

  /** The table that comes back, built when it was left: it needs no file when the time is up. */
  let basis = stored.rollback === undefined ? undefined : { table: await build(stored.rollback.to, isForced), isForced };
  let built = await build(stored, isForced);
  let policy = seen(built);
  let untold: PendingRollback | undefined;

  let tail: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = tail.then(work);
    tail = turn.catch(() => undefined); // whoever asked for it is told
    return turn;
  };
  const use = (table: EnforcementPolicy): void => {
    built = table;
    policy = seen(table);
  };
  const pending = (): PendingRollback | undefined =>
    stored.rollback === undefined || basis === undefined
      ? undefined
      : { preset: basis.table.preset, dryRun: basis.table.dryRun, deadline: stored.rollback.deadline, what: stored.rollback.what };
  /** In memory first: a disk that is full must not keep the stronger table in force. */
  const goBack = (): void => {
    const due = pending();
    if (stored.rollback === undefined || basis === undefined || due === undefined) return;
    stored = { ...stored.rollback.to, file };
    isForced = basis.isForced;
    use(basis.table);
    basis = undefined;
    untold = due;
  };
  const goBackIfDue = (): void => {
    if (stored.rollback !== undefined && isDue(stored.rollback, clock.now())) goBack();
  };
  // The file that a person changed meanwhile may be no weaker: then nothing is left to confirm.
  if (basis !== undefined && strongerBecause(basis.table, built).length === 0 && !isForced) {
    basis = undefined;
    stored = { ...stored, rollback: undefined };
  }
  // Run out while no daemon ran: nothing is decided by the stronger table any more.
  goBackIfDue();

  const change = (next: RuntimeOverrides, nextForced: boolean, what: string, withinMs: number): Promise<ModeChange> =>
    inTurn(async () => {
      goBackIfDue();
      const { rollback, file: _file, ...now } = stored;
      const merged = { ...now, ...next, file };
      const after = await build(merged, nextForced);
      const from = basis ?? { table: built, isForced };
      const step = strongerBecause(built, after);
      // In a run that was forced into dry run, a change takes effect at the next start: it is compared as it will be then.
      const later = nextForced ? strongerBecause(await build(rollback?.to ?? now, false), await build(merged, false)) : [];
      const isStronger = strongerBecause(from.table, after).length > 0 || later.length > 0;
      const isStep = step.length > 0 || later.length > 0;
      const opened: Rollback = { to: rollback?.to ?? now, madeAt: clock.now(), deadline: clock.now() + withinMs, what };
      const kept = !isStronger ? undefined : !isStep ? rollback : withinMs === 0 ? undefined : opened;
      const value: StoredMode = kept === undefined ? merged : { ...merged, rollback: kept };
      await store.meta.put(META_KEY, value);
      const diff = diffPolicies(policy, seen(after));
      stored = value;
      isForced = nextForced;
      basis = kept === undefined ? undefined : from;
      use(after);
      return { policy, diff, stronger: [...step, ...later], pending: pending() };
    });

  return {
    current: () => policy,
    preview: async (preset) => {
      const after = await build({ ...stored, preset }, isForced);
      return { policy: seen(after), diff: diffPolicies(policy, seen(after)), stronger: strongerBecause(built, after) };
    },
    setPreset: (preset, { withinMs } = {}) => change({ preset }, isForced, `preset ${policy.preset} → ${preset}`, withinMs ?? CONFIRM_WITHIN_MS),
    setDryRun: (dryRun, { withinMs } = {}) => change({ dryRun }, false, `dry run ${dryRun ? 'on' : 'off'}`, withinMs ?? CONFIRM_WITHIN_MS),
    pending,
    origins: () => ({
      dryRun: isForced ? 'command line' : originOf(stored.dryRun, file.dryRun),
      preset: originOf(stored.preset, file.preset),
    }),
    notices,
    confirm: () =>
      inTurn(async () => {
        goBackIfDue();
        const confirmed = pending();
        if (confirmed === undefined) throw new SecError('SEC_NOT_FOUND', 'no change waits for a confirmation');
        const { rollback: _over, ...value } = stored;
        await store.meta.put(META_KEY, value);
        stored = value;
        basis = undefined;
        return confirmed;
      }),
    tick: () =>
      inTurn(async () => {
        goBackIfDue();
        if (untold === undefined) return undefined;
        await store.meta.put(META_KEY, stored);
        const told = untold;
        untold = undefined;
        return told;
      }),
    observeOnly: () => {
      isObserveOnly = true;
      policy = seen(built);
    },
    setFlagged: (flagged) => {
      isFlagged = flagged;
      policy = seen(built);
    },
  };
};

const originOf = (override: unknown, stated: unknown): ModeOrigin => {
  if (override !== undefined) return 'set at run time';
  return stated === undefined ? 'default' : 'configuration file';
};
