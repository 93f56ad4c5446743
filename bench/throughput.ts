import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { type LogKind, writeLog } from './generate.ts';

/*
 * Lines a second through the whole of a replay, each log in a process of its own with the flags of `bin/1sec replay`, in turn with
 * fail2ban-regex on the beginning of the same log; then the memory at as many sources as lines, and the time from a line's write
 * to its finding. `node bench/throughput.ts [--lines 1000000] [--rounds 3] [--peer-lines 100000] [--seed 1] [--none]`
 */

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    'peer-lines': { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    none: { type: 'boolean', default: false },
  },
});

const run = promisify(execFile);
const show = (value: number): string => Math.round(value).toLocaleString('en-US');
const medianOf = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

type Measured = { readonly lines: number; readonly alerts: number; readonly seconds: number; readonly cpuSeconds: number; readonly rssMb: number };

const launcher = await readFile(join(import.meta.dirname, '../bin/1sec'), 'utf8');
const flags = /= replay \] && flags="([^"]*)"/.exec(launcher)?.[1]?.split(' ') ?? [];

const child = async (script: string, options: readonly string[]): Promise<string> =>
  (await run(process.execPath, [...flags, join(import.meta.dirname, script), ...options])).stdout;

const runOurs = async (path: string, collector: string): Promise<Measured> =>
  JSON.parse(await child('measure.ts', ['--path', path, '--collector', collector, ...(values.none ? ['--none'] : [])]));

const FILTERS: { readonly [kind in LogKind]?: string } = { auth: '/etc/fail2ban/filter.d/sshd.conf', web: '/etc/fail2ban/filter.d/apache-auth.conf' };

// Start-up of the peer is taken out: the time of an almost empty log is subtracted.
const runPeer = async (path: string, emptyPath: string, filter: string, lines: number): Promise<number | undefined> => {
  const time = async (log: string): Promise<number> => {
    const started = performance.now();
    await run('fail2ban-regex', [log, filter], { maxBuffer: 64 * 1024 * 1024 });
    return performance.now() - started;
  };
  try {
    const [startUp, whole] = [await time(emptyPath), await time(path)];
    return lines / (Math.max(whole - startUp, 1) / 1000);
  } catch {
    // Not installed on this machine: the comparison is left out, and said so.
    return undefined;
  }
};

const lines = Number(values.lines);
const peerLines = Math.min(Number(values['peer-lines']), lines);
const directory = await mkdtemp(join(tmpdir(), 'onesec-bench-'));
const place = (name: string): string => join(directory, name);

const CORPORA: readonly { readonly kind: LogKind; readonly collector: string }[] = [
  { kind: 'auth', collector: 'auth' },
  { kind: 'web', collector: 'web' },
  { kind: 'json', collector: 'app' },
];

const compare = async ({ kind, collector }: (typeof CORPORA)[number], now: number): Promise<void> => {
  const filter = FILTERS[kind];
  await writeLog(place('whole.log'), kind, lines, Number(values.seed), now);
  await writeLog(place('peer.log'), kind, peerLines, Number(values.seed), now);
  await writeLog(place('empty.log'), kind, 1, Number(values.seed), now);
  const ours: Measured[] = [];
  const peers: number[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    ours.push(await runOurs(place('whole.log'), collector));
    const peer = filter === undefined ? undefined : await runPeer(place('peer.log'), place('empty.log'), filter, peerLines);
    if (peer !== undefined) peers.push(peer);
  }
  const rate = medianOf(ours.map((one) => one.lines / one.seconds));
  const perCpu = medianOf(ours.map((one) => one.lines / one.cpuSeconds));
  const rss = Math.max(...ours.map((one) => one.rssMb));
  console.log(`${kind.padEnd(8)} ${show(rate)} lines/s, ${show(perCpu)} per CPU second, RSS ${show(rss)} MB, ${show(ours[0]?.alerts ?? 0)} alerts`);
  if (filter === undefined) return;
  if (peers.length === 0) console.log('         fail2ban-regex is not installed: no comparison');
  else
    console.log(
      `         fail2ban-regex ${show(medianOf(peers))} lines/s on the first ${show(peerLines)}: ours is ${(rate / medianOf(peers)).toFixed(1)} times as fast`,
    );
};

try {
  console.log(`${show(lines)} lines each, medians of ${values.rounds} rounds, Node ${process.version}${values.none ? ', no modules' : ''}`);
  const now = Date.now();
  for (const corpus of CORPORA) await compare(corpus, now);
  await writeLog(place('sources.log'), 'sources', lines, Number(values.seed), now);
  const many = await runOurs(place('sources.log'), 'auth');
  console.log(`${'sources'.padEnd(8)} ${show(many.lines / many.seconds)} lines/s, RSS ${show(many.rssMb)} MB at ${show(lines)} distinct sources`);
  const spray = 100_000;
  await writeLog(place('spray.log'), 'sources', spray, Number(values.seed), now);
  const sprayed = await runOurs(place('spray.log'), 'auth');
  console.log(`spray    ${show(spray)} failures from ${show(spray)} addresses in ${sprayed.seconds.toFixed(2)} s`);
  const latency: { readonly rounds: number; readonly p50: number; readonly p99: number } = JSON.parse(
    await child('latency.ts', ['--path', place('latency.log')]),
  );
  console.log(`latency  ${latency.p50.toFixed(1)} ms p50, ${latency.p99.toFixed(1)} ms p99 from the write of a line to its finding (${latency.rounds} lines)`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
