import { setTimeout as sleep } from 'node:timers/promises';
import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../../src/domain/clock.ts';
import { App } from '../../../src/tui/components/app.tsx';
import { type Settings, settingsFrom, type TuiEnvironment } from '../../../src/tui/environment.ts';
import { initialState } from '../../../src/tui/state/app-state.ts';
import type { AppEvent, Effect } from '../../../src/tui/state/events.ts';
import { createStore, type Store } from '../../../src/tui/state/store.ts';
import { NOON, sampleAlert, sampleApproval, sampleStatus } from '../samples.ts';

afterEach(cleanup);

type Mounting = { readonly columns?: number; readonly rows?: number; readonly environment?: TuiEnvironment; readonly breakOn?: AppEvent['type'] };

const mount = async ({ columns = 100, rows = 24, environment = {}, breakOn }: Mounting = {}) => {
  const clock = createManualClock(NOON);
  const settings: Settings = settingsFrom({ version: '0.1.0', environment: { LANG: 'C.UTF-8', ...environment } });
  const effects: Effect[] = [];
  const errors: unknown[] = [];
  const sound = createStore(initialState(settings, { columns, rows }, NOON), (effect) => effects.push(effect));
  const store: Store = {
    ...sound,
    dispatch: (event) => {
      if (event.type === breakOn) throw new Error('broken on purpose');
      sound.dispatch(event);
    },
  };
  store.dispatch({ type: 'connection.changed', connection: { state: 'live', since: NOON, attempt: 0, reason: '' }, now: NOON });
  store.dispatch({ type: 'stream.received', messages: [{ type: 'hello', sequence: 1, protocol: 1, status: sampleStatus() }], dropped: 0, now: NOON });
  store.dispatch({ type: 'alerts.loaded', alerts: Array.from({ length: 30 }, (_, index) => sampleAlert(index)), isOlderPage: false, isLastPage: false });
  store.dispatch({ type: 'approvals.loaded', approvals: [sampleApproval(29)] });
  const app = render(<App store={store} clock={clock} onError={(error) => errors.push(error)} isEager={false} />);
  // The library's terminal has 100 columns and no rows: this one has both.
  Object.defineProperties(app.stdout, { columns: { value: columns }, rows: { value: rows } });
  app.stdout.emit('resize');
  const settled = (): Promise<void> => sleep(30);
  await settled();
  return {
    app,
    store,
    clock,
    effects,
    errors,
    settled,
    press: async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) {
        app.stdin.write(key);
        await sleep(key === '\u001b' ? 40 : 1);
      }
      await settled();
    },
    frame: (): readonly string[] => (app.lastFrame() ?? '').split('\n'),
  };
};

describe('app', () => {
  test.each([40, 60, 80, 140])('at %i columns no row is wider and none is missing', async (columns) => {
    const { frame } = await mount({ columns, rows: 24 });
    expect(frame().length).toBe(24);
    for (const row of frame()) expect([...row].length).toBeLessThanOrEqual(columns);
    expect(frame()[0]).toMatch(/live/);
  });

  test('keys become frames', async () => {
    const { press, frame } = await mount();
    expect(frame().find((row) => row.startsWith('▶'))).toContain('203.0.113.29');
    await press('k', 'k');
    expect(frame().find((row) => row.startsWith('▶'))).toContain('203.0.113.27');
    await press('\u001b[A');
    expect(frame().find((row) => row.startsWith('▶'))).toContain('203.0.113.26');
    await press('2');
    expect(frame().find((row) => row.startsWith('▶'))).toContain('kill_process');
    await press('?');
    expect(frame().join('\n')).toContain('keys of this view');
    await press('\u001b');
    expect(frame().join('\n')).not.toContain('keys of this view');
  });

  test('jjj in one read moves three rows', async () => {
    const { press, frame } = await mount();
    await press('g', 'jjj');
    expect(frame().find((row) => row.startsWith('▶'))).toContain('203.0.113.3 ');
  });

  test('a pasted y never confirms, with or without brackets around it', async () => {
    const { press, clock, effects, frame } = await mount();
    await press('2', 'a');
    clock.advance(1000);
    await press('\u001b[200~y\u001b[201~', '\u001b[200~y\ny\r\u001b[201~', 'yy', 'y\r');
    expect(effects.filter((effect) => effect.type === 'decide')).toEqual([]);
    expect(frame().join('\n')).toContain('approve this action?');
    clock.advance(1000);
    await press('y');
    expect(effects.filter((effect) => effect.type === 'decide')).toHaveLength(1);
  });

  test('pasting into the list presses no keys', async () => {
    const { press, store, frame } = await mount();
    await press('\u001b[200~2ay:q\u001b[201~');
    expect(store.getState().view).toBe('alerts');
    expect(frame().at(-1)).toContain('paste ignored');
  });

  test('monochrome keeps words, signs and the selection', async () => {
    const { frame } = await mount({ environment: { NO_COLOR: '1' } });
    expect(frame().join('\n')).not.toMatch(/\u001b\[3\d/);
    expect(frame().find((row) => row.startsWith('▶'))).toContain('HIGH');
  });

  test('a locale without UTF-8 gets ASCII alone, in as many columns', async () => {
    const { store, settled, frame } = await mount({ environment: { LANG: 'C' } });
    store.dispatch({ type: 'alerts.loaded', alerts: [sampleAlert(50, { title: '日本 \u001b[8m → é' })], isOlderPage: false, isLastPage: false });
    await settled();
    expect(frame().filter((row) => /[^\x20-\x7e]/.test(row.replaceAll(/\u001b\[\d+m/g, '')))).toEqual([]);
    expect(frame().find((row) => row.startsWith('> '))).toContain('???? ^[8m > ?');
  });

  test('a bug in a handler is handed out instead of swallowed', async () => {
    const { press, errors } = await mount({ breakOn: 'keys.pressed' });
    await press('k');
    expect(errors).toEqual([new Error('broken on purpose')]);
  });

  test('what waits for a confirmation counts down in the header; C keeps it, once, and is nothing without it', async () => {
    const { app, store, clock, effects, press, settled, frame } = await mount({ columns: 120 });
    await press('C');
    expect(effects.filter(({ type }) => type === 'confirm-mode')).toEqual([]);
    const pending = {
      what: 'preset safe → strict',
      preset: 'safe',
      dry_run: false,
      deadline: new Date(NOON + 90_000).toISOString(),
      seconds_left: 90,
    } as const;
    const enforcement = { enabled: true, dry_run: false, preset: 'strict' } as const;
    const told = async (status: ReturnType<typeof sampleStatus>, sequence: number): Promise<void> => {
      store.dispatch({ type: 'stream.received', messages: [{ type: 'status', sequence, status }], dropped: 0, now: clock.now() });
      await settled();
    };
    await told(sampleStatus({ enforcement: { ...enforcement, pending_rollback: pending } }), 2);
    expect(frame()[0]).toMatch(/back to safe in (?:90 s|1 min(?: 30 s)?|1m30s|1m 30s): C keeps it/);
    clock.advance(60_000);
    store.dispatch({ type: 'clock.ticked', now: clock.now() });
    await settled();
    expect(frame()[0]).toMatch(/back to safe in 30 ?s: C keeps it/);
    await press('C');
    expect(effects.filter(({ type }) => type === 'confirm-mode')).toHaveLength(1);
    store.dispatch({ type: 'mode.confirmed', text: 'confirmed: preset safe → strict' });
    await told(sampleStatus({ enforcement }), 3);
    expect(frame()[0]).not.toContain('back to');
    expect(app.lastFrame()).toContain('confirmed: preset safe → strict');
  });
});
