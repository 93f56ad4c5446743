import { expect, test } from 'vitest';
import { journaldCollector } from '../../../src/actors/collectors/journald/collector.ts';
import { markJournal } from '../../../src/actors/collectors/journald/mark-journal.ts';
import type { Feeds, Sink } from '../../../src/actors/contract.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import { createCursors } from './file-kit.ts';

const entry = (number: number, message = 'm'): string => `${JSON.stringify({ __CURSOR: `s=a;i=${number}`, MESSAGE: message })}\n`;

const run = async (pieces: readonly string[], cursors = createCursors()) => {
  const chunks: { readonly text: string; readonly grammar: string; readonly offset: number }[] = [];
  const seen: unknown[] = [];
  const putsAt: string[] = [];
  const sink: Sink = {
    chunk: ({ bytes, grammar, offset }) => {
      chunks.push({ text: Buffer.from(bytes).toString(), grammar, offset });
      putsAt.push(cursors.stored.get('journald') ?? 'none');
      return Promise.resolve({ consumed: bytes.byteLength, lines: 1, parsed: 0, dropped: 0 });
    },
    events: () => Promise.resolve(),
  };
  const feeds: Feeds = {
    processes: () => Promise.resolve(),
    journal: async (cursor, _signal, onBytes) => {
      seen.push(cursor);
      for (const piece of pieces) await onBytes(new Uint8Array(Buffer.from(piece)));
    },
  };
  await journaldCollector.run({
    spec: { id: 'journald', collector: 'journald' },
    sink,
    cursors,
    clock: systemClock,
    feeds,
    report: () => undefined,
    signal: new AbortController().signal,
  });
  return { chunks, seen, putsAt, cursor: cursors.get('journald') };
};

test('the journal is delivered in whole lines, wherever the pipe cuts them', async () => {
  const all = entry(1) + entry(2) + entry(3);
  const { chunks, cursor } = await run([all.slice(0, 10), all.slice(10, 60), all.slice(60)]);
  expect(chunks.map((chunk) => chunk.text).join('')).toBe(all);
  expect(chunks.every((chunk) => chunk.text.endsWith('\n') && chunk.grammar === 'journal')).toBe(true);
  expect(chunks.map((chunk) => chunk.offset)).toEqual([0, chunks[0]?.text.length]);
  expect(cursor).toEqual({ cursor: 's=a;i=3' });
});

test('the cursor moves only after the sink took the lines', async () => {
  const { putsAt } = await run([entry(1), entry(2)]);
  expect(putsAt).toEqual(['none', JSON.stringify({ cursor: 's=a;i=1' })]);
});

test('the journal goes on after the stored cursor', async () => {
  const cursors = createCursors();
  await run([entry(7)], cursors);
  expect((await run([], cursors)).seen).toEqual(['s=a;i=7']);
});

test('a journal that was never read is read from where the daemon began, once', async () => {
  const cursors = createCursors();
  markJournal('journald', 1_700_000_000_000, cursors);
  expect((await run([entry(7)], cursors)).seen).toEqual([{ sinceMs: 1_700_000_000_000 }]);
  markJournal('journald', 1_800_000_000_000, cursors);
  expect((await run([], cursors)).seen).toEqual(['s=a;i=7']);
  const other = createCursors();
  markJournal('journald', 5, other);
  markJournal('journald', 6, other);
  expect((await run([], other)).seen).toEqual([{ sinceMs: 5 }]);
});

test('a cursor inside a message is not taken for the cursor', async () => {
  const { cursor } = await run([entry(1, '"__CURSOR":"s=evil"')]);
  expect(cursor).toEqual({ cursor: 's=a;i=1' });
});

test('a line without an end does not pile up', async () => {
  const { chunks } = await run(Array.from({ length: 20 }, () => 'x'.repeat(100_000)));
  expect(Math.max(...chunks.map((chunk) => chunk.text.length))).toBeLessThan(400_000);
  expect(chunks.length).toBeGreaterThan(3);
});
