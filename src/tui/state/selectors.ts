import type { AlertJson, ApprovalJson, LeaseJson, RecordJson } from '../../protocol/schemas.ts';
import { layoutOf } from '../screen/layout.ts';
import type { AppState, ViewId } from './app-state.ts';
import type { ListShape } from './list-window.ts';
import { alertRows, approvalRows, recordRows, statusRows } from './rows.ts';

/** Keys of a view's rows after its filter. */
export const keysOf = (state: AppState, view: ViewId): readonly string[] => {
  const { filter } = state.filters[view];
  switch (view) {
    case 'alerts':
      return alertRows(state.data.alerts, filter).keys;
    case 'approvals':
      return approvalRows(state.data.approvals, filter).keys;
    case 'history':
      return recordRows(state.data.records, filter).keys;
    case 'status':
      return state.data.status === undefined ? [] : statusRows(state.data.status, filter).keys;
  }
};

/** What the list functions need to know about a view. */
export const shapeOf = (state: AppState, view: ViewId): ListShape => ({
  keys: keysOf(state, view),
  height: layoutOf({ ...state, view }).listHeight,
  newest: view === 'history' || view === 'status' ? 'first' : 'last',
});

/** The alert that a key stands for: the selected row, or the one the detail pane shows. */
export const alertByKey = (state: AppState, key: string | undefined): AlertJson | undefined =>
  key === undefined ? undefined : state.data.alerts.find((item) => item.key === key)?.alert;

export const selectedAlert = (state: AppState): AlertJson | undefined =>
  state.view === 'alerts' ? alertByKey(state, state.lists.alerts.selectedKey) : undefined;

/** The approval under the cursor: itself, or the one that waits for the selected alert. */
export const selectedApproval = (state: AppState): ApprovalJson | undefined => {
  if (state.view === 'approvals') return state.data.approvals.find((approval) => approval.id === state.lists.approvals.selectedKey);
  const alert = selectedAlert(state);
  return alert === undefined ? undefined : state.data.approvals.find((approval) => approval.alert_id === alert.id && approval.state === 'pending');
};

export const selectedRecord = (state: AppState): RecordJson | undefined => {
  if (state.view !== 'history') return undefined;
  const { selectedKey } = state.lists.history;
  return selectedKey === undefined ? undefined : state.data.records.find((record) => record.sequence === Number(selectedKey));
};

/** The lease in force that belongs to the row under the cursor. */
export const selectedLease = (state: AppState): LeaseJson | undefined => {
  const record = selectedRecord(state);
  if (record !== undefined) return state.data.leases.find((lease) => lease.action_id === record.action_id);
  const alert = selectedAlert(state);
  return alert === undefined ? undefined : state.data.leases.find((lease) => lease.alert_id === alert.id);
};

/** How many approvals wait for a person. */
export const waitingCount = (state: AppState): number => state.data.approvals.reduce((count, approval) => count + (approval.state === 'pending' ? 1 : 0), 0);
