import type { AlertJson, ApprovalJson, LeaseJson, RecordJson, StatusJson } from '../../protocol/schemas.ts';
import type { Settings } from '../environment.ts';
import type { Filter } from '../filter/grammar.ts';
import type { Dialog } from './dialog-state.ts';
import { EMPTY_LIST, type ListState } from './list-window.ts';

export const VIEWS = ['alerts', 'approvals', 'history', 'status'] as const;
export type ViewId = (typeof VIEWS)[number];

/** A hole in the stream, shown as a row where it happened. */
export type Gap = { readonly missed: number };

/** A row of the alert list. `key` sorts: the alert's id, or the id before the hole with a suffix. */
export type AlertItem = { readonly key: string; readonly alert?: AlertJson; readonly gap?: Gap };

export type ConnectionView = {
  readonly state: 'connecting' | 'live' | 'reconnecting' | 'stale';
  readonly since: number;
  readonly attempt: number;
  readonly reason: string;
};

/** What the daemon told. Bounded: see `state/merge.ts`. */
export type Data = {
  /** Oldest first, by key. */
  readonly alerts: readonly AlertItem[];
  /** Undecided, oldest first. */
  readonly approvals: readonly ApprovalJson[];
  /** Oldest first, by sequence. */
  readonly records: readonly RecordJson[];
  readonly leases: readonly LeaseJson[];
  readonly status: StatusJson | undefined;
  /** Messages this client dropped because they came faster than it could take them. */
  readonly dropped: number;
};

export type ViewFilter = { readonly text: string; readonly filter: Filter; readonly problem: string | undefined };

export type Toast = { readonly text: string; readonly tone: 'plain' | 'ok' | 'warn' | 'danger'; readonly until: number };

/** What lies over the list. The text of `filter-input` is already in force while it is typed. */
export type Overlay =
  | { readonly kind: 'help'; readonly scroll: number }
  | { readonly kind: 'detail'; readonly scroll: number }
  | { readonly kind: 'filter-input'; readonly before: ViewFilter };

/** An acknowledgement that `u` takes back at once while `until` is not reached. */
export type Reversible = { readonly alertId: string; readonly previous: AlertJson['status']; readonly until: number };

export type Paging = 'idle' | 'loading' | 'end';

export type AppState = {
  readonly settings: Settings;
  readonly size: { readonly columns: number; readonly rows: number };
  /** Wall clock of the latest event, ms. */
  readonly now: number;
  readonly connection: ConnectionView;
  readonly data: Data;
  readonly view: ViewId;
  readonly lists: { readonly [view in ViewId]: ListState };
  readonly filters: { readonly [view in ViewId]: ViewFilter };
  readonly overlay: Overlay | undefined;
  readonly dialog: Dialog | undefined;
  readonly toast: Toast | undefined;
  readonly detail: { readonly placement: 'auto' | 'bottom' | 'off'; readonly shownKey: string | undefined };
  readonly paging: { readonly alerts: Paging; readonly history: Paging };
  readonly reversible: Reversible | undefined;
};

export const NO_FILTER: ViewFilter = { text: '', filter: [], problem: undefined };

/** The state before anything is known. */
export const initialState = (settings: Settings, size: AppState['size'], now: number): AppState => ({
  settings,
  size,
  now,
  connection: { state: 'connecting', since: now, attempt: 0, reason: '' },
  data: { alerts: [], approvals: [], records: [], leases: [], status: undefined, dropped: 0 },
  view: 'alerts',
  lists: { alerts: { ...EMPTY_LIST, isFollowing: true }, approvals: EMPTY_LIST, history: { ...EMPTY_LIST, isFollowing: true }, status: EMPTY_LIST },
  filters: { alerts: NO_FILTER, approvals: NO_FILTER, history: NO_FILTER, status: NO_FILTER },
  overlay: undefined,
  dialog: undefined,
  toast: undefined,
  detail: { placement: 'auto', shownKey: undefined },
  paging: { alerts: 'idle', history: 'idle' },
  reversible: undefined,
});
