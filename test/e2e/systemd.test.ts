import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceManagerOf } from '../../src/os/systemd.ts';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { skipsWithout } from '../kit/netns.ts';

const UNIT = join(import.meta.dirname, '../../packaging/1sec.service');
const ANALYZE = '/usr/bin/systemd-analyze';
const SOCAT = '/usr/bin/socat';
const why = whyNoBuild() ?? (existsSync(SOCAT) ? undefined : 'not installed: socat');

describe.skipIf(skipsWithout(why, 'the service manager'))('under a service manager', () => {
  let directory: string;
  let station: Station;
  let daemon: Running;
  let listener: ChildProcess;
  let heard = '';
  const pings = (): number => heard.split('WATCHDOG=1').length - 1;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), '1sec-notify-'));
    const socket = join(directory, 'notify');
    listener = spawn(SOCAT, ['-u', `UNIX-RECV:${socket}`, 'STDOUT'], { stdio: ['ignore', 'pipe', 'inherit'] });
    listener.stdout?.on('data', (chunk: Buffer) => {
      heard += `${chunk.toString()}\n`;
    });
    await until('the socket is there', () => existsSync(socket));
    station = createStation({ variables: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '2000000' } });
    daemon = await station.start();
  });
  afterAll(async () => {
    await station?.remove();
    listener?.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  test('the daemon says once that it is ready, then goes on telling that it is well', async () => {
    await until('it is ready', () => heard.includes('READY=1'));
    const before = pings();
    await until('it tells again and again', () => pings() > before + 2);
    expect(heard.split('READY=1').length).toBe(2);
    expect(heard).not.toContain('stalled');
  });

  test('one that hangs says nothing, so that it is started anew', async () => {
    process.kill(daemon.pid, 'SIGSTOP');
    // What was under way arrives.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = pings();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(pings()).toBe(before);
    process.kill(daemon.pid, 'SIGCONT');
    await until('it goes on', () => pings() > before);
  });

  test('an orderly end is announced', async () => {
    await daemon.kill();
    await until('it says so', () => heard.includes('STOPPING=1'));
  });
});

describe('what the service manager gives', () => {
  test.each([
    [{}, undefined],
    [{ NOTIFY_SOCKET: 'relative' }, undefined],
    [{ NOTIFY_SOCKET: `/${'x'.repeat(200)}` }, undefined],
    [{ NOTIFY_SOCKET: '/run/x' }, 'none'],
    [{ NOTIFY_SOCKET: '@x', WATCHDOG_USEC: '60000000' }, 60_000],
    [{ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '60000000', WATCHDOG_PID: '41' }, 'none'],
    [{ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: 'soon' }, 'none'],
  ] as const)('%j is understood', (variables, expected) => {
    const manager = serviceManagerOf(variables, 42);
    expect(manager === undefined ? undefined : (manager.watchdogMs ?? 'none')).toBe(expected);
  });

  test('a socket that is gone is said and harms nothing', async () => {
    expect(await serviceManagerOf({ NOTIFY_SOCKET: '/nonexistent/notify' }, 1)?.notify('READY=1')).toBe(false);
  });
});

describe('the unit', () => {
  const text = readFileSync(UNIT, 'utf8');

  test('is watched, kept within bounds, and gets only what is used', () => {
    for (const line of ['Type=notify', 'WatchdogSec=60', 'Restart=always', 'OOMScoreAdjust=-800', 'MemoryMax=768M', 'NoNewPrivileges=yes'])
      expect(text.split('\n')).toContain(line);
    const bounds = /^CapabilityBoundingSet=(.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
    expect(bounds).toEqual(expect.arrayContaining(['CAP_NET_ADMIN', 'CAP_KILL', 'CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH']));
    for (const never of ['CAP_SYS_ADMIN', 'CAP_SYS_MODULE', 'CAP_SYS_BOOT', 'CAP_NET_RAW']) expect(bounds).not.toContain(never);
  });

  test.skipIf(!existsSync(ANALYZE))('is understood by systemd', () => {
    const directory = mkdtempSync(join(tmpdir(), '1sec-unit-'));
    const path = join(directory, '1sec.service');
    try {
      writeFileSync(path, text.replace('/usr/bin/1sec', '/bin/true'));
      expect(execFileSync(ANALYZE, ['verify', '--man=no', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toBe('');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
