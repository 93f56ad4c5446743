import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { shortId } from '../../src/domain/ids.ts';
import type { ApprovalJson, RecordJson } from '../../src/protocol/schemas.ts';
import { createStation, fileText, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { skipsWithout } from '../kit/netns.ts';
import { type Attacker, createAttacker, type ReverseShell, shellConfig, stateOf, watchAlone, whyNoShell } from '../kit/reverse-shell.ts';

const why = (await whyNoShell()) ?? whyNoBuild();

describe.skipIf(skipsWithout(why, 'approvals end to end'))('a reverse shell started by hand', () => {
  let alone: Awaited<ReturnType<typeof watchAlone>>;
  let station: Station;
  let attacker: Attacker;
  let daemon: Running;
  const shells: ReverseShell[] = [];
  const keep = (shell: ReverseShell): ReverseShell => {
    shells.push(shell);
    return shell;
  };
  const start = async (kind: 'single' | 'family' = 'family'): Promise<ReverseShell> => keep(await attacker.start(kind));
  const restart = async (config: { readonly [key: string]: unknown }): Promise<void> => {
    await daemon?.kill();
    station.configure(config);
    daemon = await station.start();
    await until('the process connector runs', async () => (await station.client.call('status')).sources.some((source) => source.state === 'running'));
  };
  const pending = async (): Promise<readonly ApprovalJson[]> => (await station.client.call('pendingApprovals')).approvals;
  const approvalOf = async (shell: ReverseShell): Promise<ApprovalJson> => {
    let found: ApprovalJson | undefined;
    await until(`an approval about ${shell.pid}`, async () => {
      found = (await pending()).find(({ process }) => process?.pid === shell.pid);
      return found !== undefined && (found.version > 1 || !found.held);
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  };
  const decided = async (id: string): Promise<ApprovalJson> => {
    const { approvals } = await station.client.call('approvalHistory', { query: { limit: 100 } });
    const found = approvals.find((approval) => approval.id === id);
    if (found === undefined) throw new Error(`${id} is not decided`);
    return found;
  };
  const recordsAbout = async (shell: ReverseShell): Promise<readonly RecordJson[]> =>
    (await station.client.call('history', { query: { limit: 500 } })).records.filter(({ target }) => target?.startsWith(`pid ${shell.pid} `)).toReversed();
  const goesOn = async (shell: ReverseShell): Promise<void> => {
    expect(shell.states()).toMatch(/^[SRD]+$/);
    expect(await shell.answers()).toBe(true);
  };

  beforeAll(async () => {
    alone = await watchAlone();
    station = createStation();
    attacker = await createAttacker(station.directory);
    station.configure(shellConfig('balanced'));
    daemon = await station.start();
  });
  afterEach(async () => {
    for (const shell of shells.splice(0)) await shell.end();
  });
  afterAll(async () => {
    const log = daemon?.log() ?? '';
    await station?.remove();
    await attacker?.close();
    alone?.end();
    expect(log).not.toMatch(/ error |FATAL/i);
  });

  describe('under balanced, with no dry run', () => {
    const times: number[] = [];
    beforeAll(() => restart(shellConfig('balanced')));
    afterAll(() => console.info(`from the start of the shell until all of it is suspended: ${times.map((ms) => `${Math.round(ms)} ms`).join(', ')}`));

    test.each(['single', 'family'] as const)('is alerted, suspended as a whole (%s), and asked about once; the CLI shows it', async (kind) => {
      const shell = await start(kind);
      times.push(await shell.suspended());
      const approval = await approvalOf(shell);
      expect(approval).toMatchObject({ alert_type: 'reverse_shell', action: 'kill_process', state: 'pending', held: true, severity: 'CRITICAL' });
      const { alerts } = await station.client.call('alerts', { query: { limit: 20 } });
      expect(alerts.find(({ id }) => id === approval.alert_id)).toMatchObject({ type: 'reverse_shell', module: 'runtime_watcher', claim: false });
      expect(shell.tree().length).toBeGreaterThanOrEqual(kind === 'family' ? 3 : 2);
      expect(await shell.answers(300)).toBe(false);

      const shown = await station.json('enforce', 'approvals');
      expect(shown).toMatchObject({ total: 1, approvals: [{ id: approval.id, held: true, process: { pid: shell.pid } }] });
      expect((await station.cli('enforce', 'approvals', 'pending')).out).toContain(shortId(approval.id));
      expect((await station.client.call('status')).approvals_pending).toBe(1);
      await station.client.call('reject', { params: { id: approval.id }, body: { reason: '' } });
    });

    test('approved from the CLI, the whole tree is dead, and the history says who, by which way and why', async () => {
      const shell = await start();
      await shell.suspended();
      const approval = await approvalOf(shell);
      const ran = await station.cli('enforce', 'approvals', 'approve', shortId(approval.id), '--reason', 'not one of ours');
      expect(ran).toMatchObject({ code: 0, err: '' });
      expect(ran.out).toContain('done: kill_process');
      expect(shell.isDead()).toBe(true);
      await until('the connection is closed', () => !shell.isConnected());
      const by = expect.objectContaining({ name: 'root', uid: 0, via: 'cli', pid: expect.any(Number) });
      expect(await decided(approval.id)).toMatchObject({ state: 'done', held: false, decided_by: { name: 'root', via: 'cli' }, reason: 'not one of ours' });
      // Another alert about the same process may have joined meanwhile.
      const isOurs = ({ approval_id, reason }: RecordJson): boolean => approval_id === approval.id && !reason.startsWith('asked for again');
      const records = (await recordsAbout(shell)).filter(isOurs);
      expect(records.map(({ kind, outcome, verification }) => [kind, outcome, verification].filter((part) => part !== undefined).join(' '))).toEqual([
        'approval',
        'approval',
        'approval',
        'approval',
        'intent execute',
        'outcome success verified',
        'approval',
      ]);
      expect(records[2]).toMatchObject({ reason: 'approved: not one of ours', actor: by });
      expect(records[4]).toMatchObject({ reason: 'approved by root', actor: by });
      expect(records[5]?.reason).toMatch(/^\d processes ended$/);
      expect(await station.cli('enforce', 'history', '--verify')).toMatchObject({ code: 0, out: expect.stringContaining('intact') });
    });

    test('rejected, it goes on and answers again, and its shell may start other programs', async () => {
      const shell = await start();
      await shell.suspended();
      const approval = await approvalOf(shell);
      const ran = await station.cli('enforce', 'approvals', 'reject', shortId(approval.id), '--reason', 'a drill', '--json');
      expect(ran.code).toBe(0);
      expect(JSON.parse(ran.out)).toMatchObject({ state: 'rejected', held: false, reason: 'a drill', decided_by: { name: 'root', via: 'cli' } });
      await goesOn(shell);
      await delay(2500);
      await goesOn(shell);
      expect((await recordsAbout(shell)).map(({ reason }) => reason).slice(-2)).toEqual(['rejected: a drill', 'goes on']);
    });

    test('a decision about an older version is refused and changes nothing', async () => {
      const shell = await start('single');
      await shell.suspended();
      const approval = await approvalOf(shell);
      for (const decision of ['approve', 'reject'] as const) {
        await expect(station.client.call(decision, { params: { id: approval.id }, body: { reason: '', version: approval.version - 1 } })).rejects.toMatchObject(
          { code: 'SEC_CONFLICT', detail: expect.stringContaining('stale') },
        );
      }
      expect(await approvalOf(shell)).toEqual(approval);
      expect(shell.states()).toMatch(/^T+$/);
    });

    test('of several who decide at once exactly one is heard, and later ones are told that it is over', async () => {
      const shell = await start('single');
      await shell.suspended();
      const { id, version } = await approvalOf(shell);
      const answers = await Promise.allSettled(
        Array.from({ length: 6 }, (_, index) =>
          station.client.call(index % 2 === 0 ? 'approve' : 'reject', { params: { id }, body: { reason: `answer ${index}`, version } }),
        ),
      );
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'SEC_CONFLICT' });
      const { state } = await decided(id);
      expect(state === 'done' ? shell.isDead() : /^[SRD]+$/.test(shell.states())).toBe(true);
      const again = await station.cli('enforce', 'approvals', 'approve', shortId(id));
      expect(again.code).not.toBe(0);
      expect(again.err).toContain(`already ${state}`);
      expect((await recordsAbout(shell)).filter(({ kind }) => kind === 'intent').length).toBe(state === 'done' ? 1 : 0);
    });

    test('that dies meanwhile makes the question void, and what it had started is not left suspended', async () => {
      const shell = await start('family');
      await shell.suspended();
      const { id } = await approvalOf(shell);
      process.kill(shell.pid, 'SIGKILL');
      await until('the approval is settled', async () => !(await pending()).some((approval) => approval.id === id), 6000);
      expect(await decided(id)).toMatchObject({ state: 'void', result: 'the process is gone' });
      await until('its children go on', () => /^[ZX-][SRD]+$/.test(shell.states()));
      expect(await shell.answers()).toBe(true);
      const ran = await station.cli('enforce', 'approvals', 'approve', id);
      expect(ran.code).not.toBe(0);
      expect((await recordsAbout(shell)).filter(({ kind }) => kind === 'intent')).toEqual([]);
    });

    test('whose death is not noticed yet is not said to have been ended by us', async () => {
      const shell = await start('single');
      await shell.suspended();
      const { id } = await approvalOf(shell);
      for (const pid of shell.tree()) process.kill(pid, 'SIGKILL');
      const ran = await station.cli('enforce', 'approvals', 'approve', id, '--json');
      expect(ran.code).not.toBe(0);
      expect(await decided(id)).toMatchObject({ state: 'void', result: expect.stringContaining('gone') });
      expect((await recordsAbout(shell)).filter(({ kind }) => kind === 'outcome')).toEqual([]);
    });

    test('that somebody lets go is suspended again', async () => {
      const shell = await start('single');
      await shell.suspended();
      await approvalOf(shell);
      for (const pid of shell.tree()) process.kill(pid, 'SIGCONT');
      await until('it runs', () => !shell.states().includes('T'), 1000, 1);
      await shell.suspended(6000);
      await until('it is recorded', async () => (await recordsAbout(shell)).some(({ reason }) => reason === 'suspended again: it had been let go'));
    });

    test('stays suspended while the daemon is stopped and started, and can still be decided', async () => {
      const shell = await start();
      await shell.suspended();
      const before = await approvalOf(shell);
      await daemon.kill('SIGTERM');
      expect(daemon.log()).toContain('stays suspended');
      expect(shell.states()).toMatch(/^T+$/);
      daemon = await station.start();
      expect(await approvalOf(shell)).toEqual(before);
      expect(shell.states()).toMatch(/^T+$/);
      expect(await station.client.call('reject', { params: { id: before.id }, body: { reason: '' } })).toMatchObject({ state: 'rejected', held: false });
      await goesOn(shell);
    });

    test('is not ended when dry run came in between', async () => {
      const shell = await start('single');
      await shell.suspended();
      const { id } = await approvalOf(shell);
      await station.cli('enforce', 'dry-run', 'on');
      const ran = await station.cli('enforce', 'approvals', 'approve', id);
      await station.cli('enforce', 'dry-run', 'off');
      expect(ran.code).not.toBe(0);
      expect(ran.err).toContain('dry run is on');
      expect(await decided(id)).toMatchObject({ state: 'failed', held: false });
      await goesOn(shell);
    });

    test('left a history whose chain is intact', async () => {
      expect(await station.client.call('verifyHistory')).toMatchObject({ intact: true });
      expect(await pending()).toEqual([]);
    });
  });

  describe('when nobody answers within 3 s', () => {
    beforeAll(() => restart(shellConfig('balanced', { approval_gate: { ttl: '3s' } })));

    test('goes on, and that is recorded as expired, with no action', async () => {
      const shell = await start();
      await shell.suspended();
      const approval = await approvalOf(shell);
      await until('it expires', async () => (await pending()).length === 0, 6000);
      const left = Date.now() - Date.parse(approval.expires_at);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThan(1500);
      await until('it goes on', () => /^[SRD]+$/.test(shell.states()));
      await goesOn(shell);
      expect(await decided(approval.id)).toMatchObject({ state: 'expired', held: false, result: 'nobody answered in time' });
      const records = await recordsAbout(shell);
      expect(records.map(({ reason }) => reason)).toContain('expired, no action: nobody answered in time');
      expect(records.filter(({ kind }) => kind === 'intent' || kind === 'outcome')).toEqual([]);
      const late = await station.cli('enforce', 'approvals', 'approve', approval.id);
      expect(late.code).not.toBe(0);
      expect(late.err).toContain('already expired');
      await goesOn(shell);
    });

    test('expires too when the daemon was dead at that moment', async () => {
      const shell = await start();
      await shell.suspended();
      const { id } = await approvalOf(shell);
      await daemon.kill('SIGKILL');
      await delay(3500);
      expect(shell.states()).toMatch(/^T+$/);
      daemon = await station.start();
      await until('it goes on', () => /^[SRD]+$/.test(shell.states()));
      await until('it is settled', async () => (await pending()).length === 0);
      expect(await decided(id)).toMatchObject({ state: 'expired' });
      await goesOn(shell);
    });
  });

  describe('in dry run', () => {
    beforeAll(async () => {
      await restart(shellConfig('balanced'));
      expect((await station.cli('enforce', 'dry-run', 'on')).code).toBe(0);
    });
    afterAll(() => station.cli('enforce', 'dry-run', 'off'));

    test('is neither suspended nor asked about; the history says what would be done', async () => {
      const shell = await start();
      await until('the decision', async () => (await recordsAbout(shell)).length > 0);
      await delay(500);
      expect(shell.states()).not.toContain('T');
      await goesOn(shell);
      expect(await pending()).toEqual([]);
      expect((await station.client.call('approvalHistory', { query: { limit: 100 } })).approvals.filter(({ process }) => process?.pid === shell.pid)).toEqual(
        [],
      );
      const records = await recordsAbout(shell);
      expect(records).toEqual([expect.objectContaining({ kind: 'decision', outcome: 'dry-run', dry_run: true, action: 'kill_process' })]);
      expect(records[0]?.reason).toMatch(/^would do: .*SIGSTOP.*SIGKILL/);
    });
  });

  describe('under vps-agent', () => {
    beforeAll(() => restart(shellConfig('vps-agent')));

    test('is ended at once and nobody is asked', async () => {
      const began = performance.now();
      const shell = await start();
      await until('it is dead', () => shell.isDead(), 5000, 1);
      console.info(`vps-agent: dead ${Math.round(performance.now() - began)} ms after its start`);
      await until('the outcome', async () => (await recordsAbout(shell)).some(({ kind }) => kind === 'outcome'));
      expect((await recordsAbout(shell)).map(({ kind, outcome, verification }) => `${kind} ${outcome} ${verification}`)).toEqual([
        'intent execute undefined',
        'outcome success verified',
      ]);
      expect(await pending()).toEqual([]);
    });
  });

  describe.each([
    ['balanced', 'suspended'],
    ['vps-agent', 'ended'],
  ])("in the operator's own session, under %s", (preset, what) => {
    let operator: Awaited<ReturnType<typeof startOperator>>;
    beforeAll(async () => {
      await restart(shellConfig(preset));
      operator = await startOperator(station.directory, station.path('1sec.sock'));
      await delay(500);
    });
    afterAll(() => operator.end());

    test(`is not ${what}, and the history says why`, async () => {
      const shell = keep(await attacker.startUnder(operator.run, 'family'));
      await until('a refusal', async () => (await recordsAbout(shell)).some(({ outcome }) => outcome === 'refused' || outcome === 'failure'));
      const records = await recordsAbout(shell);
      expect(records.find(({ outcome }) => outcome === 'refused' || outcome === 'failure')?.reason).toMatch(/operator's (own )?session/);
      await goesOn(shell);
      expect(stateOf(operator.pid)).toMatch(/[SR]/);
      expect(await pending()).toEqual([]);
      expect(records.filter(({ outcome }) => outcome === 'success')).toEqual([]);
    });

    test('a shell outside of it is met as ever', async () => {
      const shell = await start();
      if (what === 'ended') return until('it is dead', () => shell.isDead());
      await shell.suspended();
      const { id } = await approvalOf(shell);
      await station.client.call('approve', { params: { id }, body: { reason: '' } });
      expect(shell.isDead()).toBe(true);
    });
  });

  describe('and `1sec enforce cleanup`', () => {
    beforeAll(() => restart(shellConfig('balanced')));

    test.each(['dead', 'alive'] as const)('with the daemon %s: it goes on, nothing waits any more, and a second cleanup finds nothing', async (daemonIs) => {
      const shell = await start();
      await shell.suspended();
      const { id } = await approvalOf(shell);
      if (daemonIs === 'dead') await daemon.kill('SIGKILL');
      const ran = await station.cli('enforce', 'cleanup');
      expect(ran).toMatchObject({ code: 0, err: '' });
      expect(ran.out).toMatch(new RegExp(`kill_process pid ${shell.pid} .*(goes on|no longer waits)`));
      await goesOn(shell);
      const again = await station.cli('enforce', 'cleanup');
      expect(again).toMatchObject({ code: 0, out: 'nothing to remove\n' });
      if (daemonIs === 'dead') daemon = await station.start();
      expect(await decided(id)).toMatchObject({ state: 'void', held: false, result: expect.stringContaining('taken back by cleanup') });
      await delay(2500);
      await goesOn(shell);
      expect(await station.client.call('verifyHistory')).toMatchObject({ intact: true });
    });

    test('before the daemon came back to an answer that was given: it is not carried out afterwards', async () => {
      const shell = await start();
      await shell.suspended();
      const { id } = await approvalOf(shell);
      const answer = station.client.call('approve', { params: { id }, body: { reason: '' } }).catch(() => undefined);
      await delay(4);
      await daemon.kill('SIGKILL');
      await answer;
      const wasDead = shell.isDead();
      expect((await station.cli('enforce', 'cleanup')).code).toBe(0);
      expect(shell.states()).not.toContain('T');
      daemon = await station.start();
      await delay(500);
      expect(await pending()).toEqual([]);
      if (!wasDead) await goesOn(shell);
    });
  });
});

/** A login shell of its own session with a client that watches in it; `run` has it run words in the background. */
const startOperator = async (directory: string, socket: string) => {
  const live = join(directory, `watching-${Date.now()}`);
  const script = join(import.meta.dirname, '../kit/watch-stream.ts');
  const child = spawn('/bin/sh', ['-s'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/bin:/bin', HOME: directory },
    cwd: directory,
  });
  child.stdin.write(`"${process.execPath}" "${script}" "${socket}" "${live}" &\n`);
  await until('the client watches', () => fileText(live) === 'live');
  let runs = 0;
  return {
    pid: child.pid ?? 0,
    run: async (command: string): Promise<number> => {
      runs += 1;
      const file = `${live}.pid${runs}`;
      writeFileSync(file, '');
      child.stdin.write(`${command} & echo $! > "${file}"\n`);
      await until('it is started', () => readFileSync(file, 'utf8').trim() !== '');
      return Number(readFileSync(file, 'utf8'));
    },
    end: async (): Promise<void> => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // The group is gone already.
      }
    },
  };
};
