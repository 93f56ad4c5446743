import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import { createEngine, type Engine } from '../../src/store/engine.ts';
import type { Environment } from '../../src/store/environment.ts';
import type { Pending } from '../../src/store/pending.ts';
import { createSpaceGuard } from '../../src/store/space-guard.ts';
import type { Entry } from '../../src/store/tables.ts';

// A database in memory whose writes end when, and how, the test says.
const createFake = (): { readonly environment: Environment; readonly finish: (error?: Error) => Promise<void>; readonly writes: () => number } => {
  const stored = new Map<string, string>();
  const waiting: { readonly pending: Pending; readonly done: PromiseWithResolvers<void> }[] = [];
  let writes = 0;
  const environment: Environment = {
    get: (table, key) => stored.get(`${table}/${key}`),
    range: (table, { from, to, isReverse }) => {
      const entries: Entry[] = [...stored]
        .map(([name, value]) => ({ key: name.slice(table.length + 1), value, isOurs: name.startsWith(`${table}/`) }))
        .filter(({ key, isOurs }) => isOurs && key >= from && key < to)
        .map(({ key, value }) => ({ key, value }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      return isReverse === true ? entries.reverse() : entries;
    },
    count: () => stored.size,
    write: (pending) => {
      writes += 1;
      const done = Promise.withResolvers<void>();
      waiting.push({ pending, done });
      return done.promise;
    },
    transactSync: () => {},
    backup: () => Promise.resolve(),
    readerCheck: () => {},
    close: () => Promise.resolve(true),
  };
  const finish = async (error?: Error): Promise<void> => {
    for (let tries = 0; waiting.length === 0 && tries < 1_000; tries += 1) await turn();
    const next = waiting.shift();
    if (next === undefined) throw new Error('nothing is being written');
    if (error === undefined) for (const [table, entries] of next.pending.tables) for (const [key, value] of entries) keep(stored, `${table}/${key}`, value);
    if (error === undefined) next.done.resolve();
    else next.done.reject(error);
    for (let tries = 0; tries < 20; tries += 1) await turn();
  };
  return { environment, finish, writes: () => writes };
};

const keep = (stored: Map<string, string>, name: string, value: string | undefined): void => {
  if (value === undefined) stored.delete(name);
  else stored.set(name, value);
};

const build = (batchDelayMs = 1): { readonly engine: Engine; readonly clock: ReturnType<typeof createManualClock> } & ReturnType<typeof createFake> => {
  const clock = createManualClock(1);
  const fake = createFake();
  const guard = createSpaceGuard({ clock, freeBytes: () => Promise.resolve(1_000), shedBelowBytes: 10, refuseBelowBytes: 5 });
  return { ...fake, clock, engine: createEngine(fake.environment, guard, { batchDelayMs, maxPendingBytes: 1_000 }) };
};

const keysOf = (entries: Iterable<Entry>): readonly string[] => [...entries].map(({ key }) => key);
const all = { from: 'a', to: 'z' };

test('reads merge what is stored, what is being written and what waits, in both directions', async () => {
  const { engine, finish } = build();
  for (const key of ['b', 'd', 'f']) engine.put('alerts', key, 'stored');
  await finish();
  engine.put('alerts', 'c', 'written');
  engine.remove('alerts', 'd');
  const written = engine.durably(() => undefined);
  for (let tries = 0; tries < 20; tries += 1) await turn();
  engine.put('alerts', 'c', 'waiting');
  engine.put('alerts', 'e', 'waiting');
  engine.remove('alerts', 'f');
  expect([...engine.range('alerts', all)]).toEqual([
    { key: 'b', value: 'stored' },
    { key: 'c', value: 'waiting' },
    { key: 'e', value: 'waiting' },
  ]);
  expect(keysOf(engine.range('alerts', { ...all, isReverse: true }))).toEqual(['e', 'c', 'b']);
  expect(keysOf(engine.range('alerts', { from: 'c', to: 'e' }))).toEqual(['c']);
  expect(engine.get('alerts', 'd')).toBeUndefined();
  await finish();
  await written;
  await finish();
  expect(keysOf(engine.range('alerts', all))).toEqual(['b', 'c', 'e']);
});

test('a promise is kept only when its own transaction is on disk', async () => {
  const { engine, finish } = build();
  let isKept = false;
  const promise = engine
    .durably(() => engine.put('leases', 'a', '1'))
    .then(() => {
      isKept = true;
    });
  for (let tries = 0; tries < 50; tries += 1) await turn();
  expect(isKept).toBe(false);
  await finish();
  await promise;
  expect(isKept).toBe(true);
});

test('promises made while the disk is busy share one transaction', async () => {
  const { engine, finish, writes } = build();
  const put = (index: number): Promise<void> => engine.durably(() => engine.put('leases', `k${index}`, '1'));
  const first = put(0);
  for (let tries = 0; tries < 20; tries += 1) await turn();
  const others = Array.from({ length: 50 }, (_, index) => put(index + 1));
  await finish();
  await first;
  await finish();
  await Promise.all(others);
  expect(writes()).toBe(2);
});

test('plain writes gather for the batch delay, a promise does not wait for it', async () => {
  const { engine, finish, writes } = build(60_000);
  for (let index = 0; index < 100; index += 1) engine.put('alerts', `k${index}`, '1');
  for (let tries = 0; tries < 50; tries += 1) await turn();
  expect(writes()).toBe(0);
  const promise = engine.durably(() => engine.put('leases', 'a', '1'));
  await finish();
  await promise;
  expect(writes()).toBe(1);
});

test('a failed transaction takes every later write with it and tells everyone who waits', async () => {
  const { engine, finish, clock } = build();
  const lost: (readonly Pending[])[] = [];
  engine.onLost((pending) => void lost.push(pending));
  const first = engine.durably(() => engine.put('leases', 'a', '1'));
  for (let tries = 0; tries < 20; tries += 1) await turn();
  const second = engine.durably(() => engine.put('leases', 'b', '1'));
  engine.put('alerts', 'c', '1');
  const outcomes = Promise.allSettled([first, second]);
  await finish(Object.assign(new Error('No space left on device'), { code: 28 }));
  expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual(['SEC_STORE_FULL', 'SEC_STORE_FULL']);
  expect(engine.get('leases', 'a')).toBeUndefined();
  expect(engine.get('leases', 'b')).toBeUndefined();
  expect(engine.get('alerts', 'c')).toBeUndefined();
  expect(lost).toHaveLength(1);
  clock.advance(2_000);
  const third = engine.durably(() => engine.put('leases', 'd', '1'));
  await finish();
  await third;
  expect(keysOf(engine.range('leases', all))).toEqual(['d']);
});

test('failures that no lack of space explains end all promises', async () => {
  const { engine, finish, clock } = build();
  const codes: unknown[] = [];
  for (let round = 0; round < 4; round += 1) {
    clock.advance(2_000);
    const promise = engine.durably(() => engine.put('leases', 'a', '1')).catch((error: { readonly code: string }) => void codes.push(error.code));
    await finish(Object.assign(new Error('Input/output error'), { code: 5 }));
    await promise;
  }
  expect(codes).toEqual(['SEC_STORE_FULL', 'SEC_STORE_FULL', 'SEC_STORE_FULL', 'SEC_STORE_CORRUPT']);
  clock.advance(2_000);
  await expect(engine.durably(() => undefined)).rejects.toMatchObject({ code: 'SEC_STORE_CORRUPT' });
  expect(engine.fault()).toContain('Input/output error');
});

test('a page that cannot be read is nothing found and a fault, not an exception', () => {
  const { environment } = createFake();
  const broken: Environment = {
    ...environment,
    get: () => {
      throw new Error('MDB_CORRUPTED');
    },
    range: () => ({
      [Symbol.iterator]: () => ({
        next: () => {
          throw new Error('MDB_PAGE_NOTFOUND');
        },
      }),
    }),
  };
  const guard = createSpaceGuard({ clock: createManualClock(), freeBytes: () => Promise.resolve(1), shedBelowBytes: 0, refuseBelowBytes: 0 });
  const engine = createEngine(broken, guard, { batchDelayMs: 1, maxPendingBytes: 1 });
  expect(engine.get('alerts', 'a')).toBeUndefined();
  expect([...engine.range('alerts', all)]).toEqual([]);
  expect(engine.fault()).toContain('MDB_PAGE_NOTFOUND');
});

test('promises are refused while a slow disk holds too much back', async () => {
  const { engine, finish } = build(60_000);
  engine.put('alerts', 'a', 'x'.repeat(2_000));
  await expect(engine.durably(() => undefined)).rejects.toMatchObject({ code: 'SEC_STORE_FULL', message: expect.stringContaining('slow disk') });
  const finished = engine.finish();
  await finish();
  await finished;
  expect(() => engine.put('alerts', 'b', '1')).toThrow('closed');
});
