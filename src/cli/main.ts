// The fast path must not import anything: `1sec --version` answers before meow, ink, lmdb or fastify are read.
declare const __VERSION__: string | undefined;

const version = typeof __VERSION__ === 'string' ? __VERSION__ : 'development';
const first = process.argv[2];

if (process.argv.length === 3 && (first === '--version' || first === '-V' || first === 'version')) {
  process.stdout.write(`1sec v${version} node ${process.version} ${process.platform}/${process.arch}\n`);
} else {
  const { runCli } = await import('./run.ts');
  process.exitCode = await runCli(process.argv.slice(2), version, {
    exit: (code) => process.exit(code),
    exitWithin: (ms) => void setTimeout(() => process.exit(), ms).unref(),
  });
}
