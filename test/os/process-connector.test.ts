import { execFileSync, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ProcessFact } from '../../src/actors/contract.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { createProcessFeed, probeProcessConnector } from '../../src/os/process-connector.ts';
import { createNetns, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const why = await probeProcessConnector();

/** Runs `act` while listening, and gives the facts seen until 200 ms after it. */
const listenDuring = async (act: () => Promise<unknown>): Promise<readonly ProcessFact[]> => {
  const facts: ProcessFact[] = [];
  const stop = new AbortController();
  const listening = Promise.withResolvers<void>();
  const feed = createProcessFeed({ clock: systemClock, onListening: listening.resolve })(stop.signal, async (batch) => {
    facts.push(...batch);
  });
  await listening.promise;
  await act();
  await sleep(200);
  stop.abort();
  await feed;
  return facts;
};

const run = async (file: string, args: readonly string[], options: Parameters<typeof spawn>[2] = {}): Promise<number> => {
  const child = spawn(file, args, { stdio: 'ignore', ...options });
  await new Promise((resolve) => child.once('close', resolve));
  return child.pid ?? 0;
};

describe.skipIf(skipsWithout(why, 'process connector'))('the process connector', () => {
  test('sees a program start and end, even a very short one', async () => {
    let pid = 0;
    const facts = await listenDuring(async () => {
      pid = await run('true', []);
    });
    const mine = facts.filter((fact) => 'pid' in fact && fact.pid === pid);
    expect(mine.map((fact) => fact.kind)).toEqual(['fork', 'exec', 'exit']);
    expect(mine[0]).toMatchObject({ parentPid: process.pid });
    expect(mine[2]).toMatchObject({ code: 0 });
  });

  test('tells of it within a few hundredths of a second, also when nothing else happens in this process', async () => {
    const stop = new AbortController();
    const listening = Promise.withResolvers<void>();
    const seen = new Map<number, number>();
    const feed = createProcessFeed({ clock: systemClock, onListening: listening.resolve })(stop.signal, async (batch) => {
      for (const fact of batch) if (fact.kind === 'exec') seen.set(fact.pid, performance.now() - fact.at + performance.timeOrigin);
    });
    const before = performance.now();
    await listening.promise;
    expect(performance.now() - before).toBeLessThan(500);
    const started = performance.now();
    const child = spawn('sleep', ['5'], { stdio: 'ignore' });
    while (!seen.has(child.pid ?? 0) && performance.now() - started < 3000) await sleep(1000);
    expect(seen.get(child.pid ?? 0)).toBeLessThan(300);
    child.kill('SIGKILL');
    stop.abort();
    await feed;
  });

  test('reads who it was, its standard streams and a preloaded library', async () => {
    const stdin = openSync('/dev/zero', 'r');
    let pid = 0;
    const facts = await listenDuring(async () => {
      pid = await run('sleep', ['0.2'], { stdio: [stdin, 'ignore', 'ignore'], env: { PATH: process.env['PATH'], LD_PRELOAD: '/nowhere/none.so' } });
    });
    const exec = facts.find((fact) => fact.kind === 'exec' && fact.pid === pid);
    expect(exec).toMatchObject({
      kind: 'exec',
      process: { name: 'sleep', argv: ['sleep', '0.2'], parentPid: process.pid },
      stdio: ['/dev/zero', '/dev/null', '/dev/null'],
      preload: '/nowhere/none.so',
    });
    expect(exec?.kind === 'exec' ? exec.process?.ancestors[0]?.pid : undefined).toBe(process.pid);
  });

  test('loses none of 200 short programs, and says how each ended', async () => {
    let shell = 0;
    const facts = await listenDuring(async () => {
      shell = await run('sh', ['-c', 'i=0; while [ $i -lt 200 ]; do /bin/sh -c "exit 3"; i=$((i+1)); done']);
    });
    const forked = new Set(facts.flatMap((fact) => (fact.kind === 'fork' && fact.parentPid === shell ? [fact.pid] : [])));
    const executed = facts.filter((fact) => fact.kind === 'exec' && forked.has(fact.pid));
    const ended = facts.filter((fact) => fact.kind === 'exit' && forked.has(fact.pid) && fact.code === 3);
    expect([forked.size, executed.length, ended.length]).toEqual([200, 200, 200]);
    expect(facts.filter((fact) => fact.kind === 'overrun')).toEqual([]);
    const read = executed.filter((fact) => fact.kind === 'exec' && (fact.process?.exe ?? '') !== '').length;
    console.info(`measured: of 200 programs that live a millisecond ${read} could still be read`);
  });

  test('says so in a network namespace, where the kernel does not answer', () => {
    if (whyNoNetns() !== undefined) return expect(whyNoNetns()).toBeTypeOf('string');
    const namespace = createNetns('osp');
    try {
      const script = `import { probeProcessConnector } from ${JSON.stringify(new URL('../../src/os/process-connector.ts', import.meta.url).href)};
        console.log(await probeProcessConnector());`;
      expect(namespace.run(process.execPath, '--input-type=module', '-e', script)).toContain('initial network namespace');
    } finally {
      namespace.remove();
    }
  });

  test('does not keep a process alive once aborted', () => {
    const script = `import { createProcessFeed } from ${JSON.stringify(new URL('../../src/os/process-connector.ts', import.meta.url).href)};
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 100);
      await createProcessFeed({ clock: { now: () => 0, monotonic: () => 0 } })(stop.signal, async () => {});
      console.log('ended');`;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 5000, encoding: 'utf8' })).toBe('ended\n');
  });
});
