import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import { createProbeRunner } from '../../src/os/run-probe.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createDirectory, probe, START, sampleAlert } from '../store/store-fixtures.ts';

const withDatabase = async (work: (directory: string) => Promise<void>): Promise<void> => {
  const { directory, remove } = createDirectory();
  try {
    const { store } = await openStore({ directory, clock: createManualClock(START) });
    for (let number = 0; number < 500; number += 1) store.alerts.put(sampleAlert(number));
    await store.close();
    await work(directory);
  } finally {
    remove();
  }
};

const cut = (directory: string): void => truncateSync(join(directory, 'data.mdb'), 3 * 4_096);

// A program that ends in a given way stands for the probe.
const runnerOf = (directory: string, program: string, timeoutMs?: number): ReturnType<typeof createProbeRunner> => {
  const entry = join(directory, 'program.mjs');
  writeFileSync(entry, program);
  return createProbeRunner({ entry, timeoutMs });
};

test('the probe run from its sources tells a sound database from a cut one', () =>
  withDatabase(async (directory) => {
    expect(await probe(directory)).toBe('ok');
    cut(directory);
    expect(await probe(directory)).toBe('corrupt');
  }));

test('the probe run from its bundle does the same', () =>
  withDatabase(async (directory) => {
    const root = join(import.meta.dirname, '../..');
    const outfile = join(root, 'node_modules', '.cache', `store-probe-${process.pid}`, 'store-probe.mjs');
    await build({
      entryPoints: [join(root, 'src/store/probe-main.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['lmdb'],
      logLevel: 'silent',
    });
    try {
      const bundled = createProbeRunner({ entry: outfile });
      expect(await bundled(directory)).toBe('ok');
      cut(directory);
      expect(await bundled(directory)).toBe('corrupt');
    } finally {
      rmSync(dirname(outfile), { recursive: true });
    }
  }));

test.each(['SIGBUS', 'SIGSEGV', 'SIGABRT', 'SIGFPE'])('a probe killed by %s says corrupt', (signal) =>
  withDatabase(async (directory) => {
    const run = runnerOf(directory, `process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000);`);
    expect(await run(directory)).toBe('corrupt');
  }),
);

test('a probe that does not come to an end says corrupt', () =>
  withDatabase(async (directory) => {
    expect(await runnerOf(directory, 'setInterval(() => {}, 1000);', 300)(directory)).toBe('corrupt');
  }));

test.each([
  ['killed from outside', "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);"],
  ['a program error', 'throw new Error("not about the database");'],
  ['something missing', 'import "./missing.mjs";'],
])('a probe ended by %s judges nothing', (_, program) =>
  withDatabase(async (directory) => {
    await expect(runnerOf(directory, program)(directory)).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
  }),
);

test('the probe sees nothing of the environment', () =>
  withDatabase(async (directory) => {
    const run = runnerOf(directory, 'process.exit(Object.keys(process.env).some((name) => name === "PATH" || name === "HOME") ? 3 : 0);');
    expect(await run(directory)).toBe('ok');
  }));
