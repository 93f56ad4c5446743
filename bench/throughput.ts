import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { MODULES } from '../src/actors/registry.ts';
import { createPipeline } from '../src/workers/pipeline.ts';
import { replayBytes } from '../src/workers/replay.ts';
import { type LogKind, writeLog } from './generate.ts';

/*
 * Lines a second through the whole pipeline (split, parse, every detector of the registry) in one thread, and fail2ban-regex on the
 * same log in the same run. `node bench/throughput.ts [--lines 1000000] [--rounds 3] [--peer-lines 100000] [--seed 1] [--none]`
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

const CHUNK_BYTES = 262_144;

type Measured = { readonly linesPerSecond: number; readonly linesPerCpuSecond: number; readonly findings: number; readonly parsed: number };

// On a busy machine the rate per CPU second is the one to look at; it includes the helper threads of the runtime.
const runOurs = async (path: string, grammar: LogKind, now: number): Promise<Measured> => {
  const modules = Object.fromEntries(MODULES.map((module) => [module.manifest.id, {}]));
  const pipeline = createPipeline(MODULES, { modules: values.none ? {} : modules });
  let findings = 0;
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  const counters = await replayBytes({
    pipeline,
    bytes: createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    source: 'bench',
    grammar,
    receivedAt: now,
    onResult: (result) => {
      findings += result.findings.length;
      for (const failure of result.failures) console.error(`module ${failure.module} failed: ${failure.message}`);
    },
  });
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuSeconds = (cpu.user + cpu.system) / 1_000_000;
  return { linesPerSecond: counters.lines / seconds, linesPerCpuSecond: counters.lines / cpuSeconds, findings, parsed: counters.parsed };
};

const FILTERS: { readonly [kind in LogKind]: string } = { auth: '/etc/fail2ban/filter.d/sshd.conf', web: '/etc/fail2ban/filter.d/apache-auth.conf' };

// Start-up of the peer is taken out: the time of an almost empty log is subtracted.
const runPeer = async (path: string, emptyPath: string, kind: LogKind, lines: number): Promise<number | undefined> => {
  const time = async (log: string): Promise<number> => {
    const started = performance.now();
    await promisify(execFile)('fail2ban-regex', [log, FILTERS[kind]], { maxBuffer: 64 * 1024 * 1024 });
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
const show = (value: number): string => Math.round(value).toLocaleString('en-US');

try {
  console.log(`${values.none ? 0 : MODULES.length} modules, ${show(lines)} lines, Node ${process.version}`);
  for (const kind of ['auth', 'web'] as const) {
    const now = Date.now();
    const path = join(directory, `${kind}.log`);
    const peerPath = join(directory, `${kind}-peer.log`);
    const emptyPath = join(directory, `${kind}-empty.log`);
    await writeLog(path, kind, lines, Number(values.seed), now);
    await writeLog(peerPath, kind, peerLines, Number(values.seed), now);
    await writeLog(emptyPath, kind, 1, Number(values.seed), now);
    const rates: number[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const { linesPerSecond, linesPerCpuSecond, findings, parsed } = await runOurs(path, kind, now);
      rates.push(linesPerSecond);
      const rss = process.memoryUsage().rss / 1_000_000;
      console.log(
        `${kind.padEnd(5)} round ${round + 1}: ${show(linesPerSecond)} lines/s (${show(linesPerCpuSecond)} per CPU second), ${show(parsed)} parsed, ${show(findings)} findings, RSS ${show(rss)} MB`,
      );
    }
    const best = Math.max(...rates);
    if (kind === 'auth') {
      const peer = await runPeer(peerPath, emptyPath, kind, peerLines);
      console.log(
        peer === undefined
          ? 'fail2ban-regex is not installed: no comparison'
          : `${kind.padEnd(5)} fail2ban-regex: ${show(peer)} lines/s on ${show(peerLines)} lines → ${(best / peer).toFixed(1)} times`,
      );
    }
    await (await open(path, 'w')).close();
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
