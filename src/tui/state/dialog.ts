import { VIEW_GRACE_MS } from '../../domain/approval-time.ts';
import { msUntil } from '../text/times.ts';
import type { AppState } from './app-state.ts';
import { type Dialog, type DialogSubject, openDialog, subjectId } from './dialog-state.ts';
import { type AppEvent, doing, type Step, still, withToast } from './events.ts';
import { mergeApprovals } from './merge.ts';

/** Opens a dialog on a frozen copy of what it asks about; evidence that is not here is fetched. */
export const ask = (state: AppState, subject: DialogSubject): Step => {
  const opened = { ...state, dialog: openDialog(subject, state.now), toast: undefined };
  return subject.kind !== 'undo' && subject.alert === undefined ? doing(opened, { type: 'load-evidence', alertId: subject.approval.alert_id }) : still(opened);
};

/** While the question of an approval is on the screen, the daemon is told so every few seconds: it does not run out under who reads it. */
export const keepLooking = (state: AppState): Step => {
  const { dialog } = state;
  if (dialog === undefined || dialog.subject.kind === 'undo' || (dialog.phase !== 'asking' && dialog.phase !== 'typing')) return still(state);
  if (state.now - dialog.lookedAt < LOOK_EVERY_MS) return still(state);
  return doing({ ...state, dialog: { ...dialog, lookedAt: state.now } }, { type: 'look', id: dialog.subject.approval.id });
};

const LOOK_EVERY_MS = 5000;

/** Ends the way to `y` when what is asked about expired, changed, or was decided elsewhere. A decision under way is left alone. */
export const checkDialog = (state: AppState): AppState => {
  const { dialog } = state;
  if (dialog === undefined || dialog.phase === 'sending' || dialog.phase === 'over') return state;
  const note = whyOver(state, dialog.subject);
  return note === undefined ? state : { ...state, dialog: { ...dialog, phase: 'over', note } };
};

/** What became of a decision: a toast when done, else the dialog stays and says why. */
export const settleDecision = (before: AppState, event: AppEvent & { readonly type: 'decision.settled' }): Step => {
  // What the daemon answered is newer than what the stream said.
  const state =
    event.approval === undefined ? before : { ...before, data: { ...before.data, approvals: mergeApprovals(before.data.approvals, [event.approval]) } };
  const { dialog } = state;
  const isOurs = dialog !== undefined && dialog.phase === 'sending' && subjectId(dialog.subject) === event.id;
  if (event.outcome === 'done') {
    const done = withToast(isOurs ? { ...state, dialog: undefined } : state, event.text, 'ok', 8000);
    return doing(done, { type: 'load-leases' });
  }
  if (!isOurs) return still(withToast(state, event.text, 'danger', 8000));
  const note = event.outcome === 'conflict' ? CHANGED : event.text;
  return still({ ...state, dialog: { ...dialog, phase: 'over', note } });
};

const CHANGED = 'changed meanwhile, look again';

const whyOver = (state: AppState, subject: DialogSubject): string | undefined => {
  if (subject.kind === 'undo') return undefined;
  const { approval } = subject;
  if (msUntil(approval.expires_at, state.now) <= -VIEW_GRACE_MS) return 'expired: nothing will happen';
  const current = state.data.approvals.find((candidate) => candidate.id === approval.id);
  if (current === undefined) return 'no longer waiting: decided elsewhere, expired or void';
  if (current.state !== 'pending') return `already ${current.state}${current.decided_by === undefined ? '' : ` by ${current.decided_by.name}`}`;
  return (current.basis ?? current.version) <= approval.version ? undefined : CHANGED;
};

/** The effect that `y` stands for. */
export const confirmEffect = (dialog: Dialog): Step['effects'][number] => {
  const { subject, reason } = dialog;
  if (subject.kind === 'undo') return { type: 'undo', id: subject.lease.id, reason };
  return { type: 'decide', decision: subject.kind, id: subject.approval.id, version: subject.approval.version, reason };
};
