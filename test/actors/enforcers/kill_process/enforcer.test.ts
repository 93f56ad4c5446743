import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { ActionRequest } from '../../../../src/actors/contract.ts';
import { createKillProcess } from '../../../../src/actors/enforcers/kill_process/enforcer.ts';
import { systemClock } from '../../../../src/domain/clock.ts';
import type { ProcessRef } from '../../../../src/domain/entity.ts';
import type { Host, ProcessState } from '../../../../src/domain/host.ts';
import { createHost } from '../../../../src/os/host.ts';
import { skipsWithout } from '../../../kit/netns.ts';

const host = createHost();
const enforcer = createKillProcess({ host, clock: systemClock });
afterAll(() => host.close());

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) if (child.pid !== undefined) killGroup(child.pid);
});
const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
};

const start = async (file: string, ...args: readonly string[]): Promise<ProcessRef> => {
  const child = spawn(file, args, { stdio: 'ignore', detached: true });
  started.push(child);
  await new Promise((resolve) => child.once('spawn', resolve));
  await sleep(50);
  const { process: details } = await host.call('process.inspect', { pid: child.pid ?? 0 });
  if (details === null) throw new Error('the process is gone');
  return details;
};
const request = (target: ProcessRef): ActionRequest => ({ actionId: 'a', target: { kind: 'process', process: target }, params: {}, now: 0 });
const treeOf = async (root: ProcessRef) => (await host.call('process.tree', { root })).processes;
const statesOf = async (processes: readonly ProcessRef[]): Promise<readonly ProcessState[]> =>
  Promise.all(processes.map(async (member) => (await host.call('process.state', { process: member })).state));

const FAMILY = ['sh', '-c', 'sh -c "sleep 60; true" & sleep 60; true'] as const;

describe('kill_process', () => {
  test('ends a process and everything it started, and says how many', async () => {
    const root = await start(...FAMILY);
    await expect.poll(async () => (await treeOf(root)).length).toBe(4);
    const family = await treeOf(root);
    expect(await enforcer.apply(request(root))).toEqual({ verification: 'verified', detail: '4 processes ended' });
    for (const state of await statesOf(family)) expect(['gone', 'zombie']).toContain(state);
    expect(await enforcer.verify(request(root))).toMatchObject({ verification: 'verified' });
  });

  test('asked twice, it finds it gone and is content', async () => {
    const root = await start('sleep', '60');
    await enforcer.apply(request(root));
    expect(await enforcer.apply(request(root))).toEqual({ verification: 'verified', detail: 'the process was already gone' });
  });

  test('ends a process that keeps starting others', async () => {
    const root = await start('sh', '-c', 'while :; do sleep 0.01 & sleep 0.005; done');
    await sleep(200);
    expect(await enforcer.apply(request(root))).toMatchObject({ verification: 'verified' });
    await sleep(100);
    expect(await treeOf(root)).toEqual([]);
  });

  test('is not put off by an ended child that the process never looked after', async () => {
    const root = await start('sh', '-c', 'true & exec sleep 60');
    const { process: now } = await host.call('process.inspect', { pid: root.pid });
    await sleep(100);
    expect(await enforcer.apply(request(now ?? root))).toEqual({ verification: 'verified', detail: '1 process ended' });
  });

  test.skipIf(skipsWithout(existsSync('/usr/bin/python3') ? undefined : 'python3 is not installed', 'a process that looks like a zombie'))(
    'ends a process whose first thread has ended, though it looks like a zombie',
    async () => {
      // syscall 60 (93 on arm64) ends the calling thread only.
      const number = process.arch === 'arm64' ? 93 : 60;
      const script = `import ctypes, threading, time; threading.Thread(target=lambda: time.sleep(60)).start(); ctypes.CDLL(None).syscall(${number}, 0)`;
      const root = await start('/usr/bin/python3', '-c', script);
      await sleep(300);
      expect(readFileSync(`/proc/${root.pid}/status`, 'utf8')).toMatch(/^State:\s+Z/m);
      expect(await enforcer.verify(request(root))).toMatchObject({ verification: 'failed' });
      const { process: now } = await host.call('process.inspect', { pid: root.pid });
      expect(now).toMatchObject({ exe: root.exe, state: 'running' });
      expect(await enforcer.apply(request(root))).toEqual({ verification: 'verified', detail: '1 process ended' });
    },
  );

  test('ends what ignores every other signal, stopped or not', async () => {
    const root = await start('sh', '-c', 'trap "" TERM INT HUP; sleep 60; true');
    await host.call('process.signal', { process: root, signal: 'SIGSTOP' });
    expect(await enforcer.apply(request(root))).toMatchObject({ verification: 'verified' });
  });

  test('leaves a later process with the same number alone', async () => {
    const root = await start('sleep', '60');
    expect(await enforcer.apply(request({ ...root, startTime: root.startTime - 1 }))).toMatchObject({ detail: 'the process was already gone' });
    expect(await statesOf([root])).toEqual(['running']);
  });

  test('leaves a process alone that runs another program by now', async () => {
    const root = await start('sh', '-c', 'sleep 0.3; exec sleep 60');
    await sleep(500);
    await expect(enforcer.apply(request(root))).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
    expect(await enforcer.rehearse(request(root))).toContain('another program');
    expect(await enforcer.verify(request(root))).toMatchObject({ verification: 'failed' });
    expect(await statesOf([root])).toEqual(['running']);
  });

  test('holds a whole tree and lets it go on', async () => {
    const root = await start(...FAMILY);
    await expect.poll(async () => (await treeOf(root)).length).toBe(4);
    const family = await treeOf(root);
    await enforcer.hold?.(request(root));
    await expect.poll(() => statesOf(family)).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
    await enforcer.release?.(request(root));
    await expect.poll(() => statesOf(family)).toEqual(['running', 'running', 'running', 'running']);
  });

  test('fini lets held processes go on', async () => {
    const root = await start('sleep', '60');
    await enforcer.hold?.(request(root));
    await expect.poll(() => statesOf([root])).toEqual(['stopped']);
    expect(await enforcer.fini()).toEqual([`process ${root.pid} goes on`]);
    await expect.poll(() => statesOf([root])).toEqual(['running']);
    expect(await enforcer.fini()).toEqual([]);
  });

  test('cannot be undone, and says so', async () => {
    await expect(enforcer.undo(request(await start('sleep', '60')))).rejects.toMatchObject({ code: 'SEC_REFUSED' });
  });
});

describe('what is never touched', () => {
  test('init, this very process and what it runs under', async () => {
    for (const pid of [1, process.pid, process.ppid]) {
      const { process: details } = await host.call('process.inspect', { pid });
      await expect(enforcer.apply(request(details ?? { pid, startTime: 0, exe: '/x' }))).rejects.toMatchObject({ code: 'SEC_REFUSED' });
    }
    expect(process.pid).toBeGreaterThan(1);
  });

  test('kernel threads', () => {
    expect(() => enforcer.plan(request({ pid: 2, startTime: 1, exe: '' }))).toThrow(expect.objectContaining({ code: 'SEC_REFUSED' }));
  });

  test("an operator's session, even as a descendant of the target; nobody stays suspended", async () => {
    const root = await start(...FAMILY);
    await expect.poll(async () => (await treeOf(root)).length).toBe(4);
    const family = await treeOf(root);
    const guarded: Host = {
      ...host,
      call: async (name, call) => {
        const reply = await host.call(name, call);
        return name === 'operators' ? { ...reply, sessionPids: [family.at(-1)?.pid ?? 0] } : reply;
      },
    };
    const careful = createKillProcess({ host: guarded, clock: systemClock });
    await expect(careful.apply(request(root))).rejects.toMatchObject({ code: 'SEC_REFUSED', detail: expect.stringContaining("operator's session") });
    await expect(careful.hold?.(request(root))).rejects.toMatchObject({ code: 'SEC_REFUSED' });
    expect(await careful.rehearse(request(root))).toContain("operator's session");
    expect(await statesOf(family)).toEqual(['running', 'running', 'running', 'running']);
  });
});

test('a protected process that turns up late lets all go on that were suspended already', async () => {
  const root = await start(...FAMILY);
  await expect.poll(async () => (await treeOf(root)).length).toBe(4);
  const family = await treeOf(root);
  let looks = 0;
  const late: Host = {
    ...host,
    call: async (name, call) => {
      const reply = await host.call(name, call);
      if (name === 'operators') return { ...reply, sessionPids: [family.at(-1)?.pid ?? 0] };
      if (name !== 'process.tree') return reply;
      looks += 1;
      return looks <= 2 ? { processes: family.slice(0, 2) } : { processes: family };
    },
  };
  await expect(createKillProcess({ host: late, clock: systemClock }).apply(request(root))).rejects.toMatchObject({ code: 'SEC_REFUSED' });
  expect(looks).toBe(3);
  // A stop takes effect a little after it is sent.
  await sleep(100);
  expect(await statesOf(family)).toEqual(['running', 'running', 'running', 'running']);
});

test('the plan names the process with its start and shows hostile names safely', () => {
  const plan = enforcer.plan(request({ pid: 4242, startTime: 778_899, exe: '/tmp/\u001b[2Jx' }));
  expect(plan.steps[0]).toContain('process 4242');
  expect(plan.steps[0]).toContain('778899');
  expect(plan.steps.join('')).not.toContain('\u001b');
  expect(plan.leaseMs).toBeUndefined();
});

test.each([0, -1, 1.5, Number.NaN])('number %s is no process', (pid) => {
  expect(() => enforcer.plan(request({ pid, startTime: 1, exe: '/x' }))).toThrow(expect.objectContaining({ code: 'SEC_INPUT_INVALID' }));
});
