import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStation, fileText, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { skipsWithout } from '../kit/netns.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/1sec');

let station: Station;
beforeEach(() => {
  station = createStation({ variables: { LANG: 'C.UTF-8', TERM: 'xterm-256color' } });
});
afterEach(async () => {
  // Whatever a failing test has left: by its pid, never by a name.
  const pid = await daemonPid();
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  await station.remove();
});

const daemonPid = (): Promise<number | undefined> =>
  station.client.call('status').then(
    ({ pid }) => pid,
    () => undefined,
  );
const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};
const untilUp = async (): Promise<number> => {
  await until('the daemon answers', async () => (await daemonPid()) !== undefined, 20_000);
  return (await daemonPid()) ?? 0;
};

/** `1sec start` with pipes instead of a terminal. */
const startPlain = () => {
  const child = spawn(LAUNCHER, ['start'], { env: station.environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.err += chunk.toString();
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  return { child, said, ended };
};

describe.skipIf(skipsWithout(whyNoBuild(), '1sec start without a terminal'))('1sec start without a terminal', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('prints the live stream, and %s ends both in order', async (signal) => {
    const { child, said, ended } = startPlain();
    await until('the stream is live', () => said.out.includes('-- live --'), 20_000);
    const pid = await untilUp();
    await station.cli('enforce', 'dry-run', 'on', '--reason', 'seen live');
    await until('the change is told', () => said.out.includes('seen live'));
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(isGone(pid)).toBe(true);
    expect(said.err).toContain('stopping why=SIGTERM');
    expect(fileText(station.path('data/clean'))).not.toBe('');
  });

  test('Ctrl-C that comes twice, from the terminal and from npm, still ends both in order', async () => {
    const { child, said, ended } = startPlain();
    await until('the stream is live', () => said.out.includes('-- live --'), 20_000);
    const pid = await untilUp();
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(isGone(pid)).toBe(true);
    expect(fileText(station.path('data/clean'))).not.toBe('');
  });

  test('a signal while it is starting leaves nothing behind', async () => {
    for (const wait of [100, 250, 400]) {
      const { child, ended } = startPlain();
      await delay(wait);
      child.kill('SIGINT');
      await ended;
      await delay(300);
      expect(await daemonPid()).toBeUndefined();
      expect(fileText(station.path('data/store.pid'))).toBe('');
    }
  });

  test('a daemon that runs already is kept, and told of', async () => {
    const daemon = await station.start();
    const { child, said, ended } = startPlain();
    await until('the stream is live', () => said.out.includes('-- live --'), 20_000);
    expect(said.err).toContain('a daemon runs already; attaching to it');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(await daemonPid()).toBe(daemon.pid);
    expect(await daemon.kill()).toBe(0);
  });

  test('a daemon that somebody stops ends it, too', async () => {
    const { said, ended } = startPlain();
    await until('the stream is live', () => said.out.includes('-- live --'), 20_000);
    expect(await station.cli('stop')).toMatchObject({ code: 0 });
    expect(await ended).toBe(0);
    expect(said.err).toContain('the daemon was stopped');
  });

  test('a daemon that dies is an error with how it ended', async () => {
    const { said, ended } = startPlain();
    await until('the stream is live', () => said.out.includes('-- live --'), 20_000);
    process.kill(await untilUp(), 'SIGKILL');
    expect(await ended).toBe(4);
    expect(said.err).toMatch(/error: .*the daemon ended \(SIGKILL\)[\s\S]*code: SEC_NOT_RUNNING\n {2}hint: /);
  });

  test('a configuration that is not valid is said before anything is started', async () => {
    writeFileSync(station.path('config.yaml'), 'enforcement:\n  dry_run: maybe\n');
    const { said, ended } = startPlain();
    expect(await ended).toBe(11);
    expect(said.err).toMatch(/config\.yaml:2: enforcement\.dry_run: expected boolean, got "maybe"/);
    expect(said.out).toBe('');
  });
});

const whyNoTmux = whyNoBuild() ?? (spawnSync('tmux', ['-V']).status === 0 ? undefined : 'not installed: tmux');

describe.skipIf(skipsWithout(whyNoTmux, '1sec start in a terminal'))('1sec start in a terminal', () => {
  let server = '';
  beforeEach(() => {
    server = `onesec-${process.pid}-${Math.floor(performance.now())}`;
  });
  afterEach(() => {
    spawnSync('tmux', ['-L', server, 'kill-server']);
  });
  const tmux = (...words: readonly string[]): string => execFileSync('tmux', ['-L', server, ...words], { encoding: 'utf8', env: station.environment });
  const screen = (): string => tmux('capture-pane', '-p');
  /** Runs a command in a terminal of 100 columns and 30 rows; its exit code and the terminal's settings before and after go to files. */
  const open = (command: string): void => {
    const script = station.path('script.sh');
    writeFileSync(script, `stty -g > before\n"${LAUNCHER}" ${command}\necho $? > code\nstty -g > after\nexec sleep 600\n`);
    tmux('-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '30', '-c', station.directory, `sh ${script}`);
  };
  const code = (): string => fileText(station.path('code')).trim();
  const expectRestored = (): void => {
    expect(readFileSync(station.path('after'), 'utf8')).toBe(readFileSync(station.path('before'), 'utf8'));
    const state = tmux('display-message', '-p', '#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{bracket_paste_flag}').trim();
    expect(state).toMatch(/^0 1 0 ?0?$/);
  };

  test.each([
    ['q', 'q'],
    ['Ctrl-C', 'C-c'],
  ])('the screen appears, %s ends both, and the terminal is as it was', async (_key, sent) => {
    open('start');
    await until('the screen is live', () => /live.*DRY RUN.*preset safe/.test(screen()), 20_000);
    expect(tmux('display-message', '-p', '#{alternate_on}').trim()).toBe('1');
    const pid = await untilUp();
    tmux('send-keys', sent);
    await until('it has ended', () => code() !== '' && fileText(station.path('after')) !== '', 15_000);
    expect(code()).toBe('0');
    expect(isGone(pid)).toBe(true);
    expectRestored();
    expect(screen()).toContain("the daemon's log is");
    expect(fileText(station.path('data/daemon.log'))).toContain('stopping why=SIGTERM');
  });

  test('an alert shows on it while it happens', async () => {
    writeFileSync(station.path('auth.log'), '');
    station.configure({ sources: { auto: false, processes: false, files: [{ path: station.path('auth.log'), grammar: 'auth' }] } });
    open('start');
    await until('the screen is live', () => screen().includes('DRY RUN'), 20_000);
    await until('the source is followed', async () => (await station.client.call('status')).sources[0]?.state === 'running');
    const { failedLogin } = await import('../kit/log-lines.ts');
    writeFileSync(station.path('auth.log'), failedLogin('203.0.113.9', 12), { flag: 'a' });
    await until('the alert is seen', () => screen().includes('203.0.113.9'));
    tmux('send-keys', 'q');
    await until('it has ended', () => code() !== '', 15_000);
    expect(code()).toBe('0');
  });

  test('a damaged database is said on the screen, too', async () => {
    writeFileSync(station.path('data/data.mdb'), Buffer.alloc(65_536, 0xa5));
    open('start');
    await until('the screen is live', () => screen().includes('OBSERVE ONLY'), 20_000);
    tmux('send-keys', 'q');
    await until('it has ended', () => code() !== '', 15_000);
    expect(fileText(station.path('data/daemon.log'))).toMatch(/ERROR .*damaged/);
  });

  test('a terminal that goes away takes both with it', async () => {
    open('start');
    await until('the screen is live', () => screen().includes('DRY RUN'), 20_000);
    const pid = await untilUp();
    tmux('kill-server');
    await until('the daemon has ended', () => isGone(pid), 15_000);
    expect(fileText(station.path('data/clean'))).not.toBe('');
  });

  test('a screen that is killed leaves the daemon, and the next start attaches to it', async () => {
    open('start');
    await until('the screen is live', () => screen().includes('DRY RUN'), 20_000);
    const pid = await untilUp();
    const children = execFileSync('pgrep', ['-P', tmux('display-message', '-p', '#{pane_pid}').trim()], { encoding: 'utf8' })
      .trim()
      .split('\n');
    for (const child of children) process.kill(Number(child), 'SIGKILL');
    await until('it has ended', () => code() !== '');
    expect(await daemonPid()).toBe(pid);
    tmux('kill-server');
    const { child, said, ended } = startPlain();
    await until('the stream is live', () => said.out.includes('-- live --'), 20_000);
    expect(said.err).toContain('a daemon runs already');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(await daemonPid()).toBe(pid);
  });

  test('1sec tui leaves the daemon running, and says so', async () => {
    const daemon = await station.start();
    open('tui');
    await until('the screen is live', () => screen().includes('DRY RUN'), 20_000);
    tmux('send-keys', 'q');
    await until('it has ended', () => fileText(station.path('after')) !== '', 15_000);
    expect(code()).toBe('0');
    expectRestored();
    expect(screen()).toContain('the daemon keeps running');
    expect(await daemonPid()).toBe(daemon.pid);
    expect(await daemon.kill()).toBe(0);
  });

  test('1sec tui survives a restart of the daemon', async () => {
    const first = await station.start();
    open('tui');
    await until('the screen is live', () => screen().includes('live'), 20_000);
    await first.kill('SIGKILL');
    await until('it says so', () => /reconnecting/i.test(screen()));
    const second = await station.start();
    await until('it is live again', () => /● live/.test(screen()), 20_000);
    tmux('send-keys', 'q');
    await until('it has ended', () => code() !== '', 15_000);
    expect(await second.kill()).toBe(0);
  });

  test('1sec tui without a daemon is an error, and draws nothing', async () => {
    open('tui');
    await until('it has ended', () => code() !== '', 15_000);
    expect(code()).toBe('4');
    expect(screen()).toContain('SEC_NOT_RUNNING');
  });
});
