import { type Explained, explain, type LiveMode } from '../config/explain.ts';
import { type ConfigEnvironment, loadConfig } from '../config/load.ts';

/** Who said each value of the decision table below a path; `live` is the mode of a running daemon. */
export const explainConfig = async (
  environment: ConfigEnvironment,
  wanted: string,
  live: LiveMode | undefined,
): Promise<{ readonly path: string | undefined; readonly values: readonly Explained[] }> => {
  const loaded = await loadConfig(environment);
  return { path: loaded.path, values: await explain(loaded, wanted, live) };
};
