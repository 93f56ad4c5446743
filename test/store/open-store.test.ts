import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import type { Store } from '../../src/store/contract.ts';
import { openStore, type StoreOptions } from '../../src/store/open-store.ts';
import { SET_ASIDE_KEY } from '../../src/store/store.ts';
import { createDirectory, numberedId, probe, START, sampleAlert, sampleApproval, sampleDraft, sampleLease } from './store-fixtures.ts';

let directory = '';
let remove = (): void => {};
let opened: Store[] = [];

beforeEach(() => {
  ({ directory, remove } = createDirectory());
  opened = [];
});
afterEach(async () => {
  for (const store of opened) await store.close();
  remove();
});

const open = async (options: Partial<StoreOptions> = {}): ReturnType<typeof openStore> => {
  const result = await openStore({ directory, clock: createManualClock(START), probe, ...options });
  opened.push(result.store);
  return result;
};

const fill = async (): Promise<void> => {
  const { store } = await open();
  for (let number = 1; number <= 500; number += 1) store.alerts.put(sampleAlert(number));
  await store.commit({ leases: [sampleLease(1)], records: [sampleDraft(1)] });
  await store.close();
};

const data = (): string => join(directory, 'data.mdb');

describe('opening', () => {
  test('everything that was written is there after closing and opening again', async () => {
    const { store } = await open();
    store.alerts.put(sampleAlert(1));
    store.cursors.put('/var/log/a b.log', { offset: 7 });
    store.machines.put('module:auth', { value: 'running' });
    store.machines.put('module:gone', 1);
    store.machines.remove('module:gone');
    store.deadLetters.put('line', START, { text: 'x' });
    await store.approvals.put(sampleApproval(1));
    await store.leases.put([sampleLease(1)]);
    await store.meta.put('preset', 'safe');
    store.history.note([sampleDraft(1)]);
    await store.close();

    const again = (await open()).store;
    expect(again.alerts.get(numberedId(1))).toEqual(sampleAlert(1));
    expect(again.alerts.count()).toBe(1);
    expect(again.cursors.get('/var/log/a b.log')).toEqual({ offset: 7 });
    expect([...again.machines.all()]).toEqual([['module:auth', { value: 'running' }]]);
    expect(again.deadLetters.page(5)).toEqual([{ kind: 'line', at: START, value: { text: 'x' } }]);
    expect(again.approvals.waiting()).toEqual([sampleApproval(1)]);
    expect(again.leases.live()).toEqual([sampleLease(1)]);
    expect(again.meta.get('preset')).toBe('safe');
    expect(again.history.verify()).toMatchObject({ isIntact: true, records: 1 });
    expect(again.health()).toMatchObject({ state: 'ok', schemaVersion: 1, droppedAlerts: 0, detail: '' });
  });

  test('the directory is 0700 and every file 0600, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      directory = join(directory, 'deep', 'er.dir');
      await fill();
      await open();
    } finally {
      process.umask(before);
    }
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory)) expect([name, statSync(join(directory, name)).mode & 0o777]).toEqual([name, 0o600]);
    expect(readdirSync(directory).sort()).toEqual(['data.mdb', 'lock.mdb', 'store.pid']);
  });

  test('a directory that others could read before is closed to them', async () => {
    mkdirSync(join(directory, 'open'), { mode: 0o755 });
    directory = join(directory, 'open');
    await open();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  test('the probe is not run after an orderly close, but after any other', async () => {
    let probes = 0;
    const counting = async (path: string): Promise<'ok' | 'corrupt'> => {
      probes += 1;
      return probe(path);
    };
    await fill();
    await (await open({ probe: counting })).store.close();
    expect(probes).toBe(0);
    writeFileSync(join(directory, 'clean'), 'not what was left\n');
    const { setAside } = await open({ probe: counting });
    expect(probes).toBe(1);
    expect(setAside).toBeUndefined();
  });

  test('a probe that cannot run leaves the database where it is and says so', async () => {
    await fill();
    writeFileSync(join(directory, 'clean'), '');
    const { store, setAside } = await open({ probe: () => Promise.reject(new Error('no such program')) });
    expect(setAside).toBeUndefined();
    expect(store.alerts.count()).toBe(500);
    expect(store.health()).toMatchObject({ state: 'ok', detail: 'not probed: no such program' });
  });
});

describe('a damaged database', () => {
  const damages: readonly (readonly [name: string, damage: () => void])[] = [
    ['cut to a few pages (mapping it kills the process)', () => truncateSync(data(), 3 * 4_096)],
    ['garbage from the first byte', () => writeFileSync(data(), Buffer.alloc(statSync(data()).size, 0xa7))],
    [
      'meta pages of garbage behind a sound header',
      () => {
        const bytes = readFileSync(data());
        bytes.fill(0xff, 24, 4_096);
        bytes.fill(0xff, 4_096 + 24, 8_192);
        writeFileSync(data(), bytes);
      },
    ],
    ['a text file', () => writeFileSync(data(), 'this is no database\n')],
    ['a single byte', () => writeFileSync(data(), 'x')],
    ['empty', () => truncateSync(data(), 0)],
  ];

  test.each(damages)('%s: it is set aside untouched and a fresh one opened, observe-only', async (_, damage) => {
    await fill();
    damage();
    const damaged = readFileSync(data());
    const { store, setAside } = await open();
    expect(setAside).toContain('corrupt-');
    expect(readFileSync(join(setAside ?? '', 'data.mdb')).equals(damaged)).toBe(true);
    expect(store.health()).toMatchObject({ state: 'observe-only' });
    expect(store.alerts.count()).toBe(0);
    await store.leases.put([sampleLease(1)]);
    expect(store.leases.live()).toHaveLength(1);
  });

  test('stays observe-only over a restart until a person clears it', async () => {
    await fill();
    truncateSync(data(), 5_000);
    await (await open()).store.close();
    const { store, setAside } = await open();
    expect(setAside).toBeUndefined();
    expect(store.health().state).toBe('observe-only');
    await store.meta.put(SET_ASIDE_KEY, null);
    expect(store.health().state).toBe('ok');
  });

  test('a record that cannot be read is missing, everything else works', async () => {
    const { openEnvironment } = await import('../../src/store/environment.ts');
    await fill();
    const environment = openEnvironment(directory);
    environment.transactSync((writer) => {
      writer.put('alerts', numberedId(500), '{"id": broken');
      writer.put('alerts', numberedId(499), '7');
      writer.put('leases', numberedId(1), '\u0000');
    });
    await environment.close();
    const { store } = await open();
    expect(store.alerts.page({ limit: 2 }).map(({ id }) => id)).toEqual([numberedId(498), numberedId(497)]);
    expect(store.leases.live()).toEqual([]);
    expect(store.health().detail).toContain('damaged records');
    store.alerts.put(sampleAlert(500));
    expect(store.alerts.open(1)).toEqual([sampleAlert(500)]);
  });
});

describe('the lock', () => {
  test('a second opening is refused and told who has the directory', async () => {
    await open();
    await expect(open()).rejects.toMatchObject({ code: 'SEC_STORE_LOCKED', message: expect.stringContaining(`process ${process.pid}`) });
  });

  test('a living process elsewhere keeps it, a killed one does not', async () => {
    const script = join(import.meta.dirname, 'crash-writer.ts');
    const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await expect(open()).rejects.toMatchObject({ code: 'SEC_STORE_LOCKED', message: expect.stringContaining(`process ${child.pid}`) });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await open()).store.health().state).toBe('ok');
  }, 20_000);

  test('is given back when the store is closed, and when opening fails', async () => {
    await (await open()).store.close();
    expect(existsSync(join(directory, 'store.pid'))).toBe(false);
    await expect(open({ migrations: [{ version: 0, summary: 'older build', up: () => {} }] })).rejects.toMatchObject({ code: 'SEC_UNAVAILABLE' });
    expect(existsSync(join(directory, 'store.pid'))).toBe(false);
  });
});

test('dead letters keep the newest and cut what is huge', async () => {
  const { store } = await open({ limits: { maxDeadLetters: 5 } });
  for (let number = 1; number <= 12; number += 1) store.deadLetters.put('line', number, 'x'.repeat(number === 12 ? 100_000 : 1));
  expect(store.deadLetters.page(100).map(({ at }) => at)).toEqual([12, 11, 10, 9, 8]);
  expect(String(store.deadLetters.page(1)[0]?.value)).toHaveLength(4_096);
});

test('full tables of names refuse new ones, keep updating known ones, and say so', async () => {
  const { store } = await open({ limits: { maxCursors: 2, maxMetaKeys: 1 } });
  for (const name of ['a', 'b', 'c', 'a']) store.cursors.put(name, name.repeat(2));
  expect([store.cursors.get('a'), store.cursors.get('b'), store.cursors.get('c')]).toEqual(['aa', 'bb', undefined]);
  expect(store.health().detail).toContain('1 writes refused');
  await store.meta.put('one', 1);
  await expect(store.meta.put('two', 2)).rejects.toMatchObject({ code: 'SEC_STORE_FULL' });
});

test('ticks look after stale readers without disturbing anything', async () => {
  const { store } = await open();
  for (let second = 0; second <= 120; second += 10) store.tick?.(START + second * 1_000);
  await store.flushed();
  expect(store.health().state).toBe('ok');
});

describe('after its user died in this boot', () => {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const die = (): void => {
    writeFileSync(join(directory, 'clean'), '');
    writeFileSync(join(directory, 'store.pid'), `${bootId} 4194305 7\n`);
  };
  const PAGE = 4096;
  const ROUNDS = 9;
  const copies: string[] = [];
  afterEach(() => {
    for (const copy of copies.splice(0)) rmSync(copy, { recursive: true, force: true });
  });
  const slowProbe = () => {
    const verdict = Promise.withResolvers<'ok' | 'corrupt'>();
    let probes = 0;
    const run = (): Promise<'ok' | 'corrupt'> => {
      probes += 1;
      return verdict.promise;
    };
    return { run, verdict, probes: () => probes };
  };

  test('the database is there when its probe takes too long, and probed meanwhile', async () => {
    await fill();
    die();
    const slow = slowProbe();
    const { store } = await open({ probe: slow.run, probeWithinMs: 1 });
    expect(store.leases.live()).toEqual([sampleLease(1)]);
    expect(slow.probes()).toBe(1);
    slow.verdict.resolve('ok');
    await expect.poll(() => existsSync(join(directory, 'doubted'))).toBe(false);
    expect(store.health()).toMatchObject({ state: 'ok', detail: '' });
    await store.leases.put([sampleLease(2)]);
  });

  test('nothing is promised on it any more once it is found damaged, and the next start sets it aside', async () => {
    await fill();
    die();
    const slow = slowProbe();
    const { store } = await open({ probe: slow.run, probeWithinMs: 1 });
    slow.verdict.resolve('corrupt');
    await expect.poll(() => store.health().state).toBe('observe-only');
    await expect(store.leases.put([sampleLease(2)])).rejects.toMatchObject({ code: 'SEC_STORE_CORRUPT' });
    await store.close();
    die();
    expect((await open({ probe: async () => 'corrupt' })).setAside).toContain('corrupt-');
  });

  test('it is not opened unseen a second time before it was found sound', async () => {
    await fill();
    die();
    const never = slowProbe();
    await (await open({ probe: never.run, probeWithinMs: 1 })).store.close();
    die();
    const slow = slowProbe();
    const opening = open({ probe: slow.run });
    const first = await Promise.race([opening.then(() => 'opened'), new Promise((resolve) => setTimeout(resolve, 200, 'waits'))]);
    expect(first).toBe('waits');
    slow.verdict.resolve('ok');
    expect((await opening).setAside).toBeUndefined();
    expect(existsSync(join(directory, 'doubted'))).toBe(false);
  });

  test('damage is found before anything is read, wherever it lies', async () => {
    await fill();
    const sound = readFileSync(data());
    const pages = Math.floor(sound.length / PAGE);
    let found = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const bytes = Buffer.from(sound);
      // A different page each round, of another kind of rubbish: nothing, ones, noise.
      const page = 2 + Math.floor((round * (pages - 2)) / ROUNDS);
      for (let at = 0; at < PAGE; at += 1) bytes[page * PAGE + at] = [0, 0xff, (at * 167 + round * 13) % 256][round % 3] ?? 0;
      directory = join(
        directory,
        '..',
        `${directory
          .split('/')
          .at(-1)
          ?.replace(/-round.*/, '')}-round${round}`,
      );
      mkdirSync(directory, { recursive: true });
      copies.push(directory);
      writeFileSync(data(), bytes);
      die();
      const { store, setAside } = await open();
      const read = store.leases.live().length + store.alerts.count() + [...store.machines.all()].length;
      if (setAside === undefined) expect(store.health().state === 'ok' ? read : 501).toBe(501);
      else found += 1;
      await store.close();
    }
    // Pages that hold nothing any more may be rubbish.
    expect(found).toBeGreaterThan(ROUNDS / 2);
  });

  test('an empty file is set aside at once all the same', async () => {
    await fill();
    truncateSync(data(), 0);
    die();
    expect((await open()).setAside).toContain('corrupt-');
  });

  test('after a power loss it is probed first', async () => {
    await fill();
    die();
    writeFileSync(join(directory, 'store.pid'), 'another-boot 4194305 7\n');
    expect((await open({ probe: async () => 'corrupt' })).setAside).toContain('corrupt-');
  });
});
