import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeLog } from '../../bench/generate.ts';
import { whyNoBuild } from '../kit/daemon.ts';
import { skipsWithout } from '../kit/netns.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/1sec');
const LINES = 500_000;
/** Room for the collector of garbage to be late; growth with the input would be far more. */
const NOISE = 1.25;
/** 200 MB is the aim. */
const MAX_RSS_MB = 220;

type Replayed = { readonly lines: number; readonly perCpuSecond: number; readonly rss: readonly number[] };

const memoryOf = (pid: number): { readonly rssMb: number; readonly cpuSeconds: number } | undefined => {
  try {
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return { rssMb: Number(rss ?? 0) / 1024, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    // It has ended between two looks.
    return undefined;
  }
};

const replay = (path: string, collector: string): Promise<Replayed> =>
  new Promise((resolve, reject) => {
    const child = spawn(LAUNCHER, ['replay', '--collector', collector, path, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const rss: number[] = [];
    let cpuSeconds = 0;
    let out = '';
    const looking = setInterval(() => {
      const seen = memoryOf(child.pid ?? 0);
      if (seen === undefined) return;
      rss.push(seen.rssMb);
      cpuSeconds = seen.cpuSeconds;
    }, 50);
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
    });
    child.once('close', (code) => {
      clearInterval(looking);
      if (code !== 0) return reject(new Error(`replay ended with ${code}`));
      const { lines } = JSON.parse(out) as { readonly lines: number };
      resolve({ lines, perCpuSecond: Math.round(lines / Math.max(cpuSeconds, 0.01)), rss });
    });
  });

describe.skipIf(skipsWithout(whyNoBuild(), 'replay of a million lines'))('a million mixed lines through 1sec replay', () => {
  let directory: string;
  const path = (name: string): string => join(directory, name);
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), '1sec-replay-'));
    const now = Date.now();
    await writeLog(path('auth.log'), 'auth', LINES, 1, now);
    await writeLog(path('web.log'), 'web', LINES, 2, now);
    await pipeline(mixed(path('auth.log'), path('web.log')), createWriteStream(path('mixed.log')));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test.each([['mixed.log', 'auto', 2 * LINES]])('%s: every line is counted and memory does not grow with the input', async (name, collector, expected) => {
    const { lines, perCpuSecond, rss } = await replay(path(name), collector);
    const start = Math.ceil(rss.length * 0.4);
    const [early, late] = [Math.max(...rss.slice(0, start)), Math.max(...rss.slice(start))];
    console.info(`${name}: ${lines} lines, ${perCpuSecond} a CPU second, RSS ${Math.round(early)} MB early, ${Math.round(late)} MB late`);
    expect(lines).toBe(expected);
    expect(rss.length).toBeGreaterThan(10);
    expect(late).toBeLessThan(early * NOISE);
    expect(late).toBeLessThan(MAX_RSS_MB);
  });
});

/** Lines of two files in turn. */
async function* mixed(one: string, other: string): AsyncGenerator<string> {
  const right = createInterface({ input: createReadStream(other) })[Symbol.asyncIterator]();
  let batch = '';
  for await (const line of createInterface({ input: createReadStream(one) })) {
    batch += `${line}\n`;
    const next = await right.next();
    if (next.done !== true) batch += `${next.value}\n`;
    if (batch.length < 1_000_000) continue;
    yield batch;
    batch = '';
  }
  yield batch;
}
