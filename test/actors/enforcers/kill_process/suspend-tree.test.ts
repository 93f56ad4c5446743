import { describe, expect, test } from 'vitest';
import { createKillProcess } from '../../../../src/actors/enforcers/kill_process/enforcer.ts';
import { suspendTree } from '../../../../src/actors/enforcers/kill_process/suspend-tree.ts';
import { NO_ENDPOINTS } from '../../../../src/actors/response/guard.ts';
import { systemClock } from '../../../../src/domain/clock.ts';
import type { ProcessRef } from '../../../../src/domain/entity.ts';
import { SecError } from '../../../../src/domain/errors.ts';
import type { Host } from '../../../../src/domain/host.ts';

const ref = (pid: number): ProcessRef => ({ pid, startTime: pid, exe: '/usr/bin/bash', exeDev: 1, exeIno: 2 });

/** A machine of a few processes: who is under whom, who is stopped, who is dead. */
const createMachine = (parents: { readonly [pid: number]: number }) => {
  const alive = new Map(Object.entries(parents).map(([pid, parent]) => [Number(pid), { parent, isStopped: false }]));
  const trouble: { pid: number | undefined } = { pid: undefined };
  const treeOf = (pid: number): readonly number[] =>
    alive.has(pid) ? [pid, ...[...alive].filter(([, { parent }]) => parent === pid).flatMap(([child]) => treeOf(child))] : [];
  const answer = (name: string, request: { readonly process?: ProcessRef; readonly root?: ProcessRef; readonly signal?: string }): unknown => {
    const pid = (request.process ?? request.root)?.pid ?? 0;
    const entry = alive.get(pid);
    switch (name) {
      case 'operators':
        return NO_ENDPOINTS;
      case 'process.inspect':
        return { process: null };
      case 'process.tree':
        return { processes: treeOf(pid).map(ref) };
      case 'process.state':
        return { state: entry === undefined ? 'gone' : entry.isStopped ? 'stopped' : 'running' };
      case 'process.signal':
        if (pid === trouble.pid && request.signal === 'SIGSTOP') throw new SecError('SEC_FORBIDDEN', 'not yours');
        if (entry === undefined) return { result: 'gone' };
        if (request.signal === 'SIGKILL') {
          alive.delete(pid);
          for (const orphan of alive.values()) if (orphan.parent === pid) orphan.parent = 1;
        } else entry.isStopped = request.signal === 'SIGSTOP';
        return { result: 'sent' };
      default:
        throw new Error(name);
    }
  };
  return {
    // Only these operations are asked for.
    host: { call: (async (name: string, request: object) => answer(name, request)) as Host['call'], close: async () => undefined },
    trouble,
    kill: (pid: number) => void answer('process.signal', { process: ref(pid), signal: 'SIGKILL' }),
    living: () => [...alive.keys()].sort(),
    stopped: () => [...alive].flatMap(([pid, { isStopped }]) => (isStopped ? [pid] : [])).sort(),
  };
};
const request = (pid: number, actionId = `action-${pid}`, held?: readonly ProcessRef[]) => ({
  actionId,
  target: { kind: 'process', process: ref(pid) } as const,
  params: {},
  now: 0,
  held,
});
const FAMILY = { 100: 1, 101: 100, 102: 101, 200: 1 };

describe('suspending a tree', () => {
  test('suspends all of it and nobody else, the first one first', async () => {
    const machine = createMachine(FAMILY);
    expect((await suspendTree(machine.host, ref(100), () => undefined)).map(({ pid }) => pid)).toEqual([100, 101, 102]);
    expect(machine.stopped()).toEqual([100, 101, 102]);
  });

  test('that fails half-way leaves nobody suspended', async () => {
    const machine = createMachine(FAMILY);
    machine.trouble.pid = 102;
    await expect(suspendTree(machine.host, ref(100), () => undefined)).rejects.toMatchObject({ code: 'SEC_FORBIDDEN' });
    expect(machine.stopped()).toEqual([]);
  });

  test('that meets somebody untouchable leaves nobody suspended', async () => {
    const machine = createMachine(FAMILY);
    await expect(suspendTree(machine.host, ref(100), ({ pid }) => (pid === 102 ? 'an operator' : undefined))).rejects.toMatchObject({ code: 'SEC_REFUSED' });
    expect(machine.stopped()).toEqual([]);
  });
});

describe('what was suspended', () => {
  const createScene = (parents = FAMILY) => {
    const machine = createMachine(parents);
    return { machine, enforcer: createKillProcess({ host: machine.host, clock: systemClock }) };
  };

  test('goes on although its first process was ended by somebody else', async () => {
    const { machine, enforcer } = createScene();
    await enforcer.hold?.(request(100));
    machine.kill(100);
    await enforcer.release?.(request(100));
    expect(machine.stopped()).toEqual([]);
  });

  test('goes on in the same way after a restart, by what the approval remembers', async () => {
    const { machine, enforcer } = createScene();
    const held = await enforcer.hold?.(request(100));
    machine.kill(100);
    const restarted = createKillProcess({ host: machine.host, clock: systemClock });
    await restarted.release?.(request(100, 'action-100', held));
    expect(machine.stopped()).toEqual([]);
  });

  test('is ended with the tree although it lost its parent', async () => {
    const { machine, enforcer } = createScene();
    const held = await enforcer.hold?.(request(100));
    machine.kill(101);
    expect(await enforcer.apply(request(100, 'action-100', held))).toEqual({ verification: 'verified', detail: '2 processes ended' });
    expect(machine.living()).toEqual([200]);
  });

  test('by two approvals goes on with the last of them', async () => {
    const { machine, enforcer } = createScene();
    await enforcer.hold?.(request(101));
    await enforcer.hold?.(request(100));
    await enforcer.release?.(request(100));
    expect(machine.stopped()).toEqual([101, 102]);
    await enforcer.release?.(request(101));
    expect(machine.stopped()).toEqual([]);
  });

  test('and let go by somebody else is known not to be held any more', async () => {
    const { machine, enforcer } = createScene();
    await enforcer.hold?.(request(100));
    expect(await enforcer.isHeld?.(request(100))).toBe(true);
    await machine.host.call('process.signal', { process: ref(100), signal: 'SIGCONT' });
    expect(await enforcer.isHeld?.(request(100))).toBe(false);
  });
});
