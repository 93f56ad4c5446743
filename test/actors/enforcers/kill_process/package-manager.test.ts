import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createKillProcess } from '../../../../src/actors/enforcers/kill_process/enforcer.ts';
import { systemClock } from '../../../../src/domain/clock.ts';
import { createHost } from '../../../../src/os/host.ts';
import { skipsWithout } from '../../../kit/netns.ts';

const DPKG_DEB = '/usr/bin/dpkg-deb';
const why = process.getuid?.() !== 0 ? 'needs root' : existsSync(DPKG_DEB) ? undefined : `${DPKG_DEB} is not installed`;

describe.skipIf(skipsWithout(why, 'a package manager at work'))('a package manager at work', () => {
  const host = createHost();
  const directory = mkdtempSync(join(tmpdir(), 'onesec-package-'));
  afterAll(async () => {
    await host.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('is neither held nor ended, and the reason names it', async () => {
    // Nobody ever writes to it: the program waits for a package.
    const pipe = join(directory, 'x.deb');
    execFileSync('mkfifo', [pipe]);
    const child = spawn(DPKG_DEB, ['--info', pipe], { stdio: 'ignore' });
    try {
      await new Promise((resolve) => child.once('spawn', resolve));
      const inspect = async () => (await host.call('process.inspect', { pid: child.pid ?? 0 })).process;
      await expect.poll(async () => (await inspect())?.exe).toBe(DPKG_DEB);
      const found = await inspect();
      if (found === null) throw new Error('the process is gone');
      const enforcer = createKillProcess({ host, clock: systemClock });
      const request = { actionId: 'a', target: { kind: 'process' as const, process: found }, params: {}, now: 0 };
      const words = expect.stringContaining('a package manager at work (dpkg-deb)');
      expect(await enforcer.rehearse?.(request)).toEqual(words);
      await expect(enforcer.hold?.(request)).rejects.toMatchObject({ code: 'SEC_REFUSED', message: words });
      await expect(enforcer.apply(request)).rejects.toMatchObject({ code: 'SEC_REFUSED', message: words });
      expect((await inspect())?.state).not.toMatch(/stopped|gone|zombie/);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
