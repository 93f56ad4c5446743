import { buildEnforcementPolicy } from '../../src/config/enforcement.ts';
import { loadPreset } from '../../src/config/presets.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { EnforcementPolicy, PresetName } from '../../src/domain/policy.ts';

/** The decision table of a preset, live unless told otherwise, with the user's part of the configuration merged over it. */
export const policyOfPreset = async (preset: PresetName, enforcement: { readonly [key: string]: unknown } = {}): Promise<EnforcementPolicy> =>
  buildEnforcementPolicy(configSchema.parse({ enforcement: { dry_run: false, preset, ...enforcement } }), await loadPreset(preset), {});
