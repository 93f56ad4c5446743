import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { listLoaded } from '../kit/loaded-files.ts';
import { skipsWithout } from '../kit/netns.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/1sec');
const HEAVY = ['ink', 'react', 'react-reconciler', 'lmdb', 'koffi', 'fastify', 'xstate', 'pino', 'comlink', 'yaml', 'execa'];

describe.skipIf(skipsWithout(whyNoBuild(), 'the command line'))('the command line', () => {
  let station: Station;
  beforeAll(() => {
    station = createStation();
  });
  afterAll(() => station.remove());

  test('1sec --version answers in under 60 ms at the median', () => {
    const times = Array.from({ length: 21 }, () => {
      const began = performance.now();
      const ran = spawnSync(LAUNCHER, ['--version'], { env: station.environment, encoding: 'utf8' });
      expect(ran.stdout).toMatch(/^1sec v\d+\.\d+\.\d+ node v\d+\.\d+\.\d+ linux\/\w+\n$/);
      return performance.now() - began;
    }).sort((a, b) => a - b);
    const median = times[10] ?? Number.POSITIVE_INFINITY;
    console.log(`1sec --version: median ${median.toFixed(1)} ms, slowest of 21 ${times.at(-1)?.toFixed(1)} ms`);
    expect(median).toBeLessThan(60);
  });

  test('it loads one file and no package at all', () => {
    const { code, out, files, packages } = listLoaded(['--version'], station.environment);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('1sec v') });
    expect(files.map((file) => file.split('/').pop())).toEqual(['cli.mjs']);
    expect(packages).toEqual([]);
  });

  test('asking a daemon loads neither its parts nor the screen', () => {
    const { files, packages } = listLoaded(['status'], station.environment);
    // The list is one of truth: what this command does need is on it.
    expect(packages).toEqual(expect.arrayContaining(['meow', 'zod']));
    expect(files.length).toBeGreaterThan(5);
    for (const heavy of HEAVY) expect(packages).not.toContain(heavy);
  });

  test('the daemon itself is seen to load what it is made of', () => {
    // It gets as far as its socket, where something else is.
    writeFileSync(station.path('file'), '');
    const { packages, code } = listLoaded(['daemon', '--socket', station.path('file')], station.environment);
    expect(code).toBe(11);
    expect(packages).toEqual(expect.arrayContaining(['fastify', 'lmdb', 'xstate', 'yaml', 'pino']));
    expect(packages).not.toContain('ink');
  });
});

const broken: readonly (readonly [string, string, RegExp])[] = [
  [
    'a key that is none',
    'enforcement:\n  preset: safe\n  drry_run: true\n',
    /config\.yaml:3: enforcement\.drry_run: expected a known key, did you mean dry_run\?, got true/,
  ],
  ['a value of another kind', 'enforcement:\n  dry_run: maybe\n', /config\.yaml:2: enforcement\.dry_run: expected boolean, got "maybe"/],
  [
    'a preset that is none',
    '\nenforcement:\n  preset: extreme\n',
    /config\.yaml:3: enforcement\.preset: expected lax, safe, balanced, strict, vps-agent, got "extreme"/,
  ],
  [
    'an address that is none',
    'enforcement:\n  global_allow_list:\n    - 192.0.2.1\n    - 192.0.2.300\n',
    /config\.yaml:4: enforcement\.global_allow_list\.1: expected an address or a network.*, got "192\.0\.2\.300"/,
  ],
  ['no YAML', 'enforcement: {\n', /config\.yaml:\d+: expected YAML, got/],
  ['a setting that a module does not take', 'modules:\n  auth_fortress:\n    settings:\n      colour: red\n', /modules\.auth_fortress\.settings/],
];

describe.skipIf(skipsWithout(whyNoBuild(), 'a broken configuration'))('a broken configuration', () => {
  test.each(broken)('%s: the daemon ends with 11, file, line, expected, got and a hint, and nothing else happens', async (_what, text, words) => {
    const station = createStation();
    try {
      writeFileSync(station.path('config.yaml'), text);
      for (const command of [['daemon'], ['start'], ['config', '--validate']]) {
        const { code, out, err } = await station.cli(...command);
        expect({ code, out }, command.join(' ')).toEqual({ code: 11, out: '' });
        expect(err).toMatch(words);
        expect(err).toMatch(/code: SEC_CONFIG_INVALID\n {2}hint: Fix the named line/);
      }
      expect(readdirSync(station.path('data'))).toEqual([]);
      expect(existsSync(station.path('1sec.sock'))).toBe(false);
    } finally {
      await station.remove();
    }
  });

  test('a configuration that is named and not there is an error, too', async () => {
    const station = createStation();
    expect(await station.cli('daemon', '--config', station.path('none.yaml'))).toMatchObject({ code: 11, err: expect.stringContaining('none.yaml') });
    await station.remove();
  });
});

describe.skipIf(skipsWithout(whyNoBuild(), 'commands on a running daemon'))('commands on a running daemon', () => {
  let station: Station;
  let daemon: Running;

  beforeAll(async () => {
    station = createStation();
    writeFileSync(station.path('auth.log'), '');
    station.configure({ sources: { auto: false, processes: false, files: [{ path: station.path('auth.log'), grammar: 'auth' }] } });
    daemon = await station.start();
    await until('the source is followed', async () => (await station.client.call('status')).sources[0]?.state === 'running');
    const time = new Date().toISOString().replace('Z', '+00:00');
    for (let attempt = 0; attempt < 12; attempt += 1) {
      appendFileSync(station.path('auth.log'), `${time} host sshd[${900 + attempt}]: Failed password for root from 203.0.113.7 port ${4000 + attempt} ssh2\n`);
    }
    await until('an alert', async () => (await station.client.call('status')).alerts_total > 0);
  });
  afterAll(async () => {
    await daemon.kill();
    await station.remove();
  });

  const alertId = async (): Promise<string> => (await station.client.call('alerts')).alerts[0]?.id ?? '';

  test.each([
    ['status'],
    ['alerts'],
    ['alerts --severity low --limit 5'],
    ['alerts get ID'],
    ['alerts ack ID --reason seen'],
    ['alerts resolve ID'],
    ['modules'],
    ['enforce status'],
    ['enforce policies'],
    ['enforce leases'],
    ['enforce history'],
    ['enforce history --verify'],
    ['enforce approvals'],
    ['enforce approvals history'],
    ['enforce preset'],
    ['enforce preset strict --show'],
    ['enforce preset strict --dry-run'],
    ['enforce preset balanced'],
    ['enforce dry-run on --reason testing'],
    ['enforce cleanup'],
    ['config'],
    ['config --validate'],
    ['scan --as http hello'],
  ])('1sec %s: lines for people, JSON with --json', async (line) => {
    const words = line.split(' ').map((word) => (word === 'ID' ? 'ID' : word));
    const id = await alertId();
    const argv = words.map((word) => (word === 'ID' ? id : word));
    const plain = await station.cli(...argv);
    expect(plain).toMatchObject({ code: 0, err: '' });
    expect(plain.out).not.toMatch(/^[{[]/);
    const json = await station.cli(...argv, '--json');
    expect(json).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(json.out)).toBeTypeOf('object');
  });

  test('an id may be shortened to any prefix that only it has', async () => {
    const id = await alertId();
    expect((await station.cli('alerts', 'get', id.slice(0, 12))).out).toContain(id);
  });

  test('who did what and why is in the history, from the kernel’s word', async () => {
    await station.cli('enforce', 'dry-run', 'on', '--reason', 'for the record');
    const history = await station.client.call('history', { query: { limit: 5 } });
    expect(history.records[0]).toMatchObject({
      kind: 'dry-run',
      actor: { uid: process.getuid?.(), via: 'cli' },
      reason: expect.stringContaining('for the record'),
    });
    expect(history.records[0]?.actor?.pid).toBeGreaterThan(1);
  });

  test.each([
    ['alerts get zzzz', 6, 'SEC_NOT_FOUND'],
    ['alerts get zz', 12, 'SEC_INPUT_INVALID'],
    ['alerts ack zzzz', 6, 'SEC_NOT_FOUND'],
    ['alerts --limit 100000', 12, 'SEC_INPUT_INVALID'],
    ['enforce undo zzzz', 6, 'SEC_NOT_FOUND'],
    ['enforce approvals approve zzzz', 6, 'SEC_NOT_FOUND'],
    ['enforce approvals reject zzzz', 6, 'SEC_NOT_FOUND'],
    ['enforce preset none', 2, 'SEC_USAGE'],
    ['enforce dry-run', 2, 'SEC_USAGE'],
    ['status --socket /nonexistent', 4, 'SEC_NOT_RUNNING'],
    ['alerts --socket /nonexistent', 4, 'SEC_NOT_RUNNING'],
    ['modules --socket /nonexistent', 4, 'SEC_NOT_RUNNING'],
    ['enforce status --socket /nonexistent', 4, 'SEC_NOT_RUNNING'],
    ['stop --socket /nonexistent', 4, 'SEC_NOT_RUNNING'],
    ['replay /nonexistent', 12, 'SEC_INPUT_UNREADABLE'],
    ['scan --as ftp x', 2, 'SEC_USAGE'],
    ['config --config /nonexistent', 11, 'SEC_CONFIG_UNREADABLE'],
    ['nonsense', 2, 'SEC_USAGE'],
  ])('1sec %s fails with exit %d, code and hint, in words and in JSON', async (line, exit, code) => {
    const plain = await station.cli(...line.split(' '));
    expect(plain).toMatchObject({ code: exit, out: '' });
    expect(plain.err).toMatch(new RegExp(`^error: .+\\n {2}code: ${code}\\n {2}hint: .+\\n$`));
    const json = await station.cli(...line.split(' '), '--json');
    expect(json).toMatchObject({ code: exit, out: '' });
    expect(JSON.parse(json.err)).toMatchObject({ code, error: expect.any(String), hint: expect.any(String) });
  });

  test.each(['status', 'alerts', 'modules', 'config'])('1sec %s | true ends quietly', async (command) => {
    const child = spawn('sh', ['-c', `"${LAUNCHER}" ${command}; echo "code $?" >&2`], { env: station.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(err).toBe('code 0\n');
  });

  test('1sec tui without a terminal prints the live stream, and Ctrl-C leaves it with success', async () => {
    const child = spawn(LAUNCHER, ['tui'], { env: station.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    await until('the stream is live', () => out.includes('-- live --'));
    await station.cli('enforce', 'dry-run', 'on', '--reason', 'seen live');
    await until('the change is told', () => out.includes('seen live'));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('exit', (exit, signal) => resolve(exit ?? signal)));
    expect(code).toBe(0);
    expect(await station.cli('status')).toMatchObject({ code: 0 });
  });

  test('1sec stop ends it, and it is really gone', async () => {
    const ran = await station.cli('stop', '--reason', 'enough');
    expect(ran).toMatchObject({ code: 0, err: '', out: expect.stringContaining(`stopped (pid ${daemon.pid})`) });
    expect(() => process.kill(daemon.pid, 0)).toThrow('ESRCH');
    expect(await daemon.ended).toBe(0);
    expect(existsSync(station.path('1sec.sock'))).toBe(false);
    expect(await station.cli('stop')).toMatchObject({ code: 4 });
    daemon = await station.start();
    const { records } = await station.client.call('history', { query: { kind: 'daemon' } });
    expect(records.map(({ reason }) => reason)).toContainEqual(expect.stringMatching(/^stopped: asked by \w+ \(cli\): enough$/));
    expect(await station.json('stop')).toEqual({ status: 'stopped', pid: daemon.pid });
  });
});
