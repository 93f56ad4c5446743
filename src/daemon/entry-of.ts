import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of a program of ours that runs apart (worker, probe): the bundled one beside this file, or its source when run from the sources. */
export const entryOf = (bundled: string, source: string): string => {
  const inBundle = fileURLToPath(new URL(`./${bundled}.mjs`, import.meta.url));
  return existsSync(inBundle) ? inBundle : fileURLToPath(new URL(source, import.meta.url));
};
