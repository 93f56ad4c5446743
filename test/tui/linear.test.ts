import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../src/domain/clock.ts';
import { startTui } from '../../src/tui/start.tsx';
import { createFakeClient } from '../kit/fake-client.ts';
import { createFakeTty } from '../kit/fake-tty.ts';
import { hostileData, PAYLOADS } from './hostile.ts';
import { NOON, sampleAlert, sampleApproval, sampleRecord, sampleStatus } from './samples.ts';

const start = async (
  more: { readonly environment?: { readonly [name: string]: string }; readonly stdout?: NodeJS.WriteStream; readonly isTerminal?: boolean } = {},
) => {
  const tty = createFakeTty({ columns: 80, rows: 24 });
  const client = createFakeClient();
  const ended = new AbortController();
  if (more.isTerminal !== true) Object.assign(tty.stdout, { isTTY: false });
  const exit = startTui({
    client,
    clock: createManualClock(NOON),
    environment: { LANG: 'C.UTF-8', ...more.environment },
    stdin: tty.stdin,
    stdout: more.stdout ?? tty.stdout,
    stderr: tty.stderr,
    version: '0.1.0',
    signal: ended.signal,
  });
  await client.followed;
  const stop = async (): Promise<number> => {
    ended.abort();
    return exit;
  };
  return { tty, client, exit, stop };
};

describe('linear mode', () => {
  test('without a terminal the stream is printed, one line for each event, nothing that moves a cursor', async () => {
    const { tty, client, stop } = await start();
    client.connection({ state: 'live', since: NOON });
    client.push(
      { type: 'hello', sequence: 1, protocol: 1, status: sampleStatus() },
      { type: 'alert', sequence: 2, alert: sampleAlert(0, { count: 1 }) },
      { type: 'approval', sequence: 3, approval: sampleApproval(1) },
      { type: 'record', sequence: 4, record: sampleRecord(1) },
      { type: 'gap', sequence: 9, missed: 4 },
    );
    expect(await stop()).toBe(0);
    const lines = tty.output().trimEnd().split('\n');
    expect(lines[1]).toBe('-- live --');
    expect(lines[2]).toMatch(/^host web-1, 1-SEC 0\.1\.0, running, DRY RUN, preset safe, modules 15 of 16/);
    expect(lines[3]).toBe('limit: journald is not there: only files are read');
    expect(lines[4]).toBe('12:00:00 CRIT auth_fortress 203.0.113.0: 20 failed logins as root, 4 users id 01KA000000000000');
    expect(lines[5]).toMatch(/^WAITS CRIT kill_process pid 4001 \(bash\)/);
    expect(lines).toContain('  step 1: SIGTERM to pid 4001 through its pidfd');
    expect(lines.at(-3)).toMatch(/^ {2}decide: 1sec enforce approvals approve /);
    expect(lines.at(-2)).toMatch(/history outcome block_ip 203\.0\.113\.1 success verified by ops/);
    expect(lines.at(-1)).toBe('-- 4 messages not shown (slow link or daemon restart) --');
    expect(tty.output()).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test.each([{ TERM: 'dumb' }, { ACCESSIBLE: '1' }])('%j on a terminal means lines, never the alternate screen', async (environment) => {
    const { tty, stop } = await start({ environment, isTerminal: true });
    expect(await stop()).toBe(0);
    expect(tty.output()).not.toContain('\u001b');
    expect(tty.isRaw()).toBe(false);
  });

  test.each(PAYLOADS)('%s is seen, not obeyed', async (_name, payload, shown) => {
    const { tty, client, stop } = await start();
    const { status, alerts, approvals, records } = hostileData(payload);
    client.connection({ state: 'reconnecting', since: NOON, attempt: 1, reason: payload });
    client.push({ type: 'hello', sequence: 1, protocol: 1, status });
    for (const alert of alerts) client.push({ type: 'alert', sequence: 2, alert });
    for (const approval of approvals) client.push({ type: 'approval', sequence: 3, approval });
    for (const record of records) client.push({ type: 'record', sequence: 4, record });
    await stop();
    expect(tty.output().split(shown).length).toBeGreaterThan(6);
    expect(tty.output().replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\ufe0f/u);
  });

  test('repeats of one alert are told at 10, 100 and 1,000 only', async () => {
    const { tty, client, stop } = await start();
    for (let count = 1; count <= 1500; count += 1) client.push({ type: 'alert', sequence: count, alert: sampleAlert(1, { count, version: count }) });
    client.push({ type: 'alert', sequence: 2000, alert: sampleAlert(1, { count: 1500, version: 2000, status: 'RESOLVED' }) });
    await stop();
    const told = tty
      .output()
      .split('\n')
      .filter((line) => line.includes('auth_fortress'));
    expect(told.map((line) => /\((\d+) times\)/.exec(line)?.[1])).toEqual([undefined, '10', '100', '1000', '1500']);
  });

  test('a reader that does not read costs lines, not memory, and the loss is told', async () => {
    let isStuck = true;
    let release: () => void = () => undefined;
    const written: string[] = [];
    const slow = new Writable({
      highWaterMark: 64,
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        written.push(String(chunk));
        if (isStuck) release = done;
        else done();
      },
    });
    const { client, stop } = await start({ stdout: slow as unknown as NodeJS.WriteStream });
    for (let index = 0; index < 5000; index += 1) client.push({ type: 'alert', sequence: index, alert: sampleAlert(index) });
    expect(slow.writableLength).toBeLessThan(2000);
    isStuck = false;
    release();
    await stop();
    expect(written.join('')).toMatch(/-- \d+ lines not shown: the output is slow --/);
  });

  test('ends when the reader goes away', async () => {
    const { tty, exit } = await start();
    tty.stdout.emit('close');
    expect(await exit).toBe(0);
  });
});
