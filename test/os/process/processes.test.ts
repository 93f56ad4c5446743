import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { ProcessDetails } from '../../../src/domain/host.ts';
import { identityOf, stateOfProcess } from '../../../src/os/process/identity.ts';
import { readProcessTree } from '../../../src/os/process/process-tree.ts';
import { readProcess } from '../../../src/os/process/read-process.ts';
import { signalProcess } from '../../../src/os/process/signal-process.ts';

const started: ChildProcess[] = [];
const start = async (file: string, ...args: readonly string[]): Promise<ProcessDetails> => {
  const child = spawn(file, args, { stdio: 'ignore' });
  started.push(child);
  await new Promise((resolve) => child.once('spawn', resolve));
  await sleep(30);
  return read(child.pid ?? 0);
};
const read = (pid: number): ProcessDetails => {
  const details = readProcess(pid);
  if (details === null) throw new Error(`process ${pid} is gone`);
  return details;
};
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

describe('reading a process', () => {
  test('gives its identity, arguments and ancestry', async () => {
    const details = await start('sleep', '60', '', 'a b'.replace(' ', '\t')).catch(() => start('sleep', '60'));
    expect(details).toMatchObject({ name: 'sleep', parentPid: process.pid, uid: process.getuid?.(), state: 'running' });
    expect(details.exe).toMatch(/\/sleep$|coreutils$/);
    expect(details.exeIno).toBeGreaterThan(0);
    expect(details.ancestors[0]).toMatchObject({ pid: process.pid, exe: process.execPath });
    expect(details.ancestors.length).toBeLessThanOrEqual(16);
  });

  test('keeps empty arguments and does not split on blanks', async () => {
    const details = await start(process.execPath, '-e', 'setTimeout(() => {}, 60000)', 'a b', '', 'c');
    expect(details.argv).toEqual([process.execPath, '-e', 'setTimeout(() => {}, 60000)', 'a b', '', 'c']);
  });

  test.each([0, -1, 4_194_305, Number.NaN, 1.5])('of number %s is null', (pid) => {
    expect(readProcess(pid)).toBeNull();
  });

  test('sees a kernel thread without executable', () => {
    expect(readProcess(2)).toMatchObject({ exe: '', argv: [] });
  });
});

describe('the identity of a process', () => {
  test('holds while it lives and is gone after', async () => {
    const details = await start('sleep', '60');
    expect(identityOf(details)).toBe('same');
    await signalProcess({ process: details, signal: 'SIGKILL' });
    await expect.poll(() => identityOf(details)).toBe('gone');
    expect(stateOfProcess(details)).toBe('gone');
  });

  test('a later process with the same number is another one', async () => {
    const details = await start('sleep', '60');
    const earlier = { ...details, startTime: details.startTime - 5 };
    expect(identityOf(earlier)).toBe('gone');
    expect(await signalProcess({ process: earlier, signal: 'SIGKILL' })).toEqual({ result: 'gone' });
    expect(stateOfProcess(details)).toBe('running');
  });

  test('a process that now runs another program has changed, and gets no signal', async () => {
    const details = await start('sh', '-c', 'sleep 0.4; exec sleep 60');
    expect(identityOf(details)).toBe('same');
    await expect.poll(() => identityOf(details), { timeout: 3000 }).toBe('changed');
    expect(await signalProcess({ process: details, signal: 'SIGKILL' })).toEqual({ result: 'changed' });
    expect(stateOfProcess(details)).toBe('running');
    expect(readProcessTree(details)).toEqual([]);
  });
});

describe('signals', () => {
  test('stop, continue and end exactly that process', async () => {
    const details = await start('sleep', '60');
    expect(await signalProcess({ process: details, signal: 'SIGSTOP' })).toEqual({ result: 'sent' });
    await expect.poll(() => stateOfProcess(details)).toBe('stopped');
    expect(await signalProcess({ process: details, signal: 'SIGCONT' })).toEqual({ result: 'sent' });
    await expect.poll(() => stateOfProcess(details)).toBe('running');
    expect(await signalProcess({ process: details, signal: 'SIGTERM' })).toEqual({ result: 'sent' });
    await expect.poll(() => stateOfProcess(details)).toBe('gone');
    expect(await signalProcess({ process: details, signal: 'SIGKILL' })).toEqual({ result: 'gone' });
  });

  test.each([1, 0, -5])('never go to number %s', async (pid) => {
    await expect(signalProcess({ process: { pid, startTime: 0, exe: '' }, signal: 'SIGSTOP' })).rejects.toMatchObject({ code: 'SEC_REFUSED' });
  });
});

test('the tree of a process lists parents before children', async () => {
  const root = await start('sh', '-c', 'sh -c "sleep 60; true" & sleep 60; true');
  await expect.poll(() => readProcessTree(root).length).toBe(4);
  const tree = readProcessTree(root).map((entry) => read(entry.pid));
  expect(tree[0]?.pid).toBe(root.pid);
  for (const [index, member] of tree.entries()) {
    if (index > 0) expect(tree.slice(0, index).map((earlier) => earlier.pid)).toContain(member.parentPid);
  }
  for (const member of tree.toReversed()) await signalProcess({ process: member, signal: 'SIGKILL' });
});
