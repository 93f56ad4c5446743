import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChainRunJson } from '../../src/protocol/schemas.ts';
import { createStation, fileText, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { createReceiver, type Receiver } from '../kit/receiver.ts';

const why = whyNoNetns() ?? whyNoBuild();
const step = (name: string, action: string, more: object = {}) => ({ name, action, ...more });

describe.skipIf(skipsWithout(why, 'action chains'))('action chains', () => {
  let namespace: Netns;
  let station: Station;
  let receiver: Receiver;
  let log: string;

  beforeEach(async () => {
    namespace ??= createNetns('e2c');
    station = createStation({ netns: namespace.name });
    receiver = await createReceiver();
    log = station.path('auth.log');
    writeFileSync(log, '');
  });
  afterEach(async () => {
    await station.cli('enforce', 'cleanup');
    await station.remove();
    await receiver.close();
  });
  afterAll(() => namespace?.remove());

  const start = async (steps: readonly object[], more: object = {}) => {
    station.configure({
      sources: { auto: false, files: [{ path: log, grammar: 'auth' }], processes: false },
      enforcement: {
        dry_run: false,
        allow_command: true,
        policies: { auth_fortress: { min_severity: 'LOW', cooldown_seconds: 0, actions: [{ action: 'log_only' }] } },
        ...more,
      },
      notifications: { endpoints: { siem: { url: receiver.url('/siem'), min_severity: 'LOW', allow_private: true } } },
      chains: [{ name: 'lockdown', description: 'shut it out', trigger: { module: 'auth_fortress', min_severity: 'LOW' }, steps }],
    });
    return station.start();
  };
  const attack = (address: string): void => appendFileSync(log, failedLogin(address, 12));
  const runs = async (): Promise<readonly ChainRunJson[]> => (await station.client.call('chainRecords', {})).records;
  const first = async (): Promise<ChainRunJson> => {
    const [run] = await runs();
    if (run === undefined) throw new Error('no chain has run');
    return run;
  };
  const ends = (status: string): Promise<void> => until(`a run that is ${status}`, async () => (await runs())[0]?.status === status, 20_000);
  const blocks = async () => (await station.client.call('leases', {})).leases.filter(({ action }) => action === 'block_ip').map(({ target }) => target);
  const statuses = (run: ChainRunJson): readonly string[] => run.steps.map((one) => `${one.name} ${one.status}`);

  test('blocks, tells and records, shows it, and takes it back in reverse order', async () => {
    await start([
      step('block', 'block_ip', { params: { duration: '1h' }, on_success: 'tell', on_failure: 'note' }),
      step('tell', 'webhook', { on_success: 'note' }),
      step('note', 'log_only'),
    ]);
    attack('192.0.2.7');
    await ends('completed');
    const run = await first();
    expect(statuses(run)).toEqual(['block succeeded', 'tell succeeded', 'note succeeded']);
    expect(await blocks()).toEqual(['192.0.2.7']);
    await until('it arrives', () => receiver.on('/siem').length === 1);
    expect((await station.cli('enforce', 'chains')).out).toContain('lockdown: shut it out');
    expect((await station.cli('enforce', 'chains', 'records')).out).toContain('block succeeded, tell succeeded, note succeeded');
    expect(await station.json('enforce', 'chains', 'show', run.id.slice(0, 24))).toEqual(run);
    expect((await station.cli('enforce', 'chains', 'show', run.id)).out).toContain('192.0.2.7');
    const undone = await station.cli('enforce', 'chains', 'undo', run.id, '--reason', 'a mistake');
    expect([undone.code, undone.err]).toEqual([0, '']);
    expect(statuses(await first())).toEqual(['block undone', 'tell kept', 'note kept']);
    expect(await blocks()).toEqual([]);
    const { records } = await station.client.call('history', { query: { limit: 100, kind: 'chain' } });
    expect(records.map(({ reason, actor }) => `${reason} ${actor === undefined ? '' : 'by a person'}`.trim()).reverse()).toEqual([
      'chain lockdown begins, because of brute_force',
      'chain lockdown completed: block succeeded, tell succeeded, note succeeded',
      'chain lockdown is taken back: a mistake by a person',
      'chain lockdown undone: block undone, tell kept, note kept by a person',
    ]);
  });

  test('killed with SIGKILL at any moment, every step happens exactly once or the run says that it failed', async () => {
    const steps = [
      step('block', 'block_ip', { params: { duration: '1h' }, on_success: 'tell', on_failure: 'tell' }),
      step('tell', 'webhook', { on_success: 'note' }),
      step('note', 'log_only'),
    ];
    let daemon = await start(steps);
    const moments = [0, 10, 25, 50, 80, 120, 200, 400];
    for (const [round, afterMs] of moments.entries()) {
      attack(`198.51.100.${round + 1}`);
      await until('it begins', async () => (await runs()).length > round);
      await delay(afterMs);
      await daemon.kill('SIGKILL');
      daemon = await station.start();
      await until('it ends', async () => (await runs()).every(({ status }) => status === 'completed'), 20_000);
    }
    expect((await runs()).map(({ status }) => status)).toEqual(moments.map(() => 'completed'));
    expect([...(await blocks())].sort()).toEqual(moments.map((_, round) => `198.51.100.${round + 1}`));
    await until('everything arrived', () => new Set(receiver.on('/siem').map(({ headers }) => headers['x-1sec-delivery-id'])).size >= moments.length);
    expect(new Set(receiver.on('/siem').map(({ headers }) => headers['x-1sec-delivery-id'])).size).toBe(moments.length);
    const { records } = await station.client.call('history', { query: { limit: 1000 } });
    for (const run of await runs()) {
      for (const one of run.steps) {
        const own = records.filter(({ action_id, kind }) => action_id === one.action_id && kind === 'outcome');
        expect(
          own.filter(({ verification, action }) => verification === 'verified' || action === 'webhook').length,
          `${one.name} of ${run.id}`,
        ).toBeGreaterThanOrEqual(1);
      }
    }
    // Begun by one daemon, ended by the next.
    const inOrder = records.toReversed().filter(({ kind }) => kind === 'chain' || kind === 'daemon');
    const interrupted = inOrder.filter(
      ({ kind }, at) => kind === 'daemon' && inOrder[at - 1]?.reason.includes(' begins') && inOrder[at + 1]?.kind === 'chain',
    ).length;
    console.info(`${moments.length} kills: ${interrupted} runs were interrupted and ended by the next daemon`);
    const check = await station.client.call('verifyHistory');
    expect(check.intact).toBe(true);
  }, 120_000);

  test('a command waits for a person, runs once, and is not run again when the daemon died while it ran', async () => {
    const ran = station.path('ran');
    const script = station.path('slow.sh');
    writeFileSync(script, `#!/bin/sh\necho run >> ${ran}\nsleep 2\n`, { mode: 0o755 });
    const daemon = await start(
      [step('own', 'command', { params: { argv: [script] }, on_success: 'note', on_failure: 'failed' }), step('note', 'log_only'), step('failed', 'log_only')],
      { approval_gate: { enabled: false } },
    );
    attack('192.0.2.7');
    await ends('asking');
    const { approvals } = await station.client.call('pendingApprovals');
    expect(approvals).toHaveLength(1);
    expect(existsSync(ran)).toBe(false);
    const answer = station.client.call('approve', { params: { id: approvals[0]?.id ?? '' }, body: {} }).catch(() => undefined);
    await until('it runs', () => fileText(ran) !== '');
    await daemon.kill('SIGKILL');
    await answer;
    await station.start();
    await until('the run ends', async () => !['ready', 'acting', 'asking'].includes((await first()).status), 60_000);
    expect(readFileSync(ran, 'utf8')).toBe('run\n');
    expect(statuses(await first())).toEqual(['own failed', 'failed succeeded']);
  }, 90_000);

  test('in dry run nothing is done, and a broken chain is refused with its place', async () => {
    await start([step('block', 'block_ip', { on_success: 'note' }), step('note', 'log_only')], { dry_run: true });
    attack('192.0.2.7');
    await ends('completed');
    expect([await blocks(), (await first()).steps[0]?.detail]).toEqual([[], expect.stringContaining('would do')]);
    station.configure({ chains: [{ name: 'round', steps: [step('a', 'log_only', { on_success: 'a' })] }] });
    const checked = await station.cli('config', '--validate');
    expect(checked.code).not.toBe(0);
    expect(checked.err).toContain('expected no circle: a → a');
  });

  test('a cleanup ends what is under way', async () => {
    await start([step('block', 'block_ip', { on_success: 'lock' }), step('lock', 'command', { params: { argv: ['/bin/true'] } })]);
    attack('192.0.2.7');
    await ends('asking');
    expect((await station.cli('enforce', 'cleanup')).code).toBe(0);
    expect((await first()).status).toBe('partial');
    expect((await station.client.call('pendingApprovals')).approvals).toEqual([]);
    expect(await blocks()).toEqual([]);
  });
});
