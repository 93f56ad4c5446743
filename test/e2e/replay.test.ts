import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
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
/** After the first 200,000 lines of a million nothing more is needed. */
const EARLY_SHARE = 0.2;
/** Room for the collector of garbage to be late; growth with the input would be far more. */
const NOISE = 1.2;
const MAX_RSS_MB = 200;

/** `share` of the file was read when the process had `rssMb` in memory. */
type Sample = { readonly share: number; readonly rssMb: number };
type Replayed = { readonly lines: number; readonly perCpuSecond: number; readonly samples: readonly Sample[] };

type Look = { readonly rssMb: number; readonly cpuSeconds: number; readonly position: number };

const lookAt = (pid: number, path: string): Look | undefined => {
  try {
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const descriptor = readdirSync(`/proc/${pid}/fd`).find((fd) => linkOf(pid, fd) === path);
    const position = descriptor === undefined ? '0' : /pos:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8'))?.[1];
    return { rssMb: Number(rss ?? 0) / 1024, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, position: Number(position ?? 0) };
  } catch {
    // It has ended between two looks.
    return undefined;
  }
};

const linkOf = (pid: number, fd: string): string => {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    // Closed between the listing and the look.
    return '';
  }
};

const replay = (path: string, collector: string): Promise<Replayed> =>
  new Promise((resolve, reject) => {
    const child = spawn(LAUNCHER, ['replay', '--collector', collector, path, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const samples: Sample[] = [];
    const { size } = statSync(path);
    let cpuSeconds = 0;
    let out = '';
    const looking = setInterval(() => {
      const seen = lookAt(child.pid ?? 0, path);
      if (seen === undefined) return;
      if (seen.position > 0) samples.push({ share: seen.position / size, rssMb: seen.rssMb });
      cpuSeconds = seen.cpuSeconds;
    }, 25);
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
    });
    child.once('close', (code) => {
      clearInterval(looking);
      if (code !== 0) return reject(new Error(`replay ended with ${code}`));
      const { lines } = JSON.parse(out) as { readonly lines: number };
      resolve({ lines, perCpuSecond: Math.round(lines / Math.max(cpuSeconds, 0.01)), samples });
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

  test.each([
    ['mixed.log', 'auto', 2 * LINES],
    ['auth.log', 'auth', LINES],
    ['web.log', 'web', LINES],
  ])('%s: every line is counted and memory does not grow after the first 200,000 lines', async (name, collector, expected) => {
    const { lines, perCpuSecond, samples } = await replay(path(name), collector);
    const earlyShare = (EARLY_SHARE * 2 * LINES) / expected;
    const early = Math.max(...samples.filter(({ share }) => share <= earlyShare).map(({ rssMb }) => rssMb));
    const late = Math.max(...samples.filter(({ share }) => share > earlyShare).map(({ rssMb }) => rssMb));
    console.info(`${name}: ${lines} lines, ${perCpuSecond} a CPU second, RSS ${Math.round(early)} MB in the first 200,000, ${Math.round(late)} MB after`);
    expect(lines).toBe(expected);
    expect(samples.length).toBeGreaterThan(10);
    expect(early).toBeGreaterThan(0);
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
