import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogOutput } from '../../src/daemon/log-output.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onesec-log-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A program that logs `count` long lines to its standard error and then says on standard output how long that took and what was dropped. */
const LOGGER = `
import { createLogOutput } from ${JSON.stringify(join(import.meta.dirname, '../../src/daemon/log-output.ts'))};
const output = createLogOutput(2);
const started = performance.now();
for (let index = 0; index < Number(process.argv[1]); index += 1) output.write(index + ' ' + 'x'.repeat(500) + '\\n');
console.log(JSON.stringify({ ms: performance.now() - started, dropped: output.dropped() }));
process.stdin.once('data', async () => {
  output.write('after\\n');
  await output.flush(2000);
  console.log(JSON.stringify({ dropped: output.dropped() }));
  process.exit(0);
});
`;

const startLogger = (
  count: number,
  stderr: 'pipe' | number,
): { readonly child: ChildProcess; readonly line: () => Promise<{ readonly ms?: number; readonly dropped: number }> } => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', LOGGER, String(count)], { stdio: ['pipe', 'pipe', stderr] });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  let taken = 0;
  return {
    child,
    line: async () => {
      await expect.poll(() => text.split('\n').length - 1, { timeout: 10_000 }).toBeGreaterThan(taken);
      taken += 1;
      return JSON.parse(text.split('\n')[taken - 1] ?? '');
    },
  };
};

describe('the log of the daemon', () => {
  test('goes to a file line by line, at once', () => {
    const path = join(directory, 'log');
    const descriptor = openSync(path, 'w');
    const output = createLogOutput(descriptor);
    output.write('one\n');
    output.write('two ✓\n');
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo ✓\n');
    expect(output.dropped()).toBe(0);
    closeSync(descriptor);
  });

  /** The two ends of a pipe; what Node calls a pipe is a pair of sockets. */
  const makePipe = (): { readonly reader: Socket; readonly writer: number } => {
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
    return { reader, writer: openSync(path, 'w') };
  };

  test.each(['pipe', 'socket'])('nobody reading a %s costs lines and no time, and it is said how many', async (kind) => {
    const pipe = kind === 'pipe' ? makePipe() : undefined;
    const { child, line } = startLogger(10_000, pipe?.writer ?? 'pipe');
    if (pipe !== undefined) closeSync(pipe.writer);
    const reader = pipe?.reader ?? child.stderr;
    // Created but not read: it is full after 64 KiB or so.
    reader?.pause();
    const first = await line();
    expect(first.ms).toBeLessThan(1500);
    expect(first.dropped).toBeGreaterThan(5000);
    let text = '';
    reader?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    reader?.resume();
    await expect.poll(() => text, { timeout: 10_000 }).toContain(`-- ${first.dropped} lines of the log were left out`);
    child.stdin?.write('go\n');
    expect((await line()).dropped).toBe(first.dropped);
    await expect.poll(() => text.endsWith('after\n'), { timeout: 5000 }).toBe(true);
    const numbers = [...text.matchAll(/^(\d+) x{500}$/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: 10_000 - first.dropped }, (_, index) => index));
    reader?.destroy();
  });

  test.each(['pipe', 'socket'])('a reader of a %s that is gone costs lines and nothing else', async (kind) => {
    const pipe = kind === 'pipe' ? makePipe() : undefined;
    const { child, line } = startLogger(0, pipe?.writer ?? 'pipe');
    if (pipe !== undefined) closeSync(pipe.writer);
    await line();
    (pipe?.reader ?? child.stderr)?.destroy();
    child.stdin?.write('go\n');
    // A socket says so only after it has taken the line.
    expect((await line()).dropped).toBe(kind === 'pipe' ? 1 : 0);
    const code = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)));
    expect(code).toBe(0);
  });

  test('goes to a socket, as under systemd, and a dead one is no error', async () => {
    const path = join(directory, 's');
    let text = '';
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const socket = createConnection(path);
    await new Promise((resolve) => socket.once('connect', resolve));
    const handle: unknown = Reflect.get(socket, '_handle');
    const descriptor = typeof handle === 'object' && handle !== null && 'fd' in handle ? Number(handle.fd) : -1;
    const { child, line } = startLogger(3, descriptor);
    expect((await line()).dropped).toBe(0);
    child.stdin?.write('go\n');
    expect((await line()).dropped).toBe(0);
    await expect.poll(() => text.split('\n').length, { timeout: 5000 }).toBe(5);
    expect(text.endsWith('after\n')).toBe(true);
    socket.destroy();
    server.close();
  });

  test('a descriptor that is closed loses its lines and nothing else', () => {
    const descriptor = openSync(join(directory, 'log'), 'w');
    closeSync(descriptor);
    const output = createLogOutput(descriptor);
    output.write('one\n');
    expect(output.dropped()).toBe(1);
  });
});
