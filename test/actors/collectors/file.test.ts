import { execFile } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, renameSync, rmSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { markStart } from '../../../src/actors/collectors/file/mark-start.ts';
import { createCursors, createLineSink, startFile, tempDirectory, until } from './file-kit.ts';

let temp: Awaited<ReturnType<typeof tempDirectory>>;
let log: string;
const running: { readonly stop: () => Promise<void> }[] = [];

const start = (sink: ReturnType<typeof createLineSink>, cursors = createCursors()) => {
  const collector = startFile(log, sink.sink, cursors);
  running.push(collector);
  return collector;
};

const append = (...lines: readonly (string | number)[]): void => appendFileSync(log, lines.map((line) => `${line}\n`).join(''));
const numbers = (from: number, to: number): readonly string[] => Array.from({ length: to - from }, (_, index) => `line ${from + index}`);

beforeEach(async () => {
  temp = await tempDirectory();
  log = temp.path('auth.log');
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((collector) => collector.stop()));
  await temp.dispose();
});

describe('a file that is followed', () => {
  test('begins at its end the first time, and goes on from there', async () => {
    append('old');
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    append('new 1', 'new 2');
    await until(() => got.lines.length === 2);
    expect(got.lines).toEqual(['new 1', 'new 2']);
  });

  test('is read from where it ended when its start was marked, although it is opened later', async () => {
    append('old', 'half a line, ');
    truncateSync(log, statSync(log).size - 1);
    const cursors = createCursors();
    await markStart(log, `file:${log}`, cursors);
    append('its end', 'between 1', 'between 2');
    const got = createLineSink();
    start(got, cursors);
    await until(() => got.lines.length >= 2);
    append('later');
    await until(() => got.lines.length >= 3);
    expect(got.lines).toEqual(['between 1', 'between 2', 'later']);
  });

  test('is read whole when it was not there at the mark', async () => {
    const cursors = createCursors();
    writeFileSync(`${log}.1`, 'rotated long ago\n');
    await markStart(log, `file:${log}`, cursors);
    append('between 1', 'between 2');
    const got = createLineSink();
    start(got, cursors);
    await until(() => got.lines.length >= 2);
    expect(got.lines).toEqual(['between 1', 'between 2']);
  });

  test('is not marked again when it was read before', async () => {
    const cursors = createCursors();
    append('old');
    await markStart(log, `file:${log}`, cursors);
    append('while nobody ran');
    await markStart(log, `file:${log}`, cursors);
    const got = createLineSink();
    start(got, cursors);
    await until(() => got.lines.length >= 1);
    expect(got.lines).toEqual(['while nobody ran']);
  });

  test('delivers a line within a few milliseconds', async () => {
    append('old');
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    const delays: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      await pause(10);
      const written = performance.now();
      append(`round ${round}`);
      await until(() => got.lines.length === round + 1);
      delays.push((got.times[round] ?? 0) - written);
    }
    delays.sort((a, b) => a - b);
    expect(delays[10]).toBeLessThan(15);
  });

  test('waits for the end of its last line', async () => {
    append('old');
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    appendFileSync(log, 'half a ');
    await pause(100);
    expect(got.lines).toEqual([]);
    appendFileSync(log, 'line\nnext');
    await until(() => got.lines.length === 1);
    expect(got.lines).toEqual(['half a line']);
  });

  test('is waited for when it does not exist, and read from its start when it appears', async () => {
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('waiting'));
    append('first');
    await until(() => got.lines.length === 1);
    expect(collector.states()).toEqual(['starting', 'waiting', 'running']);
  });

  test('is waited for also when its directory does not exist', async () => {
    log = temp.path('later/auth.log');
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('waiting'));
    mkdirSync(temp.path('later'));
    append('first');
    await until(() => got.lines.length === 1);
    await pause(1100);
    const written = performance.now();
    append('second');
    await until(() => got.lines.length === 2);
    expect((got.times[1] ?? 0) - written).toBeLessThan(500);
  });

  test('may be deleted and made again', async () => {
    append('old');
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    append('one');
    await until(() => got.lines.length === 1);
    unlinkSync(log);
    await until(() => collector.states().at(-1) === 'waiting');
    append('two');
    await until(() => got.lines.length === 2);
    expect(got.lines).toEqual(['one', 'two']);
  });

  test('reports its progress and how far behind it is', async () => {
    append('old');
    const got = createLineSink({ delayMs: 5 });
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    append(...Array.from({ length: 20_000 }, (_, index) => `a line that is long enough to need several chunks ${index}`));
    await until(() => got.lines.length === 20_000);
    await pause(20);
    const progress = collector.reports.filter((report) => report.type === 'progress');
    expect(progress.length).toBeGreaterThan(3);
    expect(progress[0]?.lagBytes).toBeGreaterThan(100_000);
    expect(progress.at(-1)?.lagBytes).toBe(0);
    expect(progress.reduce((sum, report) => sum + report.lines, 0)).toBe(20_000);
  });

  test('is refused when it is no regular file', async () => {
    mkdirSync(log);
    const collector = start(createLineSink());
    await collector.ended;
    expect(collector.failure()).toMatchObject({ code: 'SEC_SOURCE_UNREADABLE' });
  });

  test('is refused when it is a pipe, without hanging', async () => {
    await promisify(execFile)('mkfifo', [log]);
    const collector = start(createLineSink());
    await collector.ended;
    expect(collector.failure()).toMatchObject({ code: 'SEC_SOURCE_UNREADABLE' });
  });
});

describe('rotation', () => {
  test('by renaming loses and repeats nothing, also what is written to the old file afterwards', async () => {
    append('old');
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    append('1', '2');
    renameSync(log, temp.path('auth.log.1'));
    appendFileSync(temp.path('auth.log.1'), '3\n');
    writeFileSync(log, '4\n');
    appendFileSync(temp.path('auth.log.1'), '5\n');
    await until(() => got.lines.length === 5);
    appendFileSync(temp.path('auth.log.1'), '6\n');
    append('7');
    await until(() => got.lines.length === 7);
    expect([...got.lines].sort()).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  });

  test('of a file that came and went while the sink was busy loses nothing of it', async () => {
    append('old');
    const got = createLineSink({ delayMs: 150 });
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    append('1');
    await pause(50);
    renameSync(log, temp.path('auth.log.1'));
    writeFileSync(log, '2\n3\n');
    renameSync(log, temp.path('auth.log.2'));
    writeFileSync(log, '4\n');
    await until(() => got.lines.length >= 4, got.lines.join());
    await pause(200);
    expect([...got.lines].sort()).toEqual(['1', '2', '3', '4']);
  });

  test('of files that came and went while the sink was busy loses nothing when no file follows', async () => {
    append('old');
    const cursors = createCursors();
    const got = createLineSink({ delayMs: 150 });
    const collector = start(got, cursors);
    await until(() => collector.states().includes('running'));
    append('1');
    await pause(50);
    renameSync(log, temp.path('auth.log.1'));
    writeFileSync(log, '2\n');
    renameSync(log, temp.path('auth.log.2'));
    writeFileSync(log, '3\n');
    renameSync(log, temp.path('auth.log.3'));
    await until(() => got.lines.length >= 3, got.lines.join());
    await until(() => collector.states().at(-1) === 'waiting');
    appendFileSync(temp.path('auth.log.3'), '4\n');
    append('5');
    await until(() => got.lines.length >= 5, got.lines.join());
    await pause(200);
    expect([...got.lines].sort()).toEqual(['1', '2', '3', '4', '5']);
    await collector.stop();
    append('6');
    const later = createLineSink();
    start(later, cursors);
    await until(() => later.lines.length >= 1, later.lines.join());
    await pause(100);
    expect(later.lines).toEqual(['6']);
  });

  test('by copying and truncating loses and repeats nothing', async () => {
    append('old');
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    append(...numbers(0, 100));
    await until(() => got.lines.length === 100);
    append(...numbers(100, 200));
    copyFileSync(log, temp.path('auth.log.1'));
    truncateSync(log, 0);
    append(...numbers(200, 300));
    await until(() => got.lines.length >= 300);
    await pause(50);
    expect([...got.lines].sort()).toEqual([...numbers(0, 300)].sort());
  });

  test('is noticed even when the new content is longer than the old', async () => {
    append('old');
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    append('short');
    await until(() => got.lines.length === 1);
    writeFileSync(log, `${numbers(0, 50).join('\n')}\n`);
    await until(() => got.lines.length === 51);
    expect(got.lines.slice(1)).toEqual(numbers(0, 50));
  });

  test.each(['rename', 'copytruncate'] as const)('by %s during heavy writing delivers every line exactly once', async (kind) => {
    append('old');
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    let written = 0;
    for (let round = 0; round < 12; round += 1) {
      // A copy is known again by its beginning: something of it must have been read. Nobody rotates twice within milliseconds.
      append(...numbers(written, written + 1));
      written += 1;
      await until(() => got.lines.includes(`line ${written - 1}`));
      for (let burst = 0; burst < 20; burst += 1) {
        append(...numbers(written, written + 50));
        written += 50;
        if (burst % 4 === 0) await pause(1);
      }
      const rotated = temp.path(`auth.log.${round + 1}`);
      if (kind === 'rename') {
        renameSync(log, rotated);
        // The writer has not noticed yet.
        appendFileSync(rotated, `${numbers(written, written + 10).join('\n')}\n`);
        written += 10;
      } else {
        copyFileSync(log, rotated);
        truncateSync(log, 0);
      }
    }
    append(...numbers(written, written + 10));
    written += 10;
    await until(() => got.lines.length >= written, `${got.lines.length} of ${written} lines`);
    await pause(100);
    expect(got.lines).toHaveLength(written);
    expect(new Set(got.lines).size).toBe(written);
  });

  test('by another process under real concurrency delivers every line exactly once', async () => {
    append('old');
    const got = createLineSink();
    const collector = start(got);
    await until(() => collector.states().includes('running'));
    // A shell that writes through one descriptor, while its file is renamed under it and it opens it again now and then.
    const script =
      'n=0; for r in 1 2 3 4 5 6; do exec 3>>"$1"; for i in $(seq 500); do echo "line $n" >&3; n=$((n+1)); done; mv "$1" "$1.$r"; for i in $(seq 20); do echo "line $n" >&3; n=$((n+1)); done; done';
    await promisify(execFile)('sh', ['-c', script, 'sh', log]);
    const written = 6 * 520;
    await until(() => got.lines.length >= written, `${got.lines.length} of ${written} lines`);
    await pause(50);
    expect([...got.lines].sort()).toEqual([...numbers(0, written)].sort());
  });
});

describe('after a restart', () => {
  const runOnce = async (cursors: ReturnType<typeof createCursors>, act: () => void, count: number): Promise<readonly string[]> => {
    const got = createLineSink();
    const collector = startFile(log, got.sink, cursors);
    await until(() => collector.states().some((state) => state !== 'starting'));
    act();
    await until(() => got.lines.length >= count, `${got.lines.length} of ${count} lines`);
    await pause(20);
    await collector.stop();
    return got.lines;
  };

  test('reading goes on where it was', async () => {
    append('old');
    const cursors = createCursors();
    expect(await runOnce(cursors, () => append('1'), 1)).toEqual(['1']);
    append('2', '3');
    expect(await runOnce(cursors, () => append('4'), 3)).toEqual(['2', '3', '4']);
  });

  test('a file that was renamed meanwhile is finished first, with those rotated after it', async () => {
    append('old');
    const cursors = createCursors();
    await runOnce(cursors, () => append('1'), 1);
    append('2');
    renameSync(log, temp.path('auth.log.2'));
    await pause(15);
    writeFileSync(temp.path('auth.log.1'), '3\n4\n');
    await pause(15);
    append('5');
    expect(await runOnce(cursors, () => append('6'), 5)).toEqual(['2', '3', '4', '5', '6']);
  });

  test('a file that was copied and truncated meanwhile is finished from its copy', async () => {
    append('old');
    const cursors = createCursors();
    await runOnce(cursors, () => append('1'), 1);
    append('2');
    copyFileSync(log, temp.path('auth.log.1'));
    truncateSync(log, 0);
    append('3');
    expect(await runOnce(cursors, () => append('4'), 3)).toEqual(['2', '3', '4']);
  });

  test('a file that was deleted and made again is read from its start, even with the same inode', async () => {
    append('old');
    const cursors = createCursors();
    await runOnce(cursors, () => append('1'), 1);
    rmSync(log);
    append('a', 'b', 'c', 'longer than what was there before');
    expect(await runOnce(cursors, () => append('d'), 5)).toEqual(['a', 'b', 'c', 'longer than what was there before', 'd']);
  });

  test('the rest of a line that was too long is not taken for a line of its own', async () => {
    append('old');
    const cursors = createCursors();
    await runOnce(cursors, () => append('1'), 1);
    append(`${'x'.repeat(100)} forged line`, '2');
    const id = `file:${log}`;
    const cursor = cursors.get(id);
    // As after a chunk that ended inside of an endless line.
    cursors.put(id, { ...(cursor as object), offset: statSync(log).size - 20 });
    expect(await runOnce(cursors, () => append('3'), 2)).toEqual(['2', '3']);
  });

  test('a cursor that makes no sense is no cursor', async () => {
    append('old');
    const cursors = createCursors();
    cursors.put(`file:${log}`, { dev: 'x' });
    expect(await runOnce(cursors, () => append('1'), 1)).toEqual(['1']);
  });

  test('killed at any moment, each line came at least once and few came twice', async () => {
    append('old');
    const cursors = createCursors();
    const got: string[] = [];
    let written = 0;
    for (let round = 0; round < 10; round += 1) {
      // Killed = neither the collector nor its cursor get another word in.
      const sink = createLineSink({ delayMs: 1 });
      const frozen = createCursors();
      for (const [key, value] of cursors.stored) frozen.stored.set(key, value);
      const collector = startFile(log, sink.sink, frozen);
      await until(() => collector.states().some((state) => state !== 'starting'));
      for (let burst = 0; burst < 5; burst += 1) {
        append(...numbers(written, written + 20));
        written += 20;
        await pause(round % 3);
      }
      got.push(...sink.lines);
      cursors.stored.clear();
      for (const [key, value] of frozen.stored) cursors.stored.set(key, value);
      await collector.stop();
    }
    const last = await runOnce(cursors, () => append('end'), 1);
    got.push(...last);
    expect(new Set(got).size).toBe(written + 1);
    expect(got.length).toBeLessThan(written + 1 + 10 * 100);
  });
});
