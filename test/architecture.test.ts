import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

type Import = { readonly from: string; readonly to: string; readonly isPackage: boolean };

const files = globSync(['src/**/*.{ts,tsx}', 'machines/**/*.ts']).filter((path) => !path.endsWith('.d.ts'));
const FORMS = [/^(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'/gm, /^import\s+'([^']+)'/gm, /\bimport\(\s*'([^']+)'\s*\)/g];

const imports: readonly Import[] = files.flatMap((from) =>
  FORMS.flatMap((form) => [...readFileSync(from, 'utf8').matchAll(form)]).map(([, target = '']) =>
    target.startsWith('.') ? { from, to: relative('.', join(dirname(from), target)), isPackage: false } : { from, to: target, isPackage: true },
  ),
);

const offenders = (test: (one: Import) => boolean): readonly string[] => imports.filter(test).map(({ from, to }) => `${from} → ${to}`);
const within = (path: string, ...rooms: readonly string[]): boolean => rooms.some((room) => path === room || path.startsWith(`${room}/`));

describe('who may import whom', () => {
  test('the scan saw the product', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(400);
    expect(imports.some(({ from, to }) => from.startsWith('src/tui/') && to.startsWith('src/domain/'))).toBe(true);
  });

  test.each([
    ['src/domain', ['src/domain']],
    ['machines', ['machines', 'src/domain']],
    ['src/protocol', ['src/protocol', 'src/domain']],
    ['src/client', ['src/client', 'src/protocol', 'src/domain']],
    ['src/tui', ['src/tui', 'src/client', 'src/protocol', 'src/domain', 'machines/connection.ts']],
    // The daemon's parts are loaded by single commands, and only then.
    ['src/cli', ['src/cli', 'src/client', 'src/protocol', 'src/domain', 'src/tui', 'src/daemon']],
    ['src/config', ['src/config', 'src/domain']],
    ['src/os', ['src/os', 'src/domain', 'src/actors/contract.ts']],
    ['src/store', ['src/store', 'src/domain']],
    [
      'src/workers',
      ['src/workers', 'src/domain', 'src/actors/contract.ts', 'src/actors/registry.ts', 'src/actors/collectors', 'src/actors/response/alert-folder.ts'],
    ],
    ['src/actors/response', ['src/actors/response', 'src/actors/contract.ts', 'src/domain', 'machines', 'src/store/contract.ts', 'src/workers/contract.ts']],
  ])('%s imports only %j of ours', (room, allowed) => {
    expect(offenders(({ from, to, isPackage }) => !isPackage && within(from, room) && !within(to, ...allowed))).toEqual([]);
  });

  test('a module touches the domain, the contract and itself: never the machine it protects', () => {
    const foreign = ({ from, to, isPackage }: Import): boolean => {
      const own = /^src\/actors\/modules\/[^/]+/.exec(from)?.[0];
      return own !== undefined && !isPackage && !within(to, own, 'src/domain', 'src/actors/contract.ts');
    };
    expect(offenders(foreign)).toEqual([]);
    expect(offenders(({ from, to, isPackage }) => isPackage && from.startsWith('src/actors/modules/') && to !== 'zod')).toEqual([]);
  });

  test('machines are pure: xstate, zod and the domain, nothing of Node', () => {
    expect(offenders(({ from, to, isPackage }) => isPackage && from.startsWith('machines/') && to !== 'xstate' && to !== 'zod')).toEqual([]);
  });

  test.each([
    ['execa', ['src/os']],
    ['koffi', ['src/os']],
    ['node:child_process', ['src/os']],
    ['lmdb', ['src/store']],
    ['comlink', ['src/workers']],
    ['fastify', ['src/daemon']],
    ['pino', ['src/daemon']],
    ['ink', ['src/tui']],
    ['react', ['src/tui']],
    ['meow', ['src/cli']],
  ])('%s is imported only in %j', (name, rooms) => {
    const isIt = (to: string): boolean => to === name || to.startsWith(`${name}/`);
    expect(offenders(({ from, to, isPackage }) => isPackage && isIt(to) && !within(from, ...rooms))).toEqual([]);
    expect(imports.some(({ to }) => isIt(to))).toBe(true);
  });

  test('nothing asks the clock, the dice or the environment outside the rooms that may', () => {
    const rooms = ['src/os', 'src/cli', 'src/daemon', 'src/domain/clock.ts'];
    const forbidden = /\b(Date\.now\(|Math\.random\(|process\.env\b|console\.)/;
    const found = files.filter((path) => !within(path, ...rooms)).filter((path) => forbidden.test(readFileSync(path, 'utf8').replaceAll(/'[^'\n]*'/g, "''")));
    expect(found).toEqual([]);
  });

  test('the top level is as the project says', () => {
    for (const place of ['src/actors', 'src/tui', 'src/cli', 'machines', 'presets', 'test', 'package.json', 'SECURITY.md'])
      expect(globSync(place)).toEqual([place]);
  });
});
