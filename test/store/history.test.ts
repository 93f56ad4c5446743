import { expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import type { HistoryRecord } from '../../src/domain/history.ts';
import type { ChainCheck } from '../../src/store/contract.ts';
import { openEnvironment, type TransactionWriter } from '../../src/store/environment.ts';
import { chainRecord, GENESIS, verifyChain } from '../../src/store/history-chain.ts';
import { numberKey } from '../../src/store/keys.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createDirectory, START, sampleDraft, withStore } from './store-fixtures.ts';

test('records are numbered from 1, each chained to the one before, and the chain verifies', () =>
  withStore(async (store) => {
    const first = await store.history.append([sampleDraft(1), sampleDraft(2)]);
    const noted = store.history.note([sampleDraft(3)]);
    const all = [...first, ...noted];
    expect(all.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(all[1]?.previousHash).toBe(all[0]?.hash);
    expect(all[2]?.previousHash).toBe(all[1]?.hash);
    expect(store.history.page({ limit: 10 })).toEqual([...all].reverse());
    expect(store.history.verify()).toEqual({ isIntact: true, records: 3, head: all[2]?.hash });
    expect(store.history.count()).toBe(3);
  }));

test('what JSON cannot hold does not break the chain', () =>
  withStore(async (store) => {
    const details = { when: new Date(START), nothing: undefined, list: [undefined, Number.NaN, -0], lone: '\ud800', __proto__: { x: 1 } };
    await store.history.append([sampleDraft(1, { details, actionId: undefined })]);
    await store.flushed();
    expect(store.history.verify().isIntact).toBe(true);
  }));

test('pages filter by module, kind and action before the limit', () =>
  withStore(async (store) => {
    const drafts = Array.from({ length: 60 }, (_, index) =>
      sampleDraft(index, { module: index % 2 === 0 ? 'a' : 'b', kind: index % 3 === 0 ? 'intent' : 'outcome', actionId: `action-${index % 20}` }),
    );
    const records = await store.history.append(drafts);
    const expected = (isWanted: (record: HistoryRecord) => boolean): readonly number[] =>
      records
        .filter(isWanted)
        .map(({ sequence }) => sequence)
        .reverse();
    const sequences = (query: Parameters<typeof store.history.page>[0]): readonly number[] => store.history.page(query).map(({ sequence }) => sequence);
    expect(sequences({ limit: 99, module: 'a' })).toEqual(expected(({ module }) => module === 'a'));
    expect(sequences({ limit: 4, kind: 'intent' })).toEqual(expected(({ kind }) => kind === 'intent').slice(0, 4));
    expect(sequences({ limit: 99, module: 'b', kind: 'intent' })).toEqual(expected(({ module, kind }) => module === 'b' && kind === 'intent'));
    expect(sequences({ limit: 99, actionId: 'action-7', before: 48 })).toEqual(expected(({ actionId, sequence }) => actionId === 'action-7' && sequence < 48));
    expect(sequences({ limit: 2, before: 3 })).toEqual([2, 1]);
    expect(sequences({ limit: 0 })).toEqual([]);
  }));

test('a prefix finds a record by its own id and all records of an action by theirs', () =>
  withStore(async (store) => {
    const records = await store.history.append([sampleDraft(1, { actionId: 'ACTION1' }), sampleDraft(2, { actionId: 'ACTION1' }), sampleDraft(3)]);
    expect(store.history.byPrefix('ACT').map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(store.history.byPrefix(records[2]?.id ?? '').map(({ sequence }) => sequence)).toEqual([3]);
    expect(store.history.byPrefix('')).toEqual([]);
  }));

const COUNT = 20;

// Stores 20 records, lets `tamper` change the closed database, and verifies after opening it again.
const verifyAfter = async (tamper: (writer: TransactionWriter) => void): Promise<ChainCheck> => {
  const { directory, remove } = createDirectory();
  try {
    const { store } = await openStore({ directory, clock: createManualClock(START) });
    await store.history.append(Array.from({ length: COUNT }, (_, index) => sampleDraft(index)));
    await store.close();
    const environment = openEnvironment(directory);
    environment.transactSync(tamper);
    await environment.close();
    const again = await openStore({ directory, clock: createManualClock(START) });
    const check = again.store.history.verify();
    await again.store.close();
    return check;
  } finally {
    remove();
  }
};

const textOf = (writer: TransactionWriter, sequence: number): string => writer.get('actions', numberKey(sequence)) ?? '';

test('an untouched history verifies after it was opened again', async () => {
  expect(await verifyAfter(() => {})).toMatchObject({ isIntact: true, records: COUNT });
});

test('one flipped byte is found, at its record', async () => {
  const check = await verifyAfter((writer) => writer.put('actions', numberKey(7), textOf(writer, 7).replace('record 6', 'record 5')));
  expect(check).toMatchObject({ isIntact: false, brokenAt: 7, records: 6 });
});

test('a record that no longer parses is found, and reading goes on around it', async () => {
  const check = await verifyAfter((writer) => writer.put('actions', numberKey(7), textOf(writer, 7).slice(1)));
  expect(check).toMatchObject({ isIntact: false, brokenAt: 7, problem: 'the record cannot be read' });
});

test('a removed record is found', async () => {
  expect(await verifyAfter((writer) => writer.remove('actions', numberKey(7)))).toMatchObject({ isIntact: false, brokenAt: 7 });
});

test('two swapped records are found at the first of them', async () => {
  const check = await verifyAfter((writer) => {
    const [seventh, ninth] = [textOf(writer, 7), textOf(writer, 9)];
    writer.put('actions', numberKey(7), ninth);
    writer.put('actions', numberKey(9), seventh);
  });
  expect(check).toMatchObject({ isIntact: false, brokenAt: 7 });
});

test('a cut tail is found although what is left is a chain', async () => {
  const check = await verifyAfter((writer) => {
    for (let sequence = 15; sequence <= COUNT; sequence += 1) writer.remove('actions', numberKey(sequence));
  });
  expect(check).toMatchObject({ isIntact: false, brokenAt: 15, records: 14 });
});

test('a tail cut away stays visible when the history goes on', async () => {
  const { directory, remove } = createDirectory();
  try {
    const { store } = await openStore({ directory, clock: createManualClock(START) });
    await store.history.append([sampleDraft(1), sampleDraft(2), sampleDraft(3)]);
    await store.close();
    const environment = openEnvironment(directory);
    environment.transactSync((writer) => writer.remove('actions', numberKey(3)));
    await environment.close();
    const again = await openStore({ directory, clock: createManualClock(START) });
    const [record] = await again.store.history.append([sampleDraft(4)]);
    expect(record?.sequence).toBe(4);
    expect(again.store.history.verify()).toMatchObject({ isIntact: false, brokenAt: 3 });
    await again.store.close();
  } finally {
    remove();
  }
});

test('a record whose hash was made to fit is betrayed by the one after it', () => {
  const records: HistoryRecord[] = [];
  for (let number = 1; number <= 3; number += 1) {
    const last = records.at(-1);
    records.push(chainRecord(sampleDraft(number), `id-${number}`, last ?? GENESIS));
  }
  const forged = chainRecord(sampleDraft(99), 'id-2', records[0] ?? GENESIS);
  const chain = records.map((record) => ({ sequence: record.sequence, record: record.sequence === 2 ? forged : record }));
  expect(verifyChain(chain, records[2] ?? GENESIS)).toMatchObject({ isIntact: false, brokenAt: 3 });
});
