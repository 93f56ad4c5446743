import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import { openStore } from '../../src/store/open-store.ts';
import { looksWhole } from '../../src/store/quick-look.ts';
import { createDirectory, START, sampleDraft } from './store-fixtures.ts';

/** The file of a database with something in it. */
const withFile = async (work: (path: string) => void, records = 300): Promise<void> => {
  const { directory, remove } = createDirectory();
  try {
    const { store } = await openStore({ directory, clock: createManualClock(START) });
    for (let index = 0; index < records; index += 50) {
      await store.history.append(Array.from({ length: 50 }, (_, offset) => sampleDraft(index + offset, { details: { filler: 'x'.repeat(500) } })));
    }
    await store.close();
    work(join(directory, 'data.mdb'));
  } finally {
    remove();
  }
};

describe('a quick look at a database file', () => {
  test('finds a sound one whole, small or large', async () => {
    await withFile((path) => expect(looksWhole(path)).toBe(true));
    await withFile((path) => expect(looksWhole(path)).toBe(true), 0);
  });

  test.each([
    ['garbage', (path: string) => writeFileSync(path, Buffer.alloc(65_536, 0xa5))],
    ['zeros', (path: string) => writeFileSync(path, Buffer.alloc(65_536))],
    ['nothing', (path: string) => truncateSync(path, 0)],
    ['one byte', (path: string) => truncateSync(path, 1)],
    ['the first page only', (path: string) => truncateSync(path, 4096)],
    ['half of it', (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2))],
    ['its last page missing', (path: string) => truncateSync(path, readFileSync(path).length - 4096)],
    [
      'a head page of another program',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.write('SQLite format 3', 0, 'latin1');
        bytes.fill(0, 16, 64);
        writeFileSync(path, bytes);
      },
    ],
  ])('does not find %s whole', async (_what, damage) => {
    await withFile((path) => {
      damage(path);
      expect(looksWhole(path)).toBe(false);
    });
  });
});
