import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import { asId } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/open-store.ts';
import { DEFAULT_LIMITS } from '../../src/store/store.ts';
import { sampleRun } from '../kit/chains.ts';
import { createDirectory, numberedId, START } from './store-fixtures.ts';

const run = (number: number, state: 'acting' | 'completed') => sampleRun({ id: asId<'ChainRunId'>(numberedId(number)), state });

describe('runs of action chains', () => {
  test('of those that are over the newest are kept, those under way all, over a restart', async () => {
    const { directory, remove } = createDirectory();
    const first = await openStore({ directory, clock: createManualClock(START) });
    await first.store.commit({ chainRuns: [run(0, 'acting')], records: [] });
    const many = Array.from({ length: DEFAULT_LIMITS.maxEndedChainRuns + 10 }, (_, at) => run(at + 1, 'completed'));
    await first.store.commit({ chainRuns: many, records: [] });
    await first.store.close();
    const { store } = await openStore({ directory, clock: createManualClock(START) });
    expect(store.chainRuns.page(1000)).toHaveLength(DEFAULT_LIMITS.maxEndedChainRuns + 1);
    expect(store.chainRuns.live().map(({ id }) => id)).toEqual([numberedId(0)]);
    expect(store.chainRuns.get(numberedId(1))).toBeUndefined();
    expect(store.chainRuns.byPrefix(numberedId(400).slice(0, 26))).toEqual([numberedId(400)]);
    await store.close();
    remove();
  });
});
