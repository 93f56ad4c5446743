import { existsSync } from 'node:fs';
import { SecError } from '../domain/errors.ts';
import { type Config, configSchema } from './schema.ts';
import { readYamlFile } from './yaml-file.ts';

/** What the search looks at; given by the caller so that tests and daemon agree. */
export type ConfigEnvironment = {
  readonly flag?: string | undefined;
  readonly variables: { readonly [name: string]: string | undefined };
};

/** The configuration and where it came from. `path` is undefined when only defaults are in force. */
export type LoadedConfig = { readonly config: Config; readonly path: string | undefined; readonly searched: readonly string[] };

/**
 * One search order for every command: --config, ONESEC_CONFIG, /etc/1sec/config.yaml, $XDG_CONFIG_HOME/1sec/config.yaml
 * (or ~/.config), ~/.1sec/config.yaml. A named file must exist; the others are used when they do. No file: defaults.
 * Throws SEC_CONFIG_UNREADABLE or SEC_CONFIG_INVALID.
 */
export const loadConfig = async (environment: ConfigEnvironment): Promise<LoadedConfig> => {
  const named = environment.flag ?? environment.variables['ONESEC_CONFIG'];
  const searched = named === undefined || named === '' ? usualPlaces(environment.variables) : [named];
  const path = named === undefined || named === '' ? searched.find((candidate) => existsSync(candidate)) : named;
  const config = path === undefined ? configSchema.parse({}) : await readYamlFile(path, configSchema);
  return { config: withEnvironment(config, environment.variables), path, searched };
};

const usualPlaces = (variables: ConfigEnvironment['variables']): readonly string[] => {
  const home = variables['HOME'] ?? '/root';
  const xdg = variables['XDG_CONFIG_HOME'] || `${home}/.config`;
  return ['/etc/1sec/config.yaml', `${xdg}/1sec/config.yaml`, `${home}/.1sec/config.yaml`];
};

const withEnvironment = (config: Config, variables: ConfigEnvironment['variables']): Config => {
  const level = variables['ONESEC_LOG_LEVEL'];
  if (level === undefined || level === '') return config;
  const logging = configSchema.shape.logging.safeParse({ ...config.logging, level });
  if (!logging.success) throw new SecError('SEC_CONFIG_INVALID', `ONESEC_LOG_LEVEL: expected debug, info, warn or error, got ${level}`);
  return { ...config, logging: logging.data };
};
