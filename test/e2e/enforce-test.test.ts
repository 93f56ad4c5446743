import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStation, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { skipsWithout } from '../kit/netns.ts';

type Tried = {
  readonly dry_run: boolean;
  readonly decisions: readonly {
    readonly action: string;
    readonly target: string;
    readonly outcome: string;
    readonly reason: string;
    readonly rehearsal?: string;
  }[];
};

describe.skipIf(skipsWithout(whyNoBuild(), 'enforce test'))('1sec enforce test', { timeout: 60_000 }, () => {
  let station: Station;
  let victim: ChildProcess | undefined;

  beforeEach(() => {
    station = createStation();
  });
  afterEach(async () => {
    victim?.kill('SIGKILL');
    await station.remove();
  });

  const configure = (enforcement: { readonly [key: string]: unknown }): void => {
    writeFileSync(station.path('auth.log'), '');
    station.configure({
      sources: { auto: false, processes: false, files: [{ path: station.path('auth.log'), grammar: 'auth' }] },
      enforcement: { preset: 'balanced', ...enforcement },
    });
  };
  const tried = async (module: string, ...words: readonly string[]): Promise<Tried> => (await station.json('enforce', 'test', module, ...words)) as Tried;
  const one = (reply: Tried, action: string) => reply.decisions.find((decision) => decision.action === action);
  // A program of its own: what belongs to the system is not put away.
  const startVictim = (): number => {
    copyFileSync('/bin/sleep', station.path('victim'));
    victim = spawn(station.path('victim'), ['300'], { stdio: 'ignore', detached: true });
    return victim.pid ?? 0;
  };

  test('the cooldown and the budget of what was decided before are said, and trying spends nothing', async () => {
    configure({ dry_run: true, policies: { auth_fortress: { max_actions_per_min: 1 } } });
    await station.start();
    const other = ['--severity', 'HIGH', '--ip', '203.0.113.9'] as const;
    for (let tries = 0; tries < 3; tries += 1) expect(one(await tried('auth_fortress', ...other), 'block_ip')).toMatchObject({ outcome: 'dry-run' });
    appendFileSync(station.path('auth.log'), failedLogin('203.0.113.7', 30));
    await until('it was decided', async () => (await station.client.call('history')).records.some(({ action }) => action === 'block_ip'));
    expect(one(await tried('auth_fortress', '--ip', '203.0.113.7'), 'block_ip')).toMatchObject({
      outcome: 'cooldown',
      reason: expect.stringContaining('same action on the same target again in'),
    });
    expect(one(await tried('auth_fortress', ...other), 'block_ip')).toMatchObject({
      outcome: 'over-budget',
      reason: 'auth_fortress has used its 1 block_ip of this minute',
    });
  });

  test('live: what would wait for a person, with the steps it would take', async () => {
    configure({ dry_run: false });
    await station.start();
    const pid = startVictim();
    const reply = await tried('runtime_watcher', '--severity', 'HIGH', '--pid', `${pid}`);
    expect(reply.dry_run).toBe(false);
    expect(one(reply, 'kill_process')).toMatchObject({
      target: expect.stringContaining(`pid ${pid} `),
      outcome: 'needs-approval',
      reason: 'kill_process waits for a person',
      rehearsal: expect.stringMatching(/^would do: /),
    });
    expect(one(reply, 'quarantine_file')).toMatchObject({
      target: station.path('victim'),
      outcome: 'needs-approval',
      rehearsal: expect.stringMatching(/^would do: /),
    });
    expect((await station.client.call('pendingApprovals')).approvals).toEqual([]);
    expect(victim?.exitCode ?? victim?.signalCode).toBeNull();
    expect(existsSync(station.path('victim'))).toBe(true);
  });

  test('guards speak for the host: loopback, the first process, root', async () => {
    configure({ dry_run: false });
    await station.start();
    expect(one(await tried('auth_fortress', '--ip', '127.0.0.1'), 'block_ip')).toMatchObject({ outcome: 'refused', reason: 'a loopback address' });
    expect(one(await tried('runtime_watcher', '--pid', '1'), 'kill_process')).toMatchObject({ outcome: 'refused', reason: 'pid 1 is never touched' });
    expect(one(await tried('identity_monitor', '--severity', 'CRITICAL', '--user', 'root'), 'disable_user')).toMatchObject({ outcome: 'refused' });
    expect(await station.cli('enforce', 'test', 'runtime_watcher', '--pid', '4194300')).toMatchObject({
      code: 6,
      err: expect.stringContaining('no process has the id'),
    });
    expect((await station.cli('enforce', 'test', 'runtime_watcher', '--pid', '0')).code).not.toBe(0);
  });

  test('dry run rehearses: what would fail says why, in the table too', async () => {
    configure({ dry_run: true });
    await station.start();
    const missing = station.path('no-such-file');
    expect(one(await tried('runtime_watcher', '--file', missing), 'quarantine_file')).toMatchObject({
      target: missing,
      outcome: 'dry-run',
      rehearsal: expect.stringMatching(/^would fail: /),
    });
    expect((await station.cli('enforce', 'test', 'runtime_watcher', '--file', '/bin/ls')).out).toMatch(/quarantine_file .*dry run is on; would fail: /);
    expect(one(await tried('identity_monitor', '--severity', 'CRITICAL', '--user', 'nobody-of-that-name'), 'disable_user')).toMatchObject({
      outcome: 'dry-run',
      rehearsal: expect.stringMatching(/^would fail: /),
    });
    const pid = startVictim();
    expect(one(await tried('runtime_watcher', '--pid', `${pid}`), 'kill_process')).toMatchObject({
      outcome: 'dry-run',
      rehearsal: expect.stringMatching(/^would do: /),
    });
  });
});
