import type { AlertJson, ApprovalJson, LeaseJson, RecordJson, StreamMessage } from '../../protocol/schemas.ts';
import type { KeyBatch } from '../key-names.ts';
import type { AppState, ConnectionView } from './app-state.ts';

/** Everything that can happen to the screen. `now` is wall-clock ms. */
export type AppEvent =
  | { readonly type: 'stream.received'; readonly messages: readonly StreamMessage[]; readonly dropped: number; readonly now: number }
  | { readonly type: 'connection.changed'; readonly connection: ConnectionView; readonly now: number }
  | { readonly type: 'keys.pressed'; readonly batch: KeyBatch; readonly now: number }
  | { readonly type: 'text.pasted'; readonly text: string; readonly now: number }
  | { readonly type: 'terminal.resized'; readonly columns: number; readonly rows: number }
  | { readonly type: 'clock.ticked'; readonly now: number }
  | { readonly type: 'detail.due' }
  | { readonly type: 'alerts.loaded'; readonly alerts: readonly AlertJson[]; readonly isOlderPage: boolean; readonly isLastPage: boolean }
  | { readonly type: 'records.loaded'; readonly records: readonly RecordJson[]; readonly isOlderPage: boolean; readonly isLastPage: boolean }
  | { readonly type: 'approvals.loaded'; readonly approvals: readonly ApprovalJson[] }
  | { readonly type: 'leases.loaded'; readonly leases: readonly LeaseJson[] }
  | { readonly type: 'evidence.loaded'; readonly alert: AlertJson }
  | {
      readonly type: 'decision.settled';
      readonly id: string;
      readonly outcome: CallOutcome;
      readonly text: string;
      readonly approval?: ApprovalJson;
      readonly now: number;
    }
  | {
      readonly type: 'status-change.settled';
      readonly alert: AlertJson;
      readonly previous: AlertJson['status'];
      readonly isRevert: boolean;
      readonly now: number;
    }
  | { readonly type: 'call.failed'; readonly what: 'alerts' | 'records' | 'other'; readonly text: string; readonly now: number }
  | { readonly type: 'mode.confirmed'; readonly text: string }
  | { readonly type: 'copied'; readonly text: string; readonly tone: 'ok' | 'warn'; readonly now: number };

/** How a decision ended: done, refused because it changed in the meantime, or failed with words. */
export type CallOutcome = 'done' | 'conflict' | 'failed';

/** What the outside is asked to do. The state itself never does anything. */
export type Effect =
  | { readonly type: 'load-snapshot' }
  | { readonly type: 'load-alerts-before'; readonly id: string }
  | { readonly type: 'load-records-before'; readonly sequence: number }
  | { readonly type: 'load-leases' }
  | { readonly type: 'load-evidence'; readonly alertId: string }
  | { readonly type: 'decide'; readonly decision: 'approve' | 'reject'; readonly id: string; readonly version: number; readonly reason: string }
  | { readonly type: 'look'; readonly id: string }
  | { readonly type: 'undo'; readonly id: string; readonly reason: string }
  | { readonly type: 'set-alert-status'; readonly alert: AlertJson; readonly status: AlertJson['status']; readonly isRevert: boolean }
  | { readonly type: 'confirm-mode' }
  | { readonly type: 'copy'; readonly what: string; readonly text: string }
  | { readonly type: 'show-detail-soon' }
  | { readonly type: 'suspend' }
  | { readonly type: 'redraw' }
  | { readonly type: 'quit' };

export type Step = { readonly state: AppState; readonly effects: readonly Effect[] };

/** A state and nothing to do. */
export const still = (state: AppState): Step => ({ state, effects: [] });

/** A state and something to do. */
export const doing = (state: AppState, ...effects: readonly Effect[]): Step => ({ state, effects });

/** The state with a line in the footer for a few seconds. */
export const withToast = (state: AppState, text: string, tone: 'plain' | 'ok' | 'warn' | 'danger' = 'plain', forMs = 5000): AppState => ({
  ...state,
  toast: { text, tone, until: state.now + forMs },
});
