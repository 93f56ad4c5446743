import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { sessionPids } from '../../../src/os/operators/session-pids.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // The whole group is gone already.
    }
  }
});

/** A shell in a session of its own that runs the words and prints numbers of processes. */
const shell = async (words: string, lines: number): Promise<{ readonly pid: number; readonly said: readonly number[] }> => {
  const child = spawn('/bin/sh', ['-c', words], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await expect.poll(() => text.split('\n').length - 1).toBe(lines);
  return { pid: child.pid ?? 0, said: text.trim().split('\n').map(Number) };
};

describe("an operator's session", () => {
  test('is the client, what it runs under, and what was started from the same terminal', async () => {
    const { pid, said } = await shell('sleep 60 & echo $!; sh -c "sleep 60 & echo \\$!; wait" & sleep 60; wait', 2);
    const [client = 0, elsewhere = 0] = said;
    const session = sessionPids([client], []);
    expect(session).toEqual(expect.arrayContaining([client, pid, elsewhere]));
    expect(session).not.toContain(1);
  });

  test('is not what was started in a session of its own', async () => {
    const { pid, said } = await shell('sleep 60 & echo $!; setsid sh -c "echo \\$\\$; sleep 60; true" & sleep 60; wait', 2);
    const stranger = said.find((one) => one !== pid && one !== said[0]) ?? 0;
    expect(stranger).toBeGreaterThan(0);
    const session = sessionPids([said[0] ?? 0], []);
    expect(session).toContain(pid);
    expect(session).not.toContain(stranger);
  });

  test('is nothing without a client, and nothing for one that is gone', () => {
    expect(sessionPids([], [])).toEqual([]);
    expect(sessionPids([2 ** 22 + 1], [])).toEqual([]);
  });

  test('ends at an SSH server that listens: neither it nor its other children belong to it', async () => {
    const { pid, said } = await shell('sleep 60 & echo $!; sleep 60', 1);
    expect(sessionPids([said[0] ?? 0], [pid])).not.toContain(pid);
  });
});
