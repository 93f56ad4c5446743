import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SecError } from '../domain/errors.ts';
import type { PresetName } from '../domain/policy.ts';
import { type PresetFile, presetSchema } from './schema.ts';
import { readYamlFile } from './yaml-file.ts';

/** A preset as shipped in `presets/<name>.yaml`. */
export const loadPreset = async (name: PresetName): Promise<PresetFile> => {
  const preset = await readYamlFile(`${presetDirectory()}${name}.yaml`, presetSchema);
  if (preset.name !== name) throw new SecError('SEC_CONFIG_INVALID', `presets/${name}.yaml: name: expected ${name}, got ${preset.name}`);
  return preset;
};

// From the bundle (dist/) and from the sources (src/config/).
const presetDirectory = (): string => {
  const candidates = ['../presets/', '../../presets/'].map((relative) => fileURLToPath(new URL(relative, import.meta.url)));
  const found = candidates.find((directory) => existsSync(`${directory}safe.yaml`));
  if (found === undefined) throw new SecError('SEC_CONFIG_UNREADABLE', `presets: expected them at ${candidates.join(' or ')}`);
  return found;
};
