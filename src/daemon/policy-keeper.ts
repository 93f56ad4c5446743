import { buildEnforcementPolicy, diffPolicies, type RuntimeOverrides } from '../config/enforcement.ts';
import { loadPreset } from '../config/presets.ts';
import type { Config } from '../config/schema.ts';
import type { EnforcementPolicy, PresetName } from '../domain/policy.ts';
import { PRESETS } from '../domain/policy.ts';
import type { Store } from '../store/contract.ts';

const META_KEY = 'runtime-overrides';

/** The decision table in force. Changes are built whole, written to disk, then swapped: no half of one is ever used. */
export type PolicyKeeper = {
  readonly current: () => EnforcementPolicy;
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
  let overrides = readOverrides(store.meta.get(META_KEY));
  // Said on the command line, for this run: never stored, and over as soon as a person says otherwise.
  let isForced = options.forceDryRun;
  let isObserveOnly = options.isObserveOnly;
  let isFlagged = false;
  const seen = (built: EnforcementPolicy): EnforcementPolicy => (isObserveOnly || isFlagged ? { ...built, enabled: false } : built);
  const build = async (next: RuntimeOverrides): Promise<EnforcementPolicy> => {
    const preset = await loadPreset(next.preset ?? config.enforcement.preset);
    return buildEnforcementPolicy(config, preset, isForced ? { ...next, dryRun: true } : next);
  };
  let built = await build(overrides);
  let policy = seen(built);
  const swap = async (next: RuntimeOverrides): Promise<readonly string[]> => {
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

const readOverrides = (stored: unknown): RuntimeOverrides => {
  if (typeof stored !== 'object' || stored === null) return {};
  const dryRun = 'dryRun' in stored && typeof stored.dryRun === 'boolean' ? stored.dryRun : undefined;
  const named = 'preset' in stored ? stored.preset : undefined;
  return { dryRun, preset: PRESETS.find((preset) => preset === named) };
};
