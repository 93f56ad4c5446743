import { assertNever } from '../../domain/result.ts';
import { copyableIp, copySubject } from '../disabled.ts';
import type { ActionId } from '../keymap.ts';
import { pasteSafeJson } from '../osc52.ts';
import { detailLines } from '../screen/detail-lines.ts';
import { maxScroll } from '../screen/facts.ts';
import { helpLines } from '../screen/help-lines.ts';
import { layoutOf } from '../screen/layout.ts';
import { type AppState, NO_FILTER, type Overlay, VIEWS, type ViewId } from './app-state.ts';
import { ask } from './dialog.ts';
import { doing, type Step, still, withToast } from './events.ts';
import { setFilter } from './filter-text.ts';
import { follow, pause } from './list-window.ts';
import { moveInList } from './moves.ts';
import { scrollBy } from './scroll.ts';
import { alertByKey, selectedAlert, selectedApproval, selectedLease, shapeOf } from './selectors.ts';

/** Runs an action whose reason to be disabled was already asked for. */
export const runAction = (state: AppState, action: ActionId): Step => {
  switch (action) {
    case 'list.down':
    case 'list.up':
    case 'list.page-down':
    case 'list.page-up':
    case 'list.first':
    case 'list.last':
      return moveInList(state, action);
    case 'list.follow':
      return still(toggleFollow(state));
    case 'row.open':
      return still({ ...state, overlay: { kind: 'detail', scroll: 0 } });
    case 'filter.edit':
      return still({ ...state, overlay: { kind: 'filter-input', before: state.filters[state.view] } });
    case 'detail.toggle':
      return still({ ...state, detail: { ...state.detail, placement: ({ auto: 'bottom', bottom: 'off', off: 'auto' } as const)[state.detail.placement] } });
    case 'help.open':
      return still({ ...state, overlay: { kind: 'help', scroll: 0 } });
    case 'view.alerts':
      return still(showView(state, 'alerts'));
    case 'view.approvals':
      return still(showView(state, 'approvals'));
    case 'view.history':
      return still(showView(state, 'history'));
    case 'view.status':
      return still(showView(state, 'status'));
    case 'view.next':
      return still(showView(state, neighbour(state.view, 1)));
    case 'view.previous':
      return still(showView(state, neighbour(state.view, -1)));
    case 'approval.approve':
    case 'approval.reject':
      return askAboutApproval(state, action === 'approval.approve' ? 'approve' : 'reject');
    case 'lease.undo':
      return undo(state);
    case 'alert.acknowledge':
      return acknowledge(state);
    case 'mode.confirm':
      return doing(state, { type: 'confirm-mode' });
    case 'copy.id':
      return copy(state, 'id', copySubject(state)?.id);
    case 'copy.json': {
      const subject = copySubject(state);
      return copy(state, 'JSON', subject === undefined ? undefined : pasteSafeJson(subject));
    }
    case 'copy.ip':
      return copy(state, 'address', copyableIp(state));
    case 'app.back':
      return still({ ...state, overlay: undefined });
    case 'app.escape':
      return still(state.overlay === undefined ? setFilter({ ...state, toast: undefined }, NO_FILTER) : { ...state, overlay: undefined });
    case 'app.quit':
    case 'app.quit-now':
      return doing(state, { type: 'quit' });
    case 'app.suspend':
      return doing(state, { type: 'suspend' });
    case 'app.redraw':
      return doing(state, { type: 'redraw' });
    case 'scroll.down':
    case 'scroll.up':
    case 'scroll.page-down':
    case 'scroll.page-up':
    case 'scroll.first':
    case 'scroll.last':
      return still(scrollOverlay(state, action));
    case 'dialog.confirm':
    case 'dialog.cancel':
    case 'dialog.reason':
    case 'text.done':
    case 'text.cancel':
    case 'text.erase':
    case 'text.clear':
      return still(state);
    default:
      return assertNever(action);
  }
};

const neighbour = (view: ViewId, step: number): ViewId => VIEWS[(VIEWS.indexOf(view) + step + VIEWS.length) % VIEWS.length] ?? 'alerts';

const showView = (state: AppState, view: ViewId): AppState => ({
  ...state,
  view,
  overlay: undefined,
  detail: { ...state.detail, shownKey: state.lists[view].selectedKey },
});

const toggleFollow = (state: AppState): AppState => {
  const list = state.lists[state.view];
  const toggled = list.isFollowing ? pause(list, shapeOf(state, state.view)) : follow(list);
  return { ...state, lists: { ...state.lists, [state.view]: toggled } };
};

const askAboutApproval = (state: AppState, kind: 'approve' | 'reject'): Step => {
  const approval = selectedApproval(state);
  if (approval === undefined) return still(state);
  return ask({ ...state, overlay: undefined }, { kind, approval, alert: alertByKey(state, approval.alert_id) });
};

const undo = (state: AppState): Step => {
  const { reversible } = state;
  if (reversible !== undefined && state.now < reversible.until) {
    const alert = alertByKey(state, reversible.alertId);
    const forgotten = { ...state, reversible: undefined };
    return alert === undefined ? still(forgotten) : doing(forgotten, { type: 'set-alert-status', alert, status: reversible.previous, isRevert: true });
  }
  const lease = selectedLease(state);
  return lease === undefined ? still(state) : ask({ ...state, overlay: undefined }, { kind: 'undo', lease });
};

const acknowledge = (state: AppState): Step => {
  const alert = selectedAlert(state);
  if (alert === undefined) return still(state);
  return doing(state, { type: 'set-alert-status', alert, status: alert.status === 'OPEN' ? 'ACKNOWLEDGED' : 'OPEN', isRevert: false });
};

const copy = (state: AppState, what: string, text: string | undefined): Step =>
  text === undefined ? still(withToast(state, 'nothing to copy', 'warn')) : doing(state, { type: 'copy', what, text });

const scrollOverlay = (state: AppState, action: ActionId): AppState => {
  const { overlay } = state;
  if (overlay === undefined || overlay.kind === 'filter-input') return state;
  const { columns, bodyHeight } = layoutOf(state);
  const lines = overlay.kind === 'help' ? helpLines(state, columns) : detailLines(state, state.lists[state.view].selectedKey, columns);
  const height = bodyHeight - 1;
  const scrolled: Overlay = { ...overlay, scroll: scrollBy(action, overlay.scroll, height, maxScroll(lines, height)) };
  return { ...state, overlay: scrolled };
};
