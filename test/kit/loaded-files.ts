import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LAUNCHER = join(import.meta.dirname, '../../bin/1sec');

// Inside the process that is looked at: every module it loads goes through here, native ones and JSON too.
const HOOK = `
import { registerHooks } from 'node:module';
import { appendFileSync } from 'node:fs';
registerHooks({
  load(url, context, next) {
    if (!url.startsWith('node:')) appendFileSync(process.env.LOADED_TO, url + '\\n');
    return next(url, context);
  },
});
`;

export type Loaded = { readonly code: number | null; readonly out: string; readonly files: readonly string[]; readonly packages: readonly string[] };

/**
 * Runs the built product and lists the files it loads and the npm packages that are in them (a bundled file's source map names
 * them; a file under node_modules is its own package).
 */
export const listLoaded = (words: readonly string[], environment: { readonly [name: string]: string }): Loaded => {
  const directory = mkdtempSync(join(tmpdir(), 'onesec-loaded-'));
  try {
    writeFileSync(join(directory, 'hook.mjs'), HOOK);
    writeFileSync(join(directory, 'list'), '');
    const ran = spawnSync(LAUNCHER, [...words], {
      env: { ...environment, LOADED_TO: join(directory, 'list'), NODE_OPTIONS: `--import ${join(directory, 'hook.mjs')}` },
      encoding: 'utf8',
      timeout: 20_000,
    });
    const urls = readFileSync(join(directory, 'list'), 'utf8').split('\n').filter(Boolean);
    const files = [...new Set(urls)].map((url) => fileURLToPath(url));
    return { code: ran.status, out: ran.stdout, files, packages: [...new Set(files.flatMap(packagesIn))].sort() };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

const packagesIn = (file: string): readonly string[] => {
  const map = `${file}.map`;
  const sources: readonly string[] = existsSync(map) ? JSON.parse(readFileSync(map, 'utf8')).sources : [file];
  return sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
};
