import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TEMPLATE = join(import.meta.dirname, 'module-template');

/** Copies the template to `<root>/src/actors/modules/<id>` and adds its line to the registry. Throws for a name that is taken or not plain. */
export const createModule = (root: string, id: string): string => {
  if (!/^[a-z][a-z0-9_]{2,40}$/.test(id)) throw new Error(`a module id is 3 to 41 of a-z, 0-9 and _, starting with a letter; got ${id}`);
  const folder = join(root, 'src/actors/modules', id);
  if (existsSync(folder)) throw new Error(`${folder} exists already`);
  const name = id.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(TEMPLATE)) {
    const text = readFileSync(join(TEMPLATE, file), 'utf8').replaceAll('__ID__', id).replaceAll('__NAME__', name);
    writeFileSync(join(folder, file.replace(/\.txt$/, '')), text);
  }
  // Empty on purpose: test/modules.test.ts fails until there are samples.
  writeFileSync(join(folder, 'samples.jsonl'), '');
  const registry = join(root, 'src/actors/registry.ts');
  const before = readFileSync(registry, 'utf8');
  const listed = /MODULES: readonly ModuleDefinition\[\] = \[([^\]]*)\]/.exec(before);
  if (listed === null) throw new Error(`${registry}: the list of modules was not found`);
  const names = [
    ...(listed[1] ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
    name,
  ];
  const after = before
    .replace(listed[0], `MODULES: readonly ModuleDefinition[] = [${names.join(', ')}]`)
    .replace(
      "import type { ModuleDefinition } from './contract.ts';\n",
      `import type { ModuleDefinition } from './contract.ts';\nimport { ${name} } from './modules/${id}/detect.ts';\n`,
    );
  writeFileSync(registry, after);
  return folder;
};

if (process.argv[1] === import.meta.filename) {
  const id = process.argv[2];
  if (id === undefined) throw new Error('usage: npm run new:module <id>');
  console.log(`${createModule(join(import.meta.dirname, '..'), id)}: now fill samples.jsonl, then npx vitest run test/modules.test.ts`);
}
