import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStation, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { skipsWithout } from '../kit/netns.ts';

describe.skipIf(skipsWithout(whyNoBuild(), 'confirm'))('a change to something stronger, from the command line', () => {
  let station: Station;

  beforeEach(() => {
    station = createStation();
  });
  afterEach(() => station.remove());

  const mode = async () => (await station.client.call('status')).enforcement;
  const final = async () => {
    const { enabled, dry_run, preset, pending_rollback } = await mode();
    return { enabled, dry_run, preset, pending_rollback };
  };
  const live = (): void => station.configure({ enforcement: { dry_run: false, preset: 'safe' } });

  test('goes back by itself, and the history says who changed it and that nobody confirmed', async () => {
    await station.start();
    const ran = await station.cli('enforce', 'dry-run', 'off', '--confirm-within', '3s');
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('unless you run `1sec enforce confirm`') });
    expect(await mode()).toMatchObject({ dry_run: false, pending_rollback: { dry_run: true, what: 'dry run off' } });
    expect((await station.cli('enforce', 'status')).out).toContain('goes back');
    await until('it went back', async () => (await mode()).dry_run, 15_000);
    expect((await mode()).pending_rollback).toBeUndefined();
    await until('it is in the history', async () => (await station.cli('enforce', 'history')).out.includes('nobody confirmed in time'));
    expect(await station.cli('enforce', 'confirm')).toMatchObject({ code: 6, err: expect.stringContaining('no change waits') });
  });

  test('stays when a further command confirms it, over kill -9', async () => {
    live();
    const daemon = await station.start();
    expect((await station.cli('enforce', 'preset', 'strict', '--confirm-within', '20s')).out).toContain('preset strict is in force (was safe)');
    expect(await station.cli('enforce', 'confirm', '--reason', 'still in')).toMatchObject({
      code: 0,
      out: 'confirmed: preset safe → strict; preset strict, LIVE\n',
    });
    await daemon.kill('SIGKILL');
    await station.start();
    expect(await final()).toEqual({ enabled: true, dry_run: false, preset: 'strict', pending_rollback: undefined });
  });

  test('goes back after kill -9 within the time: when it runs out, or at the start when it has', async () => {
    live();
    let daemon = await station.start();
    await station.cli('enforce', 'preset', 'strict', '--confirm-within', '15s');
    await daemon.kill('SIGKILL');
    daemon = await station.start();
    expect(await mode()).toMatchObject({ preset: 'strict', pending_rollback: { preset: 'safe' } });
    await until('it went back', async () => (await mode()).preset === 'safe', 30_000);
    await station.cli('enforce', 'preset', 'balanced', '--confirm-within', '1s');
    await daemon.kill('SIGKILL');
    await delay(1500);
    daemon = await station.start();
    expect(await mode()).toMatchObject({ preset: 'safe', dry_run: false });
    expect(daemon.log()).not.toContain('"preset":"balanced"');
  });

  test('is not confirmed by the connection that made it, but by the next one', async () => {
    live();
    await station.start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post = (path: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const call = request(
          { socketPath: station.environment['ONESEC_SOCKET'], agent, path, method: 'POST', headers: { host: 'localhost', 'content-type': 'application/json' } },
          (response) => {
            response.resume();
            response.once('end', () => resolve(response.statusCode ?? 0));
          },
        );
        call.once('error', reject);
        call.end('{}');
      });
    expect(await post('/api/v1/enforce/preset/strict')).toBe(200);
    expect(await post('/api/v1/enforce/confirm')).toBe(409);
    agent.destroy();
    expect(await post('/api/v1/enforce/confirm')).toBe(200);
    agent.destroy();
    expect((await mode()).pending_rollback).toBeUndefined();
  });

  test('--show and --dry-run change nothing; --no-rollback is final; weaker is final', async () => {
    live();
    await station.start();
    expect((await station.cli('enforce', 'preset', 'strict', '--show')).code).toBe(0);
    expect((await station.cli('enforce', 'preset', 'strict', '--dry-run')).out).toContain('it is stronger');
    expect(await final()).toEqual({ enabled: true, dry_run: false, preset: 'safe', pending_rollback: undefined });
    await station.cli('enforce', 'preset', 'strict', '--no-rollback');
    expect(await final()).toEqual({ enabled: true, dry_run: false, preset: 'strict', pending_rollback: undefined });
    await station.cli('enforce', 'preset', 'lax');
    expect(await final()).toEqual({ enabled: true, dry_run: false, preset: 'lax', pending_rollback: undefined });
    expect((await station.cli('enforce', 'preset', 'strict', '--confirm-within', '2d')).code).toBe(2);
  });

  test('config explain names the line of the file without a daemon, and the command that was given with one', async () => {
    live();
    expect(await station.json('config', 'explain', 'enforcement.preset')).toMatchObject({
      live: false,
      values: [{ value: 'safe', origin: expect.stringMatching(/config\.yaml:\d+$/) }],
    });
    await station.start();
    await station.cli('enforce', 'preset', 'lax');
    expect(await station.json('config', 'explain', 'enforcement.preset')).toMatchObject({ live: true, values: [{ value: 'lax', origin: 'set at run time' }] });
    expect((await station.cli('config', 'explain', 'enforcement.policies.ransomware.cooldown')).out).toMatch(/300 +presets\/lax\.yaml:\d+/);
  });

  test('enforce test says what would be decided and why, with the guards, and does nothing', async () => {
    live();
    await station.start();
    const tried = (ip: string) => station.json('enforce', 'test', 'auth_fortress', '--severity', 'CRITICAL', '--ip', ip);
    const block = (outcome: string) => ({ decisions: expect.arrayContaining([expect.objectContaining({ action: 'block_ip', outcome })]) });
    expect(await tried('127.0.0.1')).toMatchObject(block('refused'));
    expect((await station.client.call('leases')).total).toBe(0);
    expect((await station.client.call('history')).records.filter(({ kind }) => kind === 'decision' || kind === 'intent')).toEqual([]);
    expect((await station.cli('enforce', 'test', 'auth_fortress', '--severity', 'much')).code).toBe(2);
  });
});
