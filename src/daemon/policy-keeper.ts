import { buildEnforcementPolicy, DEFAULT_MODE, diffPolicies } from '../config/enforcement.ts';
import { loadPreset } from '../config/presets.ts';
import type { Config } from '../config/schema.ts';
import { fileModeOf, type ModeOrigin, readOverrides, type StoredOverrides, settleOverrides } from '../config/settle-overrides.ts';
import { messageOf } from '../domain/errors.ts';
import type { EnforcementPolicy, PresetName } from '../domain/policy.ts';
import type { Store } from '../store/contract.ts';

const META_KEY = 'runtime-overrides';

/** The decision table in force. Changes are built whole, written to disk, then swapped: no half of one is ever used. */
export type PolicyKeeper = {
  readonly current: () => EnforcementPolicy;
  /** Who decided the mode in force. */
  readonly origins: () => { readonly dryRun: ModeOrigin; readonly preset: ModeOrigin };
  /** Run-time changes that the configuration file ended when this keeper was made: for people. */
  readonly notices: readonly string[];
  readonly preview: (preset: PresetName) => Promise<{ readonly policy: EnforcementPolicy; readonly diff: readonly string[] }>;
  readonly setPreset: (preset: PresetName) => Promise<{ readonly policy: EnforcementPolicy; readonly diff: readonly string[] }>;
  readonly setDryRun: (dryRun: boolean) => Promise<void>;
  /** From now on enforcement is off, until the next start: what is remembered cannot be trusted. */
  readonly observeOnly: () => void;
  /** Enforcement is off as long as a person's flag is there. */
  readonly setFlagged: (isFlagged: boolean) => void;
};

/** A keeper; `isObserveOnly` switches enforcement off whatever is configured (a store that cannot be trusted). */
export const createPolicyKeeper = async (options: {
  readonly config: Config;
  readonly store: Store;
  readonly isObserveOnly: boolean;
  readonly forceDryRun: boolean;
}): Promise<PolicyKeeper> => {
  const { config, store } = options;
  const file = fileModeOf(config);
  const stored = readOverrides(store.meta.get(META_KEY));
  const settled = settleOverrides(stored, file);
  let overrides = settled.overrides;
  const notices = [...settled.notices];
  // Forgotten for good: a file that is changed back must not bring an old change to life.
  if (notices.length > 0)
    await store.meta.put(META_KEY, overrides).catch((problem: unknown) => {
      notices.push(`that the file won could not be written down (${messageOf(problem)}): it is decided again at the next start`);
    });
  // Said on the command line, for this run: never stored, and over as soon as a person says otherwise.
  let isForced = options.forceDryRun;
  let isObserveOnly = options.isObserveOnly;
  let isFlagged = false;
  const seen = (built: EnforcementPolicy): EnforcementPolicy => (isObserveOnly || isFlagged ? { ...built, enabled: false } : built);
  const build = async (next: StoredOverrides): Promise<EnforcementPolicy> => {
    const preset = await loadPreset(next.preset ?? file.preset ?? DEFAULT_MODE.preset);
    return buildEnforcementPolicy(config, preset, isForced ? { ...next, dryRun: true } : next);
  };
  let built = await build(overrides);
  let policy = seen(built);
  const swap = async (next: StoredOverrides): Promise<readonly string[]> => {
    const after = await build(next);
    await store.meta.put(META_KEY, next);
    const before = policy;
    overrides = next;
    built = after;
    policy = seen(after);
    return diffPolicies(before, policy);
  };
  return {
    current: () => policy,
    origins: () => ({
      dryRun: isForced ? 'command line' : originOf(overrides.dryRun, file.dryRun),
      preset: originOf(overrides.preset, file.preset),
    }),
    notices,
    preview: async (preset) => {
      const after = seen(await build({ ...overrides, preset }));
      return { policy: after, diff: diffPolicies(policy, after) };
    },
    setPreset: async (preset) => {
      const diff = await swap({ ...overrides, preset });
      return { diff, policy };
    },
    setDryRun: async (dryRun) => {
      const wasForced = isForced;
      isForced = false;
      await swap({ ...overrides, dryRun }).catch((problem: unknown) => {
        isForced = wasForced;
        throw problem;
      });
    },
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
