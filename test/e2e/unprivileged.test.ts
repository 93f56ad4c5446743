import { appendFileSync, chownSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RecordJson } from '../../src/protocol/schemas.ts';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { skipsWithout, whyNoNetns } from '../kit/netns.ts';
import { createReceiver, type Receiver } from '../kit/receiver.ts';

const NOBODY = 65_534;
const why = whyNoNetns() ?? whyNoBuild();
const NEEDS: readonly (readonly [string, RegExp])[] = [
  ['block_ip', /CAP_NET_ADMIN/],
  ['drop_connection', /CAP_NET_ADMIN/],
  ['kill_process', /CAP_KILL/],
  ['quarantine_file', /needs root/],
  ['disable_user', /needs root/],
  ['command', /needs root/],
];

describe.skipIf(skipsWithout(why, 'the unprivileged run'))('a daemon without root', () => {
  let station: Station;
  let receiver: Receiver;
  let daemon: Running;
  const log = (): string => station.path('auth.log');
  const records = async (action: string): Promise<readonly RecordJson[]> =>
    (await station.client.call('history', { query: { limit: 200 } })).records.filter((record) => record.action === action);

  beforeAll(async () => {
    receiver = await createReceiver();
    station = createStation({ uid: NOBODY });
    writeFileSync(log(), '');
    chownSync(log(), NOBODY, NOBODY);
    station.configure({
      sources: { auto: false, files: [{ path: log(), grammar: 'auth' }], processes: false },
      enforcement: {
        dry_run: false,
        preset: 'balanced',
        allow_command: true,
        policies: {
          auth_fortress: {
            cooldown_seconds: 0,
            max_actions_per_min: 0,
            actions: [
              { action: 'log_only', min_severity: 'LOW' },
              { action: 'webhook', min_severity: 'LOW', params: { url: receiver.url('/hook'), allow_private: true } },
              { action: 'block_ip', min_severity: 'LOW', params: { duration: '10m' } },
            ],
          },
        },
      },
    });
    daemon = await station.start();
    await until('each action is judged', async () => (await station.client.call('enforceStatus')).actions.every(({ reason }) => reason !== 'starting'));
    appendFileSync(log(), failedLogin('192.0.2.7', 12));
    await until('the attack is answered', async () => (await records('block_ip')).length > 0 && (await records('log_only')).length > 0);
  });
  afterAll(async () => {
    await station?.remove();
    await receiver?.close();
  });

  test('runs as that user and says of each action what it lacks, in the API, the CLI, the TUI rows and the doctor', async () => {
    expect(statSync(`/proc/${daemon.pid}`).uid).toBe(NOBODY);
    const { actions } = await station.client.call('enforceStatus');
    expect(actions.filter(({ available }) => available).map(({ action }) => action)).toEqual(['log_only', 'webhook']);
    const shown = (await station.cli('enforce', 'status')).out;
    const { children } = await station.client.call('status');
    const ran = await station.cli('doctor', '--json');
    const report = JSON.parse(ran.out);
    for (const [action, needs] of NEEDS) {
      expect(actions.find((entry) => entry.action === action)?.reason).toMatch(needs);
      expect(shown.split('\n').find((line) => line.startsWith(action))).toMatch(needs);
      expect(children.find(({ id }) => id === `enforcer:${action}`)?.detail).toMatch(needs);
      const found = report.actions.find((entry: { readonly action: string }) => entry.action === action);
      expect(found.state).toMatch(needs);
      expect(found.daemon).toMatch(needs);
    }
    expect(report.findings).toContainEqual(expect.objectContaining({ check: 'privileges', state: 'warn' }));
    expect(report.findings).toContainEqual(expect.objectContaining({ check: 'daemon', state: 'ok' }));
  });

  test('records what it did, and what it could not with the permission that is missing', async () => {
    expect(await records('log_only')).toContainEqual(expect.objectContaining({ kind: 'outcome', outcome: 'success' }));
    await until('the notice has arrived', () => receiver.received.length > 0);
    const blocks = await records('block_ip');
    expect(blocks.some(({ reason }) => reason.includes('CAP_NET_ADMIN'))).toBe(true);
    expect(blocks.some(({ outcome }) => outcome === 'success')).toBe(false);
    expect((await station.client.call('leases')).total).toBe(0);
    expect((await station.cli('enforce', 'history')).out).toContain('CAP_NET_ADMIN');
  });

  test('doctor works with the daemon gone, too; a warning fails it only with --strict', async () => {
    await daemon.kill();
    const ran = await station.cli('doctor');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/block_ip +needs CAP_NET_ADMIN/);
    expect(ran.out).toContain('none answers');
    expect(await station.cli('doctor', '--strict')).toMatchObject({ code: 24, err: expect.stringContaining('privileges') });
  });

  test('a configuration that is not valid fails the doctor and is named', async () => {
    station.configure({ enforcement: { preset: 'none of them' } });
    const ran = await station.cli('doctor', '--json');
    expect(ran.code).toBe(24);
    expect(JSON.parse(ran.out).findings).toContainEqual(
      expect.objectContaining({ check: 'configuration', state: 'fail', detail: expect.stringContaining('preset') }),
    );
  });
});
