import type { AlertJson, ApprovalJson, LeaseJson, RecordJson, StatusJson } from '../../../src/protocol/schemas.ts';
import { settingsFrom, type TuiEnvironment } from '../../../src/tui/environment.ts';
import { type AppState, initialState } from '../../../src/tui/state/app-state.ts';
import type { AppEvent, Effect } from '../../../src/tui/state/events.ts';
import { update } from '../../../src/tui/state/update.ts';
import { NOON, sampleStatus } from '../samples.ts';

type Opening = {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: TuiEnvironment;
  readonly readOnly?: boolean;
  readonly status?: StatusJson;
  readonly alerts?: readonly AlertJson[];
  readonly approvals?: readonly ApprovalJson[];
  readonly records?: readonly RecordJson[];
  readonly leases?: readonly LeaseJson[];
  readonly isLive?: boolean;
};

/** The state machine of the screen without any screen: keys in, state and effects out. */
export const createPureTui = (opening: Opening = {}) => {
  const { columns = 80, rows = 24 } = opening;
  const settings = settingsFrom({ version: '0.1.0', environment: { LANG: 'C.UTF-8', ...opening.environment }, readOnly: opening.readOnly });
  let state: AppState = initialState(settings, { columns, rows }, NOON + 60_000);
  let effects: readonly Effect[] = [];
  let now = state.now;
  const dispatch = (event: AppEvent): void => {
    const step = update(state, event);
    state = step.state;
    effects = [...effects, ...step.effects.filter((effect) => effect.type !== 'show-detail-soon')];
  };
  const tui = {
    state: (): AppState => state,
    dispatch,
    /** Effects since the last time this was asked. */
    effects: (): readonly Effect[] => {
      const taken = effects;
      effects = [];
      return taken;
    },
    wait: (ms: number): void => {
      now += ms;
      dispatch({ type: 'clock.ticked', now });
    },
    now: (): number => now,
    /** Keys one by one; `chunk` sends them in one read. */
    press: (...names: readonly string[]): void => {
      for (const name of names)
        dispatch({ type: 'keys.pressed', batch: { presses: [{ name, isText: name.length === 1 || name === 'space', isRepeat: false }], isChunk: false }, now });
    },
    chunk: (...names: readonly string[]): void =>
      dispatch({
        type: 'keys.pressed',
        batch: { presses: names.map((name) => ({ name, isText: name.length === 1 || name === 'space', isRepeat: false })), isChunk: names.length > 1 },
        now,
      }),
    repeat: (name: string): void => dispatch({ type: 'keys.pressed', batch: { presses: [{ name, isText: true, isRepeat: true }], isChunk: false }, now }),
    connect: (connection: AppState['connection']['state']): void =>
      dispatch({ type: 'connection.changed', connection: { state: connection, since: now, attempt: 0, reason: '' }, now }),
  };
  if (opening.isLive !== false) tui.connect('live');
  dispatch({ type: 'stream.received', messages: [{ type: 'hello', sequence: 1, protocol: 1, status: opening.status ?? sampleStatus() }], dropped: 0, now });
  dispatch({ type: 'alerts.loaded', alerts: opening.alerts ?? [], isOlderPage: false, isLastPage: false });
  dispatch({ type: 'approvals.loaded', approvals: opening.approvals ?? [] });
  dispatch({ type: 'records.loaded', records: opening.records ?? [], isOlderPage: false, isLastPage: false });
  dispatch({ type: 'leases.loaded', leases: opening.leases ?? [] });
  effects = [];
  return tui;
};
