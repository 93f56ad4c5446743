import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BatchResult } from '../../src/workers/contract.ts';
import { createPipeline } from '../../src/workers/pipeline.ts';
import { replayBytes } from '../../src/workers/replay.ts';
import { createToyModule, failedLine } from './kit.ts';

const replay = async (pieces: readonly Uint8Array[]) => {
  const results: BatchResult[] = [];
  const ids: string[] = [];
  const pipeline = createPipeline([createToyModule('toy')], { modules: { toy: { threshold: 1 } } }, { onEvent: (event) => ids.push(event.id) });
  const counters = await replayBytes({
    pipeline,
    bytes: (async function* () {
      yield* pieces;
    })(),
    source: 'replay:x',
    grammar: 'auth',
    receivedAt: Date.UTC(2026, 0, 20),
    onResult: (result) => results.push(result),
  });
  return { counters, ids, count: results.flatMap((result) => result.findings).reduce((sum, finding) => sum + finding.count, 0) };
};

test('a log gives the same events however it is cut into pieces', async () => {
  const text = [failedLine('a'), 'garbage', failedLine('ü'), '', failedLine('b'.repeat(9000)), 'x'.repeat(70_000), failedLine('c')].join('\n');
  const bytes = new Uint8Array(Buffer.from(text));
  const whole = await replay([bytes]);
  expect(whole.counters).toMatchObject({ lines: 7, parsed: 4, dropped: 1, cut: 1, unparsed: 1, irrelevant: 1 });
  expect(whole.count).toBe(4);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: bytes.length }), { maxLength: 12 }), async (cuts) => {
      const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((place, index) => bytes.slice(places[index], place));
      expect(await replay(pieces)).toEqual(whole);
    }),
    { numRuns: 60 },
  );
});

test('an empty log gives nothing', async () => {
  expect(await replay([])).toMatchObject({ count: 0, counters: { lines: 0 } });
});
