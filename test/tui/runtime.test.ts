import { describe, expect, test } from 'vitest';
import { SecError } from '../../src/domain/errors.ts';
import { settingsFrom } from '../../src/tui/environment.ts';
import { createRuntime } from '../../src/tui/runtime.ts';
import { createFakeClient } from '../kit/fake-client.ts';
import { NOON, sampleAlert, sampleApproval, sampleStatus } from './samples.ts';
import { createVirtualTime } from './virtual-time.ts';

const start = async () => {
  const time = createVirtualTime(NOON);
  const client = createFakeClient();
  const written: string[] = [];
  const failures: unknown[] = [];
  const settings = settingsFrom({ version: '0.1.0', environment: { LANG: 'C.UTF-8' } });
  const runtime = createRuntime({ client, clock: time.clock, settings, size: { columns: 80, rows: 24 }, frameMs: 100, wait: time.wait });
  runtime.attach({
    write: (bytes) => written.push(bytes),
    quit: () => undefined,
    suspend: () => undefined,
    redraw: () => undefined,
    fail: (error) => failures.push(error),
  });
  const ended = new AbortController();
  const running = runtime.run(ended.signal);
  await client.followed;
  client.connection({ state: 'live', since: NOON });
  let changes = 0;
  runtime.store.subscribe(() => {
    changes += 1;
  });
  const press = (name: string): void =>
    runtime.store.dispatch({ type: 'keys.pressed', batch: { presses: [{ name, isText: true, isRepeat: false }], isChunk: false }, now: time.clock.now() });
  return {
    time,
    client,
    written,
    failures,
    store: runtime.store,
    press,
    changes: () => changes,
    stop: async (): Promise<void> => {
      ended.abort();
      await running;
    },
  };
};

describe('runtime', () => {
  test('any number of messages within a frame is one change of state', async () => {
    const run = await start();
    for (let index = 0; index < 500; index += 1) run.client.push({ type: 'alert', sequence: index, alert: sampleAlert(index) });
    expect(run.changes()).toBe(0);
    await run.time.advance(100);
    expect(run.changes()).toBe(1);
    expect(run.store.getState().data.alerts).toHaveLength(500);
    await run.stop();
  });

  test('in a flood the next frame comes later, and is back to normal when it is over', async () => {
    const run = await start();
    const flood = (count: number): void => {
      for (let index = 0; index < count; index += 1) run.client.push({ type: 'alert', sequence: index, alert: sampleAlert(index) });
    };
    flood(50);
    await run.time.advance(100);
    flood(2);
    await run.time.advance(249);
    expect(run.changes()).toBe(1);
    await run.time.advance(1);
    expect(run.changes()).toBe(2);
    flood(2);
    await run.time.advance(100);
    expect(run.changes()).toBe(3);
    await run.stop();
  });

  test('what does not fit between two frames is dropped, counted and told', async () => {
    const run = await start();
    for (let index = 0; index < 10_050; index += 1) run.client.push({ type: 'alert', sequence: index, alert: sampleAlert(index) });
    await run.time.advance(100);
    const { data } = run.store.getState();
    expect(data.dropped).toBe(50);
    expect(data.alerts.length).toBe(5000);
    expect(data.alerts.at(-1)?.gap).toEqual({ missed: 50 });
    await run.stop();
  });

  test('a call that fails is told in the footer and breaks nothing', async () => {
    const run = await start();
    run.client.answer('pendingApprovals', () => {
      throw new SecError('SEC_FORBIDDEN', 'group 1sec');
    });
    run.client.push({ type: 'hello', sequence: 1, protocol: 1, status: sampleStatus() });
    await run.time.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
    expect(run.store.getState().toast).toMatchObject({ text: 'This user may not do that. group 1sec', tone: 'danger' });
    expect(run.failures).toEqual([]);
    await run.stop();
  });

  test('a decision is answered from the reply, without waiting for the stream', async () => {
    const run = await start();
    run.client.answer('approve', () => ({ ...sampleApproval(1), state: 'done', version: 4, result: 'gone, verified' }));
    run.store.dispatch({ type: 'approvals.loaded', approvals: [sampleApproval(1)] });
    run.press('2');
    run.press('a');
    run.time.clock.advance(500);
    run.press('y');
    await new Promise((resolve) => setImmediate(resolve));
    expect(run.store.getState().data.approvals).toEqual([]);
    expect(run.store.getState().dialog).toBeUndefined();
    await run.stop();
  });

  test('a failed action is not told as done', async () => {
    const run = await start();
    run.client.answer('approve', () => ({ ...sampleApproval(1), state: 'failed', version: 4, result: 'still running' }));
    run.store.dispatch({ type: 'approvals.loaded', approvals: [sampleApproval(1)] });
    run.press('2');
    run.press('a');
    run.time.clock.advance(500);
    run.press('y');
    await new Promise((resolve) => setImmediate(resolve));
    expect(run.store.getState().dialog).toMatchObject({ phase: 'over', note: expect.stringContaining('failed: still running') });
    await run.stop();
  });

  test('what is too long for a clipboard is not sent in part', async () => {
    const run = await start();
    run.store.dispatch({ type: 'alerts.loaded', alerts: [sampleAlert(1, { description: 'x'.repeat(80_000) })], isOlderPage: false, isLastPage: true });
    run.press('Y');
    expect(run.written).toEqual([]);
    expect(run.store.getState().toast).toMatchObject({ tone: 'warn', text: expect.stringContaining('too long') });
    await run.stop();
  });

  test('the detail pane follows when the cursor rests, not before', async () => {
    const run = await start();
    run.store.dispatch({ type: 'alerts.loaded', alerts: [1, 2, 3, 4].map((index) => sampleAlert(index)), isOlderPage: false, isLastPage: true });
    run.press('k');
    await run.time.advance(100);
    run.press('k');
    await run.time.advance(149);
    expect(run.store.getState().detail.shownKey).toBe(sampleAlert(4).id);
    await run.time.advance(1);
    expect(run.store.getState().detail.shownKey).toBe(sampleAlert(2).id);
    await run.stop();
  });

  test('at rest the clock moves every ten seconds, with a dialog open every second', async () => {
    const run = await start();
    run.store.dispatch({ type: 'approvals.loaded', approvals: [sampleApproval(1)] });
    await run.time.advance(9_000);
    expect(run.store.getState().now).toBe(NOON);
    await run.time.advance(1_000);
    expect(run.store.getState().now).toBe(NOON + 10_000);
    run.press('2');
    run.press('a');
    await run.time.advance(3_000);
    expect(run.store.getState().now).toBe(NOON + 13_000);
    await run.stop();
  });
});
