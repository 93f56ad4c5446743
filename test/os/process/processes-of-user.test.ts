import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { processesOfUser } from '../../../src/os/process/processes-of-user.ts';
import { skipsWithout } from '../../kit/netns.ts';

// No account of this machine has such a number.
const UID = 4_000_000 + process.pid;
const children: ChildProcess[] = [];
const start = async (file: string, args: readonly string[], more: { readonly uid?: number } = {}): Promise<ChildProcess> => {
  const child = spawn(file, args, { stdio: 'ignore', ...more });
  children.push(child);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return child;
};
const childrenOf = (pid: number): readonly number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
afterEach(() => {
  for (const child of children.splice(0)) {
    // What was forked into a namespace outlives its parent: a change of user clears the signal that would end it.
    for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
  }
});

describe.skipIf(skipsWithout(process.getuid?.() === 0 ? undefined : 'needs root', 'processes of a user'))('processes of a user', () => {
  test('are all that run under the number, and nobody else', async () => {
    expect(processesOfUser(UID)).toEqual({ processes: [], inContainers: 0 });
    const own = await start('sleep', ['60'], { uid: UID });
    const hidden = await start('setpriv', ['--ruid', String(UID), '--clear-groups', 'sleep', '60']);
    await start('sleep', ['60'], { uid: UID + 1_000_000 });
    await expect
      .poll(() =>
        processesOfUser(UID)
          .processes.map(({ pid }) => pid)
          .toSorted(),
      )
      .toEqual([own.pid, hidden.pid].toSorted());
  });

  test('of a container that root started are counted, and not given out', async () => {
    await start('unshare', ['--pid', '--fork', '--kill-child', 'setpriv', '--reuid', String(UID), '--clear-groups', 'sleep', '60']);
    await expect.poll(() => processesOfUser(UID)).toEqual({ processes: [], inContainers: 1 });
  });

  test('in a namespace the user made are his own', async () => {
    await start('setpriv', [
      '--reuid',
      String(UID),
      '--clear-groups',
      'unshare',
      '--user',
      '--map-current-user',
      '--pid',
      '--fork',
      '--kill-child',
      'sleep',
      '60',
    ]);
    // While it is being made, the child may have the one namespace and not the other yet.
    await expect.poll(() => processesOfUser(UID)).toMatchObject({ processes: [{ name: 'unshare' }, { name: 'sleep' }], inContainers: 0 });
  });
});
