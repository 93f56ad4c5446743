import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { build } from 'esbuild';
import { parse } from 'yaml';

const newestUnder = async (directory) => {
  let newest = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) newest = Math.max(newest, (await stat(`${entry.parentPath}/${entry.name}`)).mtimeMs);
  }
  return newest;
};

const isFresh = async () => {
  if (!existsSync('dist/cli.mjs')) return false;
  const built = (await stat('dist/cli.mjs')).mtimeMs;
  const sources = await Promise.all([newestUnder('src'), newestUnder('machines'), stat('package.json').then((entry) => entry.mtimeMs)]);
  return built > Math.max(...sources);
};

// The rule files go into the bundle as one text: no folder to find, no YAML to read when the product starts. Samples stay behind.
const RULES = 'src/actors/collectors/grammars/services/';
const ruleFiles = {
  name: 'rule-files',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/]services[/]rule-texts\.ts$/ }, async () => {
      const names = (await readdir(RULES)).filter((name) => name.endsWith('.yaml')).sort();
      const texts = await Promise.all(names.map(async (name) => [name, { ...parse(await readFile(RULES + name, 'utf8')), samples: [['-']] }]));
      return { contents: `export const ruleTexts = () => JSON.parse(${JSON.stringify(JSON.stringify(texts))});`, loader: 'js' };
    }),
};

if (process.argv.includes('--if-stale') && (await isFresh())) process.exit(0);

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
const { default: manifest } = await import('../package.json', { with: { type: 'json' } });
await build({
  entryPoints: { cli: 'src/cli/main.ts', 'sensor-worker': 'src/workers/sensor-worker.ts', 'store-probe': 'src/store/probe-main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  jsx: 'automatic',
  // Native packages find their own binaries; pino starts no transport worker here.
  external: ['lmdb', 'koffi'],
  plugins: [ruleFiles],
  alias: { 'react-devtools-core': './scripts/empty.mjs' },
  define: { 'process.env.NODE_ENV': '"production"', __VERSION__: JSON.stringify(manifest.version) },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; import { fileURLToPath as __fileURLToPath } from 'node:url'; import { dirname as __pathDirname } from 'node:path'; const require = __createRequire(import.meta.url); const __filename = __fileURLToPath(import.meta.url); const __dirname = __pathDirname(__filename);",
  },
  logLevel: 'warning',
});
