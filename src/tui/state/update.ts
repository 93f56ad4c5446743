import { layoutOf } from '../screen/layout.ts';
import { type AppState, VIEWS } from './app-state.ts';
import { checkDialog, keepLooking, settleDecision } from './dialog.ts';
import { type AppEvent, doing, type Step, still, withToast } from './events.ts';
import { pressKeys } from './keys.ts';
import { settleList } from './list-window.ts';
import { activeLeases, closeGaps, mergeAlerts, mergeApprovals, mergeRecords } from './merge.ts';
import { paste } from './paste.ts';
import { shapeOf } from './selectors.ts';
import { receive } from './stream.ts';

/** The next state and what to do about it. Pure: same state and event, same step. Lists and dialog are consistent afterwards. */
export const update = (before: AppState, event: AppEvent): Step => {
  const step = apply('now' in event ? { ...before, now: event.now } : before, event);
  const state = settleDetail(checkDialog(settleLists(expireToast(step.state), before)));
  const isMoved = state.lists[state.view].selectedKey !== before.lists[state.view].selectedKey || state.view !== before.view;
  const isLate = isMoved && state.detail.shownKey !== state.lists[state.view].selectedKey;
  return isLate ? { state, effects: [...step.effects, { type: 'show-detail-soon' }] } : { state, effects: step.effects };
};

const apply = (state: AppState, event: AppEvent): Step => {
  switch (event.type) {
    case 'stream.received':
      return receive(state, event.messages, event.dropped);
    case 'connection.changed':
      return still({ ...state, connection: event.connection });
    case 'keys.pressed':
      return pressKeys(state, event.batch);
    case 'text.pasted':
      return still(paste(state, event.text));
    case 'terminal.resized':
      return still({ ...state, size: { columns: event.columns, rows: event.rows } });
    case 'clock.ticked':
      return keepLooking(state);
    case 'detail.due':
      return still({ ...state, detail: { ...state.detail, shownKey: state.lists[state.view].selectedKey } });
    case 'alerts.loaded':
      return still(alertsLoaded(state, event));
    case 'records.loaded':
      return still({
        ...state,
        data: { ...state.data, records: mergeRecords(state.data.records, event.records) },
        paging: { ...state.paging, history: pagingAfter(event, state.paging.history) },
      });
    case 'approvals.loaded':
      return still({ ...state, data: { ...state.data, approvals: mergeApprovals([], event.approvals) } });
    case 'leases.loaded':
      return still({ ...state, data: { ...state.data, leases: activeLeases(event.leases) } });
    case 'evidence.loaded': {
      const { dialog } = state;
      if (dialog === undefined || dialog.subject.kind === 'undo' || dialog.subject.approval.alert_id !== event.alert.id) return still(state);
      return still({ ...state, dialog: { ...dialog, subject: { ...dialog.subject, alert: dialog.subject.alert ?? event.alert } } });
    }
    case 'decision.settled':
      return settleDecision(state, event);
    case 'status-change.settled':
      return still(statusChanged(state, event));
    case 'call.failed':
      return still(withToast(stopLoading(state, event.what), event.text, 'danger', 8000));
    case 'mode.confirmed':
      return still(withToast(state, event.text, 'ok'));
    case 'copied':
      return doing(withToast(state, event.text, event.tone));
  }
};

const alertsLoaded = (state: AppState, event: AppEvent & { readonly type: 'alerts.loaded' }): AppState => {
  const oldest = event.alerts.reduce<string | undefined>((least, alert) => (least === undefined || alert.id < least ? alert.id : least), undefined);
  const kept = event.isOlderPage || oldest === undefined ? state.data.alerts : closeGaps(state.data.alerts, oldest);
  return {
    ...state,
    data: { ...state.data, alerts: mergeAlerts(kept, event.alerts) },
    paging: { ...state.paging, alerts: pagingAfter(event, state.paging.alerts) },
  };
};

const pagingAfter = (
  event: { readonly isOlderPage: boolean; readonly isLastPage: boolean },
  before: AppState['paging']['alerts'],
): AppState['paging']['alerts'] => {
  if (event.isLastPage) return 'end';
  return event.isOlderPage || before === 'loading' ? 'idle' : before;
};

const stopLoading = (state: AppState, what: 'alerts' | 'records' | 'other'): AppState => {
  if (what === 'alerts') return { ...state, paging: { ...state.paging, alerts: 'idle' } };
  return what === 'records' ? { ...state, paging: { ...state.paging, history: 'idle' } } : state;
};

const UNDO_MS = 30_000;

const statusChanged = (state: AppState, event: AppEvent & { readonly type: 'status-change.settled' }): AppState => {
  const { alert, previous, isRevert } = event;
  const merged = { ...state, data: { ...state.data, alerts: mergeAlerts(state.data.alerts, [alert]) } };
  if (isRevert) return withToast({ ...merged, reversible: undefined }, `taken back: ${alert.status.toLowerCase()} again`, 'ok');
  const word = alert.status === 'ACKNOWLEDGED' ? 'acknowledged' : alert.status.toLowerCase();
  return withToast({ ...merged, reversible: { alertId: alert.id, previous, until: state.now + UNDO_MS } }, `${word} · u undo (30 s)`, 'ok');
};

const expireToast = (state: AppState): AppState => (state.toast !== undefined && state.now >= state.toast.until ? { ...state, toast: undefined } : state);

// Only what changed is looked at: a list depends on its data, its filter, the size of the screen and itself.
const settleLists = (state: AppState, before: AppState): AppState => {
  const isLayoutChanged = state.size !== before.size || state.detail.placement !== before.detail.placement;
  const lists = { ...state.lists };
  let isChanged = false;
  for (const view of VIEWS) {
    const isTouched = isLayoutChanged || state.data !== before.data || state.filters[view] !== before.filters[view] || state.lists[view] !== before.lists[view];
    if (!isTouched) continue;
    const settled = settleList(state.lists[view], shapeOf(state, view));
    if (settled === state.lists[view]) continue;
    lists[view] = settled;
    isChanged = true;
  }
  return isChanged ? { ...state, lists } : state;
};

// While the list follows, or when there is nothing to wait for, the pane shows the selection at once.
const settleDetail = (state: AppState): AppState => {
  const { selectedKey, isFollowing } = state.lists[state.view];
  const isAtOnce = isFollowing || state.detail.shownKey === undefined || selectedKey === undefined || layoutOf(state).detail.where === 'none';
  if (!isAtOnce || state.detail.shownKey === selectedKey) return state;
  return { ...state, detail: { ...state.detail, shownKey: selectedKey } };
};
