import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';

const PROGRAM = `
import { onEndingSignal } from ${JSON.stringify(join(import.meta.dirname, '../../src/daemon/ending-signals.ts'))};
onEndingSignal((signal) => { console.log(signal); });
setInterval(() => undefined, 1000);
console.log('ready');
`;

const start = async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  await expect.poll(() => out, { timeout: 10_000 }).toContain('ready');
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, out: () => out.split('\n').slice(1, -1) };
};

test('the first signal is told, another one at once is the same, a later one ends the process', async () => {
  const { child, ended, out } = await start();
  child.kill('SIGINT');
  child.kill('SIGTERM');
  await delay(300);
  expect(child.exitCode).toBeNull();
  expect(out()).toHaveLength(1);
  await delay(900);
  child.kill('SIGTERM');
  expect(await ended).toBe(130);
});
