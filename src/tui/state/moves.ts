import type { ActionId } from '../keymap.ts';
import type { AppState } from './app-state.ts';
import { doing, type Step, still, withToast } from './events.ts';
import { type ListState, moveBy, moveToEnd } from './list-window.ts';
import { MAX_ALERTS, MAX_RECORDS } from './merge.ts';
import { shapeOf } from './selectors.ts';

/** Moves the selection of the current list. Going on at its old end asks the daemon for older rows. */
export const moveInList = (state: AppState, action: ActionId): Step => {
  const shape = shapeOf(state, state.view);
  const before = state.lists[state.view];
  const page = Math.max(1, shape.height - 1);
  const list = moved(action, before, shape, page);
  const next = { ...state, lists: { ...state.lists, [state.view]: list } };
  const isStuck = list.selectedKey === before.selectedKey && shape.keys.length > 0;
  const isTowardsOld = shape.newest === 'last' ? UPWARD.has(action) : DOWNWARD.has(action);
  return isStuck && isTowardsOld ? loadOlder(next) : still(next);
};

const UPWARD: ReadonlySet<ActionId> = new Set<ActionId>(['list.up', 'list.page-up', 'list.first']);
const DOWNWARD: ReadonlySet<ActionId> = new Set<ActionId>(['list.down', 'list.page-down', 'list.last']);

const moved = (action: ActionId, list: ListState, shape: ReturnType<typeof shapeOf>, page: number): ListState => {
  switch (action) {
    case 'list.down':
      return moveBy(list, shape, 1);
    case 'list.up':
      return moveBy(list, shape, -1);
    case 'list.page-down':
      return moveBy(list, shape, page);
    case 'list.page-up':
      return moveBy(list, shape, -page);
    case 'list.first':
      return moveToEnd(list, shape, 'first');
    case 'list.last':
      return moveToEnd(list, shape, 'last');
    default:
      return list;
  }
};

const loadOlder = (state: AppState): Step => {
  const { data, paging, view } = state;
  if (state.connection.state !== 'live') return still(state);
  if (view === 'alerts' && paging.alerts === 'idle') {
    const oldest = data.alerts[0]?.alert;
    if (data.alerts.length >= MAX_ALERTS) return still(withToast(state, `${MAX_ALERTS} alerts are kept here: use \`1sec alerts\` for older ones`, 'warn'));
    if (oldest === undefined) return still(state);
    return doing({ ...state, paging: { ...paging, alerts: 'loading' } }, { type: 'load-alerts-before', id: oldest.id });
  }
  if (view === 'history' && paging.history === 'idle') {
    const oldest = data.records[0];
    if (data.records.length >= MAX_RECORDS)
      return still(withToast(state, `${MAX_RECORDS} records are kept here: use \`1sec enforce history\` for older ones`, 'warn'));
    if (oldest === undefined) return still(state);
    return doing({ ...state, paging: { ...paging, history: 'loading' } }, { type: 'load-records-before', sequence: oldest.sequence });
  }
  return still(state);
};
