import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ApprovalJson, LeaseJson, RecordJson } from '../../src/protocol/schemas.ts';
import { type AccountSystem, createAccountSystem, whyNoUsermod } from '../kit/account-system.ts';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { skipsWithout } from '../kit/netns.ts';

// No account of this machine has such a number.
const UID = 3_000_000 + process.pid;
const PASSED = 'Accepted password for';
const why = whyNoUsermod() ?? whyNoBuild();
// The daemon sees another /etc than this machine's: a copy, with accounts of its own.
const wrapperFor = (etc: string): readonly string[] => ['unshare', '--mount', 'sh', '-ec', 'mount --bind "$0" /etc; exec "$@"', etc];

describe.skipIf(skipsWithout(why, 'disabling accounts end to end'))('an account whose password was guessed', () => {
  let system: AccountSystem;
  let station: Station;
  let daemon: Running;
  let address = 0;
  const children: ChildProcess[] = [];
  const log = (): string => station.path('auth.log');
  const configure = (enforcement: { readonly [key: string]: unknown } = {}, rule: { readonly [key: string]: unknown } = {}): void =>
    station.configure({
      sources: { auto: false, files: [{ path: log(), grammar: 'auth' }], processes: false, journald: false },
      enforcement: {
        dry_run: false,
        preset: 'balanced',
        policies: {
          auth_fortress: { cooldown_seconds: 0, max_actions_per_min: 0, actions: [{ action: 'disable_user', min_severity: 'HIGH', ...rule }] },
        },
        ...enforcement,
      },
    });
  const restart = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    await daemon?.kill(signal);
    daemon = await station.start();
    await until('it can act', async () => (await actions()).find(({ action }) => action === 'disable_user')?.available === true);
  };
  const actions = async () => (await station.client.call('enforceStatus')).actions;
  const pending = async (): Promise<readonly ApprovalJson[]> => (await station.client.call('pendingApprovals')).approvals;
  const leases = async (): Promise<readonly LeaseJson[]> => (await station.client.call('leases', { query: { limit: 100 } })).leases;
  const records = async (user: string): Promise<readonly RecordJson[]> =>
    (await station.client.call('history', { query: { limit: 500 } })).records.filter(({ target, action }) => target === user && action === 'disable_user');
  /** Guessed in a minute, then the attacker is in. */
  const guess = (user: string): void => {
    address += 1;
    const from = `203.0.113.${address}`;
    const lines = failedLogin(from, 14, user);
    const last = lines.trimEnd().split('\n').at(-1) ?? '';
    appendFileSync(log(), `${lines}${last.replace('Failed password for', PASSED)}\n`);
  };
  const asked = async (user: string): Promise<ApprovalJson> => {
    let found: ApprovalJson | undefined;
    await until(`an approval about ${user}`, async () => {
      found = (await pending()).find(({ target }) => target === user);
      return found !== undefined;
    });
    if (found === undefined) throw new Error('unreachable');
    return found;
  };
  const runAs = async (uid: number, ...argv: readonly [string, ...string[]]): Promise<ChildProcess> => {
    const child = spawn(argv[0], argv.slice(1), { uid, gid: uid, stdio: 'ignore', detached: true });
    children.push(child);
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return child;
  };
  const isGone = (child: ChildProcess): boolean => child.signalCode !== null || child.exitCode !== null;

  beforeAll(async () => {
    system = createAccountSystem(
      [
        { name: 'mallory', uid: UID, keys: 'ssh-ed25519 mallory\n' },
        { name: 'boss', uid: UID + 1 },
        { name: 'clerk', uid: UID + 2 },
        { name: 'trent', uid: UID + 3, shadow: '$y$trent:20000:0:99999:7:14:29999:' },
      ],
      ['sudo:x:27:boss', '1sec:x:300:clerk'],
    );
    for (const name of ['ssl', 'nsswitch.conf', 'ld.so.cache', 'hosts', 'login.defs', 'pam.d', 'security'])
      if (existsSync(`/etc/${name}`)) cpSync(`/etc/${name}`, system.path(`etc/${name}`), { recursive: true });
    station = createStation({ wrapper: wrapperFor(system.path('etc')) });
    writeFileSync(log(), '');
    configure();
    await restart();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    const said = daemon?.log() ?? '';
    await station?.remove();
    system?.remove();
    expect(said).not.toMatch(/ error |FATAL/i);
  });

  test('is locked once a person approves: no password, no key, no process; and is back exactly after undo, across a kill -9', async () => {
    const before = system.shadow();
    const shell = await runAs(UID, 'sh', '-c', 'trap "" TERM HUP; sleep 60 & sleep 60; true');
    guess('mallory');
    const approval = await asked('mallory');
    expect(approval.plan.join('\n')).toContain(`mallory (user id ${UID})`);
    expect(system.shadow()).toBe(before);
    const began = performance.now();
    expect(await station.cli('enforce', 'approvals', 'approve', approval.id, '--reason', 'not ours')).toMatchObject({ code: 0 });
    await until('the account is in force as disabled', async () => (await leases()).some(({ target, state }) => target === 'mallory' && state === 'active'));
    console.info(`disabled ${Math.round(performance.now() - began)} ms after the approval, starting the command included`);
    expect(system.shadowLine('mallory')).toMatch(/^mallory:!\$.*:1:$/);
    expect(existsSync(system.keysOf('mallory'))).toBe(false);
    await until('everything it ran is over', () => isGone(shell));
    const [outcome, intent] = await records('mallory').then((all) => all.filter(({ kind }) => kind === 'outcome' || kind === 'intent'));
    expect([outcome?.verification, outcome?.reason, intent?.kind]).toEqual([
      'verified',
      expect.stringMatching(/locked and closed; \d processes ended, 1 file with keys/),
      'intent',
    ]);

    await restart('SIGKILL');
    const [lease] = await leases();
    expect(lease).toMatchObject({ action: 'disable_user', target: 'mallory', state: 'active' });
    expect(lease?.expires_at).toBeUndefined();
    const undone = await station.cli('enforce', 'undo', lease?.id ?? '');
    expect(undone).toMatchObject({ code: 0, out: expect.stringContaining('mallory is unlocked, exactly as it was') });
    expect(system.shadow()).toBe(before);
    expect(readFileSync(system.keysOf('mallory'), 'utf8')).toBe('ssh-ed25519 mallory\n');
  });

  test.each([
    ['boss', /last administrator/],
    ['clerk', /group 1sec/],
    ['root', /root and system accounts/],
    ['nobody-here', /no account of this host/],
  ])('of %s is never asked about, and the history says why', async (user, words) => {
    const before = system.shadow();
    guess(user);
    await until('a refusal', async () => (await records(user)).some(({ outcome, reason }) => outcome === 'refused' && words.test(reason)));
    expect(await pending()).toEqual([]);
    expect(system.shadow()).toBe(before);
  });

  test('that was only attacked, without success, is left alone: its name was chosen by the attacker', async () => {
    appendFileSync(log(), failedLogin('198.51.100.200', 40, 'trent'));
    await until('the alert', async () => (await station.client.call('alerts', { query: { limit: 5, ip: '198.51.100.200' } })).alerts.length > 0);
    await delay(300);
    expect(await pending()).toEqual([]);
    expect((await records('no account that was taken over'))[0]).toMatchObject({ outcome: 'no-target', alert_type: 'brute_force' });
  });

  test('is not locked when its number changed between question and answer', async () => {
    guess('trent');
    const approval = await asked('trent');
    const passwd = readFileSync(system.path('etc/passwd'), 'utf8');
    system.write('etc/passwd', passwd.replace(`${UID + 3}:${UID + 3}`, `${UID + 4}:${UID + 4}`));
    const before = system.shadow();
    await station.cli('enforce', 'approvals', 'approve', approval.id);
    await until('it is void', async () => {
      const { approvals } = await station.client.call('approvalHistory', { query: { limit: 50 } });
      return approvals.some(({ id, state, result }) => id === approval.id && state === 'void' && /another account now/.test(result ?? ''));
    });
    expect(system.shadow()).toBe(before);
    system.write('etc/passwd', passwd);
  });

  test('a dry run says what would be done, or why it would fail, and does nothing', async () => {
    configure({ dry_run: true }, { skip_approval: true });
    await restart();
    const before = system.shadow();
    guess('trent');
    await until('what would be done', async () => (await records('trent')).some(({ reason }) => /would do: check that trent .*usermod/.test(reason)));
    guess('boss');
    await until('why it would fail', async () => (await records('boss')).some(({ reason }) => /would fail: .*last administrator/.test(reason)));
    expect(system.shadow()).toBe(before);
  });

  test('a failure of usermod is a failure, recorded, and leaves nothing in force', async () => {
    configure({}, { skip_approval: true });
    await restart();
    const before = system.shadow();
    execFileSync('/usr/bin/chattr', ['+i', system.path('etc/shadow')]);
    try {
      guess('trent');
      await until('the failure', async () =>
        (await records('trent')).some(({ kind, outcome, reason }) => kind === 'outcome' && outcome === 'failure' && /usermod/.test(reason)),
      );
    } finally {
      execFileSync('/usr/bin/chattr', ['-i', system.path('etc/shadow')]);
    }
    expect((await leases()).filter(({ target }) => target === 'trent')).toEqual([]);
    expect(system.shadow()).toBe(before);
  });

  test('cleanup unlocks it with the daemon dead, and even with the database gone', async () => {
    const before = system.shadow();
    guess('trent');
    await until('the lock', async () => (await leases()).some(({ target, state }) => target === 'trent' && state === 'active'));
    expect(system.shadowLine('trent')).toContain(':!');
    await daemon.kill('SIGKILL');
    for (const name of ['data.mdb', 'lock.mdb']) rmSync(station.path(`data/${name}`), { force: true });
    const cleaned = await station.cli('enforce', 'cleanup');
    expect(cleaned).toMatchObject({ code: 0, out: expect.stringContaining('trent is unlocked, exactly as it was') });
    expect(system.shadow()).toBe(before);
    expect(await station.cli('enforce', 'cleanup')).toMatchObject({ code: 0, out: expect.stringContaining('nothing to remove') });
  });
});

describe.skipIf(why !== undefined)('without root', () => {
  test('locking accounts and putting files away are said to need it', async () => {
    const station = createStation({ uid: 65_534 });
    try {
      await station.start();
      await until('each action is judged', async () => (await station.client.call('enforceStatus')).actions.every(({ reason }) => reason !== 'starting'));
      await until('the two are refused', async () => {
        const { actions } = await station.client.call('enforceStatus');
        return ['disable_user', 'quarantine_file'].every((name) =>
          actions.some(({ action, available, reason }) => action === name && !available && reason.includes('needs root')),
        );
      });
    } finally {
      await station.remove();
    }
  });
});
