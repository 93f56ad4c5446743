import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createStation, type Running, type Station, until, whyNoBuild } from '../kit/daemon.ts';
import { kernelBlocks } from '../kit/kernel-blocks.ts';
import { failedLogin } from '../kit/log-lines.ts';
import { createNetns, type Netns, skipsWithout, whyNoNetns } from '../kit/netns.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/1sec');
const NOBODY = 65_534;
const whyNoRoot = whyNoBuild() ?? whyNoNetns();
const whyNotNobody =
  whyNoRoot ??
  (spawnSync(LAUNCHER, ['--version'], { uid: NOBODY, gid: NOBODY }).status === 0 ? undefined : 'the checkout cannot be read by an unprivileged user');

const stations: Station[] = [];
const stationOf = (...options: Parameters<typeof createStation>): Station => {
  const station = createStation(...options);
  stations.push(station);
  return station;
};
afterEach(async () => {
  for (const station of stations.splice(0)) await station.remove();
});

const withLog = (station: Station, more: { readonly [key: string]: unknown } = {}): string => {
  const log = station.path('auth.log');
  writeFileSync(log, '');
  station.configure({ sources: { auto: false, processes: false, files: [{ path: log, grammar: 'auth' }] }, ...more });
  return log;
};
const isFollowing = (station: Station) => async (): Promise<boolean> => (await station.client.call('status')).sources[0]?.state === 'running';
// What a daemon writes arrives a moment after what it answers.
const untilLogged = (daemon: Running, words: string | RegExp): Promise<void> =>
  until(`the log says ${String(words)}`, () => (typeof words === 'string' ? daemon.log().includes(words) : words.test(daemon.log())));
const alertsTotal = async (station: Station): Promise<number> => (await station.client.call('status')).alerts_total;

describe.skipIf(skipsWithout(whyNoBuild(), 'two daemons'))('two daemons', () => {
  test('on one data directory: the second ends with 3 and names the first', async () => {
    const station = stationOf();
    const first = await station.start();
    const second = await station.cli('daemon', '--socket', station.path('other.sock'));
    expect(second).toMatchObject({ code: 3, err: expect.stringContaining(`process ${first.pid} `) });
    expect(second.err).toContain('code: SEC_ALREADY_RUNNING');
    expect(await station.cli('status')).toMatchObject({ code: 0 });
    expect(await first.kill()).toBe(0);
  });

  test('on one socket with a data directory each: the same, and the first is not disturbed', async () => {
    const station = stationOf();
    const other = stationOf();
    const first = await station.start();
    const second = await other.cli('daemon', '--socket', station.path('1sec.sock'));
    expect(second).toMatchObject({ code: 3, err: expect.stringContaining(`process ${first.pid} answers`) });
    expect(await station.cli('status')).toMatchObject({ code: 0 });
    // What it had opened is closed in order again.
    expect(existsSync(other.path('data/clean'))).toBe(true);
    expect(existsSync(other.path('data/store.pid'))).toBe(false);
    expect(await first.kill()).toBe(0);
  });

  test('what a killed daemon leaves behind stops nobody, even before its parent has noticed', async () => {
    const station = stationOf();
    const shell = spawn('sh', ['-c', `"${LAUNCHER}" daemon 2>/dev/null & echo $!; exec sleep 60`], {
      env: station.environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pid = Number(await new Promise<Buffer>((resolve) => shell.stdout.once('data', resolve)));
    await until(
      'it is up',
      async () =>
        station.client.call('health').then(
          () => true,
          () => false,
        ),
      20_000,
    );
    process.kill(pid, 'SIGKILL');
    await until('it is a zombie', () => /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
    const daemon = await station.start();
    expect(await daemon.kill()).toBe(0);
    shell.kill('SIGKILL');
  });
});

describe.skipIf(skipsWithout(whyNoBuild(), 'the first start'))('the first start', () => {
  test('reads what is written to a log from the moment it answers, and nothing of before', async () => {
    const station = stationOf();
    const log = withLog(station);
    appendFileSync(log, failedLogin('203.0.113.7', 12));
    await station.start({ early: true });
    appendFileSync(log, failedLogin('203.0.113.8', 12));
    await until('the alert is there', async () => (await alertsTotal(station)) > 0);
    const { alerts } = await station.client.call('alerts');
    expect(JSON.stringify(alerts)).toContain('203.0.113.8');
    expect(JSON.stringify(alerts)).not.toContain('203.0.113.7');
  });
});

describe.skipIf(skipsWithout(whyNoBuild(), 'the mode after a restart'))('the mode after a restart', () => {
  test('is the one set last: by a person, until the file is changed to say something about it', async () => {
    const station = stationOf();
    withLog(station, { enforcement: { preset: 'lax' } });
    let daemon = await station.start();
    await station.cli('enforce', 'dry-run', 'off');
    await daemon.kill();
    daemon = await station.start();
    expect((await station.cli('status')).out).toMatch(/LIVE \[set at run time\], preset lax \[configuration file\]/);
    await daemon.kill();

    withLog(station, { enforcement: { preset: 'lax', dry_run: true } });
    daemon = await station.start();
    expect((await station.cli('status')).out).toMatch(/DRY RUN .*\[configuration file\]/);
    const ended = 'the configuration file now says dry_run: true: it wins over `1sec enforce dry-run off`';
    await untilLogged(daemon, ended);
    expect((await station.cli('enforce', 'history', '--json')).out).toContain(ended);
    expect(await daemon.kill()).toBe(0);
  });
});

describe.skipIf(skipsWithout(whyNoBuild(), 'the end of a daemon'))('the end of a daemon', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s: exit 0, socket and lock gone, database closed in order, the end in the history', async (signal) => {
    const station = stationOf();
    const daemon = await station.start();
    const began = performance.now();
    expect(await daemon.kill(signal)).toBe(0);
    expect(performance.now() - began).toBeLessThan(8000);
    expect(existsSync(station.path('1sec.sock'))).toBe(false);
    expect(readdirSync(station.path('data')).sort()).toEqual(['clean', 'data.mdb', 'lock.mdb']);
    await untilLogged(daemon, `stopping why=${signal}`);
    const again = await station.start();
    const { records } = await station.client.call('history');
    expect(records.map(({ reason }) => reason)).toContain(`stopped: ${signal}`);
    expect((await station.client.call('status')).store.state).toBe('ok');
    await again.kill();
  });

  test('a signal that comes twice at once is one', async () => {
    const station = stationOf();
    const daemon = await station.start();
    process.kill(daemon.pid, 'SIGTERM');
    process.kill(daemon.pid, 'SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(existsSync(station.path('data/clean'))).toBe(true);
  });

  test('a signal while it is still starting ends it, with nothing left behind that stops the next one', async () => {
    const station = stationOf();
    for (const wait of [50, 150, 300]) {
      const child = spawn(LAUNCHER, ['daemon'], { env: station.environment, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await delay(wait);
      child.kill('SIGTERM');
      await ended;
    }
    const daemon = await station.start();
    expect((await station.client.call('status')).status).toBe('running');
    expect(await daemon.kill()).toBe(0);
  });

  test('with a client on the stream it does not wait for it', async () => {
    const station = stationOf();
    const daemon = await station.start();
    const watching = new AbortController();
    let isLive = false;
    const followed = station.client.stream({
      signal: watching.signal,
      onMessage: () => undefined,
      onConnection: ({ state }) => {
        isLive = isLive || state === 'live';
      },
    });
    await until('the stream is live', () => isLive);
    const began = performance.now();
    expect(await daemon.kill()).toBe(0);
    expect(performance.now() - began).toBeLessThan(5000);
    watching.abort();
    await followed;
  });
});

describe.skipIf(skipsWithout(whyNoRoot, 'lines that were written while nobody ran'))('lines that were written while nobody ran', () => {
  test('are answered as soon as the daemon is back, every time', async () => {
    const namespace = createNetns('rbl');
    try {
      const station = stationOf({ netns: namespace.name });
      const log = withLog(station, { enforcement: { dry_run: false, preset: 'balanced' } });
      const first = await station.start();
      await until('the source is followed', isFollowing(station));
      // Where it is in the file is on disk a moment later.
      await delay(500);
      await first.kill('SIGKILL');
      for (let round = 1; round <= 5; round += 1) {
        appendFileSync(log, failedLogin(`203.0.113.${round}`, 12));
        const daemon = await station.start();
        await until('the block', () => kernelBlocks(namespace).has(`203.0.113.${round}`));
        await daemon.kill(round % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
      }
    } finally {
      namespace.remove();
    }
  });
});

describe.skipIf(skipsWithout(whyNoBuild(), 'clients of all kinds'))('clients of all kinds', () => {
  let station: Station;
  let daemon: Running;
  let log: string;
  beforeEach(async () => {
    station = stationOf();
    log = withLog(station);
    daemon = await station.start();
    await until('the source is followed', isFollowing(station));
  });
  afterEach(() => daemon.kill());
  const stillWorks = async (): Promise<void> => {
    const before = await alertsTotal(station);
    appendFileSync(log, failedLogin(`203.0.113.${(before % 200) + 1}`, 12));
    await until('an alert', async () => (await alertsTotal(station)) > before);
  };

  test('clients on the stream that are killed leave nothing behind', async () => {
    const before = readdirSync(`/proc/${daemon.pid}/fd`).length;
    for (let round = 0; round < 3; round += 1) {
      const clients = Array.from({ length: 5 }, () => spawn(LAUNCHER, ['tui'], { env: station.environment, stdio: ['ignore', 'pipe', 'ignore'] }));
      await Promise.all(clients.map((client) => new Promise((resolve) => client.stdout.once('data', resolve))));
      await delay(300);
      for (const client of clients) client.kill('SIGKILL');
    }
    await stillWorks();
    await until('their descriptors are closed', () => readdirSync(`/proc/${daemon.pid}/fd`).length <= before + 2);
    expect(daemon.log()).not.toMatch(/ERROR|FATAL/);
  });

  test('a client that is stopped and does not read holds up nobody', async () => {
    const client = spawn(LAUNCHER, ['tui'], { env: station.environment, stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => client.stdout.once('data', resolve));
    client.kill('SIGSTOP');
    for (let index = 0; index < 40; index += 1) appendFileSync(log, failedLogin(`198.51.100.${index + 1}`, 12));
    await until('all alerts', async () => (await alertsTotal(station)) >= 40, 20_000);
    client.kill('SIGKILL');
    await stillWorks();
  });

  test('a hundred connections of nonsense are no event', async () => {
    const junk = [
      '\u0016\u0003\u0001\u0002',
      'GET / HTTP/1.1\r\n\r\n',
      'A'.repeat(200_000),
      'POST /api/v1/shutdown HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
      '',
      '\u0000'.repeat(1000),
      'GET /api/v1/stream HTTP/1.1\r\nhost: x\r\n\r\n',
    ];
    await Promise.all(
      Array.from(
        { length: 100 },
        (_, index) =>
          new Promise<void>((resolve) => {
            const socket = createConnection(station.path('1sec.sock'));
            socket.on('error', () => undefined);
            socket.on('close', () => resolve());
            socket.on('data', () => undefined);
            socket.write(junk[index % junk.length] ?? '');
            setTimeout(() => socket.destroy(), 10 + (index % 10) * 20);
          }),
      ),
    );
    await stillWorks();
    expect(daemon.log()).not.toMatch(/FATAL|nobody handled/);
  });

  test('connections that say nothing give up their places to those who do', async () => {
    const silent: Socket[] = [];
    for (let index = 0; index < 300; index += 1) {
      const socket = createConnection(station.path('1sec.sock'));
      socket.on('error', () => undefined);
      silent.push(socket);
    }
    await until('somebody is served', async () => (await station.cli('status')).code === 0, 30_000, 500);
    for (const socket of silent) socket.destroy();
    await stillWorks();
  });

  test('a log that nobody reads, and one whose reader is gone, stop nothing', async () => {
    await daemon.kill();
    const child = spawn(LAUNCHER, ['daemon', '--log-level', 'debug'], { env: station.environment, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.pause();
    await until(
      'it is up',
      async () =>
        station.client.call('health').then(
          () => true,
          () => false,
        ),
      20_000,
    );
    const reason = 'x'.repeat(480);
    for (let index = 0; index < 400; index += 1) await station.client.call('dryRun', { params: { mode: 'on' }, body: { reason } });
    await stillWorks();
    child.stderr.destroy();
    await station.client.call('dryRun', { params: { mode: 'on' }, body: { reason } });
    await stillWorks();
    const busy = (): number => Number(readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[11]);
    const before = busy();
    await delay(1500);
    expect(busy() - before).toBeLessThan(75);
    expect(await station.cli('stop')).toMatchObject({ code: 0 });
    daemon = await station.start();
  });
});

const DAMAGES: readonly (readonly [string, (file: string) => void])[] = [
  ['garbage', (file) => writeFileSync(file, Buffer.alloc(65_536, 0xa5))],
  ['nothing', (file) => truncateSync(file, 0)],
  ['half of it', (file) => truncateSync(file, Math.floor(readFileSync(file).length / 2 / 4096) * 4096)],
];

describe.skipIf(skipsWithout(whyNoBuild(), 'a damaged database'))('a damaged database', () => {
  test.each(DAMAGES)('%s after kill -9: kept aside, the daemon starts observe-only and says so until that is looked at', async (_what, damage) => {
    const station = stationOf();
    const log = withLog(station, { enforcement: { dry_run: false, preset: 'balanced' } });
    const first = await station.start();
    for (let index = 0; index < 50; index += 1)
      await station.client.call('dryRun', { params: { mode: 'off' }, body: { reason: `filler ${index} ${'x'.repeat(300)}` } });
    await first.kill('SIGKILL');
    damage(station.path('data/data.mdb'));
    const damaged = readFileSync(station.path('data/data.mdb'));

    const daemon = await station.start();
    const aside = readdirSync(station.path('data')).filter((name) => name.startsWith('corrupt-'));
    expect(aside).toHaveLength(1);
    const place = station.path(`data/${aside[0]}`);
    expect(readFileSync(join(place, 'data.mdb')).equals(damaged)).toBe(true);
    await untilLogged(daemon, /ERROR .*damaged.*corrupt-/);
    const status = await station.client.call('status');
    expect(status).toMatchObject({
      status: 'observe-only',
      enforcement: { enabled: false },
      store: { state: 'observe-only', detail: expect.stringContaining(place) },
    });
    const shown = await station.cli('status');
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.out).toContain('observe-only');
    expect(shown.out).toContain('enforcement is off');

    // It watches, and does nothing about it.
    await until('the source is followed', isFollowing(station));
    appendFileSync(log, failedLogin('203.0.113.9', 12));
    await until('an alert', async () => (await alertsTotal(station)) > 0);
    expect((await station.client.call('leases')).total).toBe(0);
    expect(await daemon.kill()).toBe(0);

    // A restart does not make it forget.
    const again = await station.start();
    expect((await station.client.call('status')).status).toBe('observe-only');
    await untilLogged(again, /ERROR .*set aside/);
    expect(await again.kill()).toBe(0);

    // Looked at and moved away: back to what is configured.
    renameSync(place, station.path('looked-at'));
    const trusted = await station.start();
    expect(await station.client.call('status')).toMatchObject({ status: 'running', enforcement: { enabled: true }, store: { state: 'ok', detail: '' } });
    await untilLogged(trusted, 'enforcement is as configured again');
    expect(await trusted.kill()).toBe(0);
  });

  test('damage inside is found by the first start after a sudden death, which sets the file aside and goes on', async () => {
    const station = stationOf();
    station.configure({ enforcement: { dry_run: false, preset: 'balanced' } });
    const first = await station.start();
    for (let index = 0; index < 50; index += 1)
      await station.client.call('dryRun', { params: { mode: 'off' }, body: { reason: `filler ${index} ${'x'.repeat(300)}` } });
    await first.kill('SIGKILL');
    const file = station.path('data/data.mdb');
    const bytes = readFileSync(file);
    bytes.fill(0xff, 3 * 4096, bytes.length - 4096);
    writeFileSync(file, bytes);

    const second = await station.start();
    expect(readdirSync(station.path('data')).filter((name) => name.startsWith('corrupt-'))).toHaveLength(1);
    expect(await station.client.call('status')).toMatchObject({ status: 'observe-only', enforcement: { enabled: false } });
    await untilLogged(second, /ERROR .*damaged.*corrupt-/);
    expect(await second.kill()).toBe(0);
  });

  test('what was closed in order or only killed is not taken for damaged', async () => {
    const station = stationOf();
    for (let round = 0; round < 3; round += 1) {
      const daemon = await station.start();
      await station.client.call('dryRun', { params: { mode: 'on' }, body: { reason: `round ${round}` } });
      await daemon.kill(round === 1 ? 'SIGTERM' : 'SIGKILL');
    }
    const daemon = await station.start();
    expect(await station.client.call('status')).toMatchObject({ status: 'running', store: { state: 'ok' } });
    expect((await station.client.call('verifyHistory')).intact).toBe(true);
    const { records } = await station.client.call('history');
    expect(records.map(({ reason }) => reason).filter((reason) => reason.includes('round '))).toHaveLength(3);
    expect(readdirSync(station.path('data')).filter((name) => name.startsWith('corrupt-'))).toEqual([]);
    await daemon.kill();
  });
});

describe.skipIf(skipsWithout(whyNoRoot, 'cleanup with a damaged database'))('cleanup with a damaged database', () => {
  test.each(DAMAGES)('%s: what the kernel has is removed, and it is said what cannot be known', async (_what, damage) => {
    const namespace = createNetns('rbd');
    try {
      const station = stationOf({ netns: namespace.name });
      const log = withLog(station, { enforcement: { dry_run: false, preset: 'balanced' } });
      const daemon = await station.start();
      await until('the source is followed', isFollowing(station));
      appendFileSync(log, failedLogin('203.0.113.9', 12));
      await until('a block', () => kernelBlocks(namespace).has('203.0.113.9'));
      await daemon.kill('SIGKILL');
      damage(station.path('data/data.mdb'));
      const { code, out, err } = await station.cli('enforce', 'cleanup');
      expect(namespace.run('nft', 'list', 'ruleset')).toBe('');
      expect(out).toMatch(/table/);
      expect(code).toBe(19);
      expect(err).toContain('what waits in it is not known');
    } finally {
      namespace.remove();
    }
  });
});

describe.skipIf(skipsWithout(whyNotNobody, 'a daemon without rights'))('a daemon without rights', () => {
  test('runs, says what it cannot see or do, and decides that what it cannot do is unavailable', async () => {
    const station = stationOf({ uid: NOBODY });
    const log = withLog(station, { enforcement: { dry_run: false, preset: 'balanced' } });
    const daemon = await station.start();
    await until('the source is followed', isFollowing(station));
    const status = await station.client.call('status');
    expect(status.limits.join('\n')).toContain('Addresses cannot be blocked: run as root or give CAP_NET_ADMIN.');
    expect(status.limits.join('\n')).toContain("Other users' processes cannot be stopped");
    await untilLogged(daemon, 'Addresses cannot be blocked');
    const { actions } = await station.client.call('enforceStatus');
    expect(actions.find(({ action }) => action === 'block_ip')).toMatchObject({ available: false, reason: expect.stringMatching(/root|CAP_NET_ADMIN|nft/) });
    expect(actions.find(({ action }) => action === 'log_only')).toMatchObject({ available: true });

    appendFileSync(log, failedLogin('203.0.113.9', 12));
    await until('a decision', async () =>
      (await station.client.call('history', { query: { kind: 'decision' } })).records.some(({ action }) => action === 'block_ip'),
    );
    const { records } = await station.client.call('history', { query: { kind: 'decision' } });
    expect(records.find(({ action }) => action === 'block_ip')).toMatchObject({ outcome: 'unavailable', reason: expect.stringMatching(/\w/) });
    expect((await station.client.call('leases')).total).toBe(0);

    // Commands of the same user work.
    expect(await station.cli('status')).toMatchObject({ code: 0, out: expect.stringContaining('! Addresses cannot be blocked') });
    // It cannot look into the firewall, and does not claim that nothing is left there.
    expect(await station.cli('enforce', 'cleanup')).toMatchObject({ code: 19, err: expect.stringContaining('block_ip: ') });
    expect(await daemon.kill()).toBe(0);
  });

  test('a log it may not read is parked and seen, the others are read, and it is taken up when it may be read', async () => {
    const station = stationOf({ uid: NOBODY });
    const secret = station.path('secret.log');
    const open = station.path('open.log');
    for (const log of [secret, open]) writeFileSync(log, '');
    chmodSync(secret, 0o600);
    station.configure({ sources: { auto: false, processes: false, files: [secret, open].map((path) => ({ path, grammar: 'auth' })) } });
    const daemon = await station.start();
    const sourceOf = async (path: string) => (await station.client.call('status')).sources.find(({ id }) => id === `file:${path}`);
    await until('the open one is followed', async () => (await sourceOf(open))?.state === 'running');
    await until('the other one is parked', async () => (await sourceOf(secret))?.state === 'parked');
    expect(await sourceOf(secret)).toMatchObject({ detail: expect.stringContaining('EACCES') });
    expect((await station.cli('status')).out).toMatch(/secret\.log +parked .*EACCES/);
    appendFileSync(open, failedLogin('203.0.113.9', 12));
    await until('an alert', async () => (await alertsTotal(station)) > 0);
    expect(await daemon.kill()).toBe(0);
  });

  test('users that are not its own and not in its group are not heard', async () => {
    const station = stationOf();
    const daemon = await station.start();
    for (const place of [station.directory, station.path('data')]) chmodSync(place, 0o755);
    const stranger = spawnSync(LAUNCHER, ['status', '--json'], { env: station.environment, uid: NOBODY, gid: NOBODY, encoding: 'utf8' });
    expect(stranger.status).toBe(5);
    expect(JSON.parse(stranger.stderr)).toMatchObject({ code: 'SEC_FORBIDDEN' });
    // Also when the file would let it in.
    chmodSync(station.path('1sec.sock'), 0o666);
    const insistent = spawnSync(LAUNCHER, ['stop', '--json'], { env: station.environment, uid: NOBODY, gid: NOBODY, encoding: 'utf8' });
    expect(insistent.status).toBe(5);
    expect(JSON.parse(insistent.stderr)).toMatchObject({ code: 'SEC_FORBIDDEN' });
    expect(await daemon.kill()).toBe(0);
  });
});

describe.skipIf(skipsWithout(whyNoRoot, 'a full disk'))('a full disk', () => {
  let namespace: Netns;
  let station: Station;
  const data = (): string => station.path('data');
  beforeEach(() => {
    namespace = createNetns('rbf');
    station = stationOf({ netns: namespace.name });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m,mode=0700', 'tmpfs', data()]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', data()]);
    namespace.remove();
  });

  test('the daemon stays up, says so, keeps what it promised, and goes on when there is room again', async () => {
    const log = withLog(station, { enforcement: { dry_run: false, preset: 'balanced' } });
    const daemon = await station.start();
    await until('the source is followed', isFollowing(station));
    await station.client.call('dryRun', { params: { mode: 'off' }, body: { reason: 'before' } });
    const ballast = join(data(), 'ballast');
    const { bavail, bsize } = statfsSync(data());
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 64 * 1024));

    await until('it says that the disk is full', async () => (await station.client.call('status')).store.state === 'full');
    const status = await station.client.call('status');
    expect(status).toMatchObject({ status: 'degraded', store: { detail: expect.stringContaining('disk') } });
    expect((await station.cli('status')).out).toMatch(/store +full/);
    const refused = await station.cli('enforce', 'dry-run', 'on');
    expect(refused).toMatchObject({ code: 14, err: expect.stringContaining('SEC_STORE_FULL') });
    expect((await station.client.call('status')).enforcement.dry_run).toBe(false);
    appendFileSync(log, failedLogin('203.0.113.9', 12));
    await delay(1500);
    expect(await station.cli('status')).toMatchObject({ code: 0 });
    expect(daemon.log()).not.toContain('FATAL');

    rmSync(ballast);
    await until('it has recovered', async () => (await station.client.call('status')).store.state === 'ok');
    expect(await station.cli('enforce', 'dry-run', 'on', '--reason', 'after')).toMatchObject({ code: 0 });
    expect((await station.client.call('verifyHistory')).intact).toBe(true);
    const { records } = await station.client.call('history');
    expect(records.map(({ reason }) => reason)).toEqual(expect.arrayContaining([expect.stringContaining('before'), expect.stringContaining('after')]));
    expect(await daemon.kill()).toBe(0);
  });

  test('a daemon that is started on a full disk says so and starts when there is room', async () => {
    const first = await station.start();
    await first.kill('SIGKILL');
    const ballast = join(data(), 'ballast');
    const { bavail, bsize } = statfsSync(data());
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
    const child = await station.start().catch((problem: unknown) => String(problem));
    if (typeof child === 'string') expect(child).toMatch(/code: SEC_STORE_FULL\n {2}hint/);
    else {
      expect((await station.client.call('status')).store.state).toBe('full');
      await child.kill();
    }
    rmSync(ballast);
    const again = await station.start();
    expect((await station.client.call('status')).store.state).toBe('ok');
    expect(await again.kill()).toBe(0);
  });
});

describe.skipIf(skipsWithout(whyNoBuild(), 'places where a daemon cannot live'))('places where a daemon cannot live', () => {
  test('a data directory that is a file, and a socket in a directory that is one', async () => {
    const station = stationOf();
    writeFileSync(station.path('file'), '');
    const inFile = spawnSync(LAUNCHER, ['daemon'], {
      env: { ...station.environment, ONESEC_DATA_DIR: station.path('file') },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(inFile.status).toBe(13);
    expect(inFile.stderr).toMatch(/error: .*\n {2}code: SEC_STORE_UNUSABLE\n {2}hint: /);
    const noSocket = await station.cli('daemon', '--socket', station.path('file/1sec.sock'));
    expect(noSocket.code).toBe(11);
    expect(noSocket.err).toMatch(/error: .*\n {2}code: SEC_SOCKET_UNUSABLE\n {2}hint: /);
  });

  test('a socket path that is too long for a socket', async () => {
    const station = stationOf();
    mkdirSync(station.path('d'.repeat(120)));
    const { code, err } = await station.cli('daemon', '--socket', station.path(`${'d'.repeat(120)}/1sec.sock`));
    expect(code).toBe(11);
    expect(err).toMatch(/code: SEC_SOCKET_UNUSABLE\n {2}hint: /);
  });
});
