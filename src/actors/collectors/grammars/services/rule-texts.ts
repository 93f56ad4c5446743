import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/**
 * What the rule files beside this module hold, by name and not yet checked. The build replaces this module with one that has
 * the texts in it.
 */
export const ruleTexts = (): readonly (readonly [name: string, value: unknown])[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name): [string, unknown] => [name, parse(readFileSync(`${FOLDER}${name}`, 'utf8'))]);

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
