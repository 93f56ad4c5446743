import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createModule } from '../../scripts/new-module.ts';

const HERE = join(import.meta.dirname, '../..');

describe('a newcomer makes a module by copying one folder', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), '1sec-new-'));
    mkdirSync(join(root, 'src/actors'), { recursive: true });
    cpSync(join(HERE, 'src/domain'), join(root, 'src/domain'), { recursive: true });
    cpSync(join(HERE, 'src/actors/contract.ts'), join(root, 'src/actors/contract.ts'));
    cpSync(join(HERE, 'package.json'), join(root, 'package.json'));
    symlinkSync(join(HERE, 'node_modules'), join(root, 'node_modules'));
    writeFileSync(
      join(root, 'src/actors/registry.ts'),
      "import type { ModuleDefinition } from './contract.ts';\n\nexport const MODULES: readonly ModuleDefinition[] = [];\n",
    );
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('the new module is registered, compiles, and detects what the template says', () => {
    const folder = createModule(root, 'dns_tunnel');
    expect(readFileSync(join(folder, 'samples.jsonl'), 'utf8')).toBe('');
    writeFileSync(
      join(root, 'try.ts'),
      `import { MODULES } from './src/actors/registry.ts';
const [module] = MODULES;
const detector = module!.createDetector({ max_events_per_minute: 2 });
const types: string[] = [];
for (let at = 0; at < 4; at += 1) detector.onEvent({ id: String(at), at, source: 't', module: 't', type: 'http_request', severity: 'INFO', summary: '', details: {}, sourceIp: '203.0.113.7', entities: {}, trust: 'sensor' }, (draft) => types.push(draft.type));
console.log(JSON.stringify([module!.manifest.id, types]));
`,
    );
    expect(JSON.parse(execFileSync(process.execPath, [join(root, 'try.ts')], { encoding: 'utf8' }))).toEqual([
      'dns_tunnel',
      ['too_many_events', 'too_many_events'],
    ]);
  });

  test('a second module joins the first, and a taken or odd name is refused', () => {
    createModule(root, 'dns_tunnel');
    createModule(root, 'beacon');
    expect(readFileSync(join(root, 'src/actors/registry.ts'), 'utf8')).toContain('= [dnsTunnel, beacon]');
    expect(() => createModule(root, 'beacon')).toThrow(/exists already/);
    expect(() => createModule(root, '../evil')).toThrow(/a module id is/);
  });
});
