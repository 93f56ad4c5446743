import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SecError } from '../domain/errors.ts';
import type { PresetName } from '../domain/policy.ts';
import { mergeLayers, presetChain, wholePreset } from './merge-presets.ts';
import { type PresetFile, presetSchema } from './schema.ts';
import { readYamlFile } from './yaml-file.ts';

/** A preset as shipped in `presets/<name>.yaml`, with what it extends merged in. */
export const loadPreset = async (name: PresetName): Promise<PresetFile> => {
  const directory = presetDirectory();
  const chain = await presetChain(name, (layer) => readYamlFile(`${directory}${layer}.yaml`, presetSchema));
  return wholePreset(chain.reduce(mergeLayers));
};

/** The files a preset is made of, the one that wins first. */
export const presetFiles = async (name: PresetName): Promise<readonly string[]> => {
  const directory = presetDirectory();
  const chain = await presetChain(name, (layer) => readYamlFile(`${directory}${layer}.yaml`, presetSchema));
  return chain.map((layer) => `${directory}${layer.name}.yaml`).reverse();
};

// From the bundle (dist/) and from the sources (src/config/).
const presetDirectory = (): string => {
  const candidates = ['../presets/', '../../presets/'].map((relative) => fileURLToPath(new URL(relative, import.meta.url)));
  const found = candidates.find((directory) => existsSync(`${directory}safe.yaml`));
  if (found === undefined) throw new SecError('SEC_CONFIG_UNREADABLE', `presets: expected them at ${candidates.join(' or ')}`);
  return found;
};
