import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApprovalJson, RecordJson } from '../../src/protocol/schemas.ts';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { skipsWithout } from '../kit/netns.ts';
import { type Attacker, createAttacker, ONLY_TEST_PROGRAMS, type ReverseShell, watchAlone, whyNoShell } from '../kit/reverse-shell.ts';

const why = (await whyNoShell()) ?? whyNoBuild();

describe.skipIf(skipsWithout(why, 'putting files away end to end'))('the program of a reverse shell', () => {
  let alone: Awaited<ReturnType<typeof watchAlone>>;
  let station: Station;
  let attacker: Attacker;
  let daemon: Running;
  let shell: ReverseShell | undefined;
  let directory = '';
  let number = 0;

  const configure = (enforcement: { readonly [key: string]: unknown } = {}, rule: { readonly [key: string]: unknown } = {}): void =>
    station.configure({
      sources: { auto: false, processes: true, journald: false },
      modules: { runtime_watcher: { settings: ONLY_TEST_PROGRAMS } },
      enforcement: {
        dry_run: false,
        preset: 'balanced',
        policies: {
          runtime_watcher: {
            cooldown_seconds: 0,
            max_actions_per_min: 0,
            actions: [{ action: 'quarantine_file', min_severity: 'HIGH', types: ['reverse_shell'], ...rule }],
          },
        },
        ...enforcement,
      },
    });
  const restart = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    await daemon?.kill(signal);
    daemon = await station.start();
    await until('it watches and can act', async () => {
      const { actions } = await station.client.call('enforceStatus');
      const isWatching = (await station.client.call('status')).sources.some(({ state }) => state === 'running');
      return isWatching && actions.some(({ action, available }) => action === 'quarantine_file' && available);
    });
  };
  const quarantined = async () => (await station.client.call('quarantine')).files;
  const pending = async (path: string): Promise<ApprovalJson | undefined> =>
    (await station.client.call('pendingApprovals')).approvals.find(({ target }) => target === path);
  const asked = async (path: string): Promise<ApprovalJson> => {
    let found: ApprovalJson | undefined;
    await until(`an approval about ${path}`, async () => {
      found = await pending(path);
      return found !== undefined;
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  };
  const records = async (path: string): Promise<readonly RecordJson[]> =>
    (await station.client.call('history', { query: { limit: 500 } })).records.filter(({ target, action }) => target === path && action === 'quarantine_file');
  const factsOf = (path: string): unknown => {
    const { mode, uid, gid, mtimeNs } = statSync(path, { bigint: true });
    return { mode, uid, gid, mtimeNs, content: createHash('sha256').update(readFileSync(path)).digest('hex') };
  };
  /** A dropper in a folder of its own calls home; resolves with its path. */
  const callHome = async (): Promise<string> => {
    attacker = await createAttacker(directory);
    chownSync(attacker.bash, 1234, 2345);
    chmodSync(attacker.bash, 0o755);
    utimesSync(attacker.bash, 1_600_000_000.5, 1_500_000_000.25);
    shell = await attacker.start('single');
    return attacker.bash;
  };

  beforeAll(async () => {
    alone = await watchAlone();
    station = createStation();
    configure();
    await restart();
  });
  beforeEach(() => {
    number += 1;
    directory = station.path(`dropped-${number}`);
    mkdirSync(directory);
  });
  afterEach(async () => {
    await shell?.end();
    await attacker?.close();
    shell = undefined;
  });
  afterAll(async () => {
    const log = daemon?.log() ?? '';
    await station?.remove();
    alone?.end();
    expect(log).not.toMatch(/ error |FATAL/i);
  });

  test('goes out of reach once a person approves, is listed, survives kill -9 and comes back as it was', async () => {
    const path = await callHome();
    const before = factsOf(path);
    const approval = await asked(path);
    expect(approval.plan.join('\n')).toMatch(/device \d+, inode \d+, SHA-256 [0-9a-f]{16}/);
    expect(existsSync(path)).toBe(true);
    expect(await station.cli('enforce', 'approvals', 'approve', approval.id)).toMatchObject({ code: 0 });
    await until('the file is gone', () => !existsSync(path));
    await until('it is listed', async () => (await quarantined()).some((file) => file.path === path && file.present));

    await restart('SIGKILL');
    const listed = await station.cli('enforce', 'quarantine');
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out).toMatch(/1234:2345 +0755 .* yes +\/.*dropped-1\/bash/);
    const [file] = await quarantined();
    expect(statSync(station.path(`data/quarantine/${file?.action_id}`)).mode & 0o7777).toBe(0);
    expect(await records(path).then((all) => all.find(({ kind }) => kind === 'outcome'))).toMatchObject({
      outcome: 'success',
      verification: 'verified',
      reason: expect.stringMatching(/is in the quarantine; \d process(?:es)? still runs? it/),
    });

    const undone = await station.cli('enforce', 'undo', file?.id ?? '');
    expect(undone).toMatchObject({ code: 0, out: expect.stringContaining('is back with its owner, mode and times') });
    expect(factsOf(path)).toEqual(before);
    expect((await station.cli('enforce', 'quarantine')).out).toContain('nothing is in the quarantine');
  });

  test('is not the one any more that a person was asked about: the approval is void, the file stays', async () => {
    const path = await callHome();
    const approval = await asked(path);
    renameSync(path, `${path}.old`);
    copyFileSync('/bin/true', path);
    await station.cli('enforce', 'approvals', 'approve', approval.id);
    await until('it is void', async () => {
      const { approvals } = await station.client.call('approvalHistory', { query: { limit: 50 } });
      return approvals.some(({ id, state, result }) => id === approval.id && state === 'void' && /not the file that was judged/.test(result ?? ''));
    });
    expect(existsSync(path)).toBe(true);
  });

  test('that the system stands on is refused, and the history says why', async () => {
    // Its own data directory is the one such place where a test may drop a program.
    directory = join(station.path('data'), 'dropped');
    mkdirSync(directory);
    const path = await callHome();
    await until('the refusal', async () =>
      (await records(path)).some(({ outcome, reason }) => outcome === 'refused' && /belongs to 1-SEC itself/.test(reason)),
    );
    expect(await pending(path)).toBeUndefined();
    expect(existsSync(path)).toBe(true);
  });

  describe('without asking', () => {
    beforeAll(async () => {
      configure({}, { skip_approval: true });
      await restart();
    });

    test('is put away within a second of the call, and never comes back over another file', async () => {
      const began = performance.now();
      const path = await callHome();
      await until('the file is gone', () => !existsSync(path), 5000, 1);
      console.info(`out of reach ${Math.round(performance.now() - began)} ms after the dropper was written`);
      await until('it is listed', async () => (await quarantined()).some((file) => file.path === path));
      const [file] = await quarantined();
      writeFileSync(path, 'somebody else');
      const refused = await station.cli('enforce', 'undo', file?.id ?? '');
      expect(refused).toMatchObject({ code: 10, err: expect.stringContaining('something else is at') });
      expect(readFileSync(path, 'utf8')).toBe('somebody else');
      expect((await quarantined()).map(({ id }) => id)).toContain(file?.id);

      rmSync(directory, { recursive: true });
      expect(await station.cli('enforce', 'undo', file?.id ?? '')).toMatchObject({ code: 10, err: expect.stringMatching(/directory of .* is missing/) });
      mkdirSync(directory);
      expect(await station.cli('enforce', 'undo', file?.id ?? '')).toMatchObject({ code: 0 });
    });

    test('that the kernel does not let go is a failure, recorded, with the file where it was', async () => {
      attacker = await createAttacker(directory);
      execFileSync('/usr/bin/chattr', ['+i', attacker.bash]);
      try {
        shell = await attacker.start('single');
        const path = attacker.bash;
        await until('the failure', async () =>
          (await records(path)).some(({ kind, outcome, reason }) => kind === 'outcome' && outcome === 'failure' && /immutable/.test(reason)),
        );
        expect(existsSync(path)).toBe(true);
        expect((await quarantined()).filter((file) => file.path === path)).toEqual([]);
      } finally {
        execFileSync('/usr/bin/chattr', ['-i', attacker.bash]);
      }
    });

    test('stays put away over a cleanup unless its return is asked for; then it is back, with the daemon dead', async () => {
      const path = await callHome();
      await until('it is listed', async () => (await quarantined()).some((file) => file.path === path));
      const kept = await station.cli('enforce', 'cleanup');
      expect(kept).toMatchObject({ code: 0, out: expect.stringMatching(/quarantine_file .*bash stays put away: `1sec enforce undo/) });
      expect((await quarantined()).some((file) => file.path === path && file.present)).toBe(true);
      await shell?.end();
      await daemon.kill('SIGKILL');
      const restored = await station.cli('enforce', 'cleanup', '--restore-files');
      expect(restored).toMatchObject({ code: 0, err: '' });
      expect(restored.out).toMatch(/quarantine_file .*bash ended: .* is back/);
      expect(statSync(path).uid).toBe(1234);
      await restart();
      expect(await quarantined()).toEqual([]);
    });
  });

  test('under a dry run stays, and the history says what would be done', async () => {
    configure({ dry_run: true });
    await restart();
    const path = await callHome();
    await until('what would be done', async () =>
      (await records(path)).some(({ reason }) => /would do: check that .*move it into the quarantine/.test(reason)),
    );
    expect(existsSync(path)).toBe(true);
  });
});
