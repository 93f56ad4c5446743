import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActionRequest, Enforcer } from '../../../../src/actors/contract.ts';
import { createDisableUser } from '../../../../src/actors/enforcers/disable_user/enforcer.ts';
import { systemClock } from '../../../../src/domain/clock.ts';
import type { Host } from '../../../../src/domain/host.ts';
import { asId } from '../../../../src/domain/ids.ts';
import type { Lease } from '../../../../src/domain/lease.ts';
import type { UndoRecord } from '../../../../src/domain/undo-record.ts';
import { createHost } from '../../../../src/os/host.ts';
import { type AccountSystem, createAccountSystem, whyNoUsermod } from '../../../kit/account-system.ts';
import { skipsWithout } from '../../../kit/netns.ts';

// No account of this machine has such a number.
const UID = 2_000_000 + process.pid;
const ID = '01TESTDISABLE0000000000000';

let system: AccountSystem;
let host: Host;
let enforcer: Enforcer;
const children: ChildProcess[] = [];
const makeEnforcer = (over: Host = host): Enforcer => createDisableUser({ host: over, clock: systemClock });

beforeEach(() => {
  system = createAccountSystem([{ name: 'mallory', uid: UID, keys: 'key' }]);
  host = createHost({ accountsRoot: system.root, dataDirectory: system.path('data') });
  enforcer = makeEnforcer();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const { pid } of (await host.call('process.ofUser', { uid: UID })).processes) process.kill(pid, 'SIGKILL');
  await host.close();
  system.remove();
});

const runAsMallory = async (...argv: readonly [string, ...string[]]): Promise<ChildProcess> => {
  const child = spawn(argv[0], argv.slice(1), { uid: UID, gid: UID, stdio: 'ignore', detached: true });
  children.push(child);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return child;
};
const request = (undo?: UndoRecord, user = 'mallory'): ActionRequest => ({ actionId: ID, target: { kind: 'user', user }, params: {}, now: 0, undo });
const recorded = async (): Promise<ActionRequest> => request(await enforcer.record?.(request()));
const running = async (): Promise<number> => (await host.call('process.ofUser', { uid: UID })).processes.length;
const lease = (undo: UndoRecord | undefined, state: Lease['state'] = 'intended'): Lease => ({
  id: asId<'LeaseId'>('01TESTLEASE000000000000000'),
  actionId: asId<'ActionId'>(ID),
  alertId: undefined,
  module: 'auth_fortress',
  action: 'disable_user',
  target: { kind: 'user', user: 'mallory' },
  state,
  createdAt: 0,
  expiresAt: undefined,
  undo,
});

describe.skipIf(skipsWithout(whyNoUsermod(), 'disabling accounts'))('disable_user', () => {
  test('closes the account, ends everything it runs and sets its keys aside; undo brings the account back exactly', async () => {
    await runAsMallory('sleep', '60');
    await runAsMallory('sh', '-c', 'trap "" TERM HUP; sleep 60 & sleep 60');
    await expect.poll(running).toBe(4);
    const before = system.shadow();
    const asked = await recorded();
    expect(await enforcer.apply(asked)).toEqual({
      verification: 'verified',
      detail: 'mallory is locked and closed; 4 processes ended, 1 file with keys set aside',
    });
    expect(await running()).toBe(0);
    expect(existsSync(system.keysOf('mallory'))).toBe(false);
    expect(await enforcer.verify(request())).toMatchObject({ verification: 'verified' });
    expect(await enforcer.rehearse(request())).toBe('mallory is disabled already');

    expect(await enforcer.undo(asked)).toEqual({ verification: 'verified', detail: 'mallory is unlocked, exactly as it was' });
    expect(system.shadow()).toBe(before);
    expect(existsSync(system.keysOf('mallory'))).toBe(true);
    expect(await enforcer.undo(asked)).toMatchObject({ verification: 'verified' });
    expect(await enforcer.verify(request())).toMatchObject({ verification: 'failed', detail: expect.stringContaining('not locked') });
  });

  test('asked twice, it does no harm, and undo still brings back what was there first', async () => {
    const before = system.shadow();
    const asked = await recorded();
    await enforcer.apply(asked);
    expect(await enforcer.apply(asked)).toMatchObject({ verification: 'verified' });
    await enforcer.undo(asked);
    expect(system.shadow()).toBe(before);
  });

  test('ends a user who keeps starting processes', async () => {
    await runAsMallory('sh', '-c', 'while :; do sh -c "sleep 0.02; sleep 60" & sleep 0.005; done');
    await sleep(200);
    expect(await enforcer.apply(await recorded())).toMatchObject({ verification: 'verified' });
    await sleep(100);
    expect(await running()).toBe(0);
  });

  test('is bound to the user id that was judged', async () => {
    const target = await enforcer.identify?.({ kind: 'user', user: 'mallory' });
    expect(target).toEqual({ kind: 'user', user: 'mallory', uid: UID });
    const other: ActionRequest = { ...request(), target: { kind: 'user', user: 'mallory', uid: UID + 1 } };
    expect(await enforcer.rehearse(other)).toMatch(/another account now/);
    await expect(enforcer.apply(other)).rejects.toMatchObject({ code: 'SEC_CONFLICT' });
  });

  test('refuses at planning what can be no account', () => {
    for (const user of ['-rf', 'root', 'a b', 'x;reboot', '']) expect(() => enforcer.plan(request(undefined, user))).toThrow();
    expect(() => enforcer.plan({ ...request(), target: { kind: 'user', user: 'toor', uid: 0 } })).toThrow(/root is never disabled/);
    expect(enforcer.plan(request())).toMatchObject({ isLasting: true });
  });

  test('touches nothing when one of the processes must stay, and says which', async () => {
    const child = await runAsMallory('sleep', '60');
    const before = system.shadow();
    const withSession: Host = {
      ...host,
      call: async (name, wanted) => {
        const reply = await host.call(name, wanted);
        // The session of an operator who became mallory, seen only through this process.
        return name === 'operators' ? { ...reply, sshdListeners: [child.pid ?? 0] } : reply;
      },
    };
    const guarded = makeEnforcer(withSession);
    expect(await guarded.rehearse(request())).toMatch(/is the SSH server/);
    await expect(guarded.record?.(request())).rejects.toMatchObject({ code: 'SEC_REFUSED' });
    await expect(guarded.apply(await recorded())).rejects.toMatchObject({ code: 'SEC_REFUSED' });
    expect(system.shadow()).toBe(before);
    expect((await host.call('process.ofUser', { uid: UID })).processes).toHaveLength(1);
    const { process: state } = await host.call('process.inspect', { pid: child.pid ?? 0 });
    expect(state?.state).toBe('running');
    expect((await host.call('user.noted', {})).notes).toEqual([]);
  });

  test('refuses an account that an operator is connected with', async () => {
    const child = await runAsMallory('sleep', '60');
    await host.call('operators', { clientPids: [child.pid ?? 0] });
    expect(await enforcer.rehearse(request())).toMatch(/an operator is connected with it/);
    await expect(enforcer.apply(request())).rejects.toMatchObject({ code: 'SEC_REFUSED' });
  });

  test('after a crash: what was locked is finished, what was not is reported', async () => {
    const asked = await recorded();
    const undo = asked.undo;
    expect(await enforcer.reconcile?.([lease(undo)], 0)).toMatchObject({ notInForce: [{ reason: 'the account had not been locked' }] });
    if (undo?.kind !== 'account') throw new Error('no record');
    await host.call('user.lock', { id: ID, record: undo, operatorUids: [] });
    await runAsMallory('sleep', '60');
    expect(await enforcer.reconcile?.([lease(undo)], 0)).toMatchObject({ notInForce: [] });
    expect(await running()).toBe(0);
    expect(existsSync(system.keysOf('mallory'))).toBe(false);
  });

  test('one that is under way, or in force, is not looked at by the reconciliation', async () => {
    const { undo } = await recorded();
    const now = systemClock.now() + 60_000;
    expect(await enforcer.reconcile?.([{ ...lease(undo), createdAt: now }, lease(undo, 'active')], now)).toMatchObject({ notInForce: [] });
  });

  test('fini unlocks what was locked here, without any record but its own notes', async () => {
    const before = system.shadow();
    await enforcer.apply(await recorded());
    expect(await makeEnforcer().fini()).toEqual(['mallory is unlocked, exactly as it was']);
    expect(system.shadow()).toBe(before);
    expect(await makeEnforcer().fini()).toEqual([]);
  });
});
