import type { AppState } from './state/app-state.ts';
import { selectedAlert, selectedApproval, selectedLease, selectedRecord } from './state/selectors.ts';
import { actionTier } from './tiers.ts';

/** Why an action is not possible just now, or undefined when it is. The footer shows it. */
export type DisabledReason = (state: AppState) => string | undefined;

/** Anything that changes something: refused when read-only or while the daemon is not reached. */
export const whyNoWrite: DisabledReason = (state) => {
  if (state.settings.isReadOnly) return 'read-only: started with --read-only';
  if (state.connection.state !== 'live') return 'not connected: decisions wait until the daemon answers';
  return undefined;
};

export const whyNoApprove: DisabledReason = (state) => {
  const refused = whyNoDecision(state);
  if (refused !== undefined) return refused;
  const approval = selectedApproval(state);
  if (approval !== undefined && actionTier(approval.action, approval.target, state.settings.ownAddress) === 'T3') {
    return `that would cut off your own address ${state.settings.ownAddress ?? ''}: not from here`;
  }
  return undefined;
};

export const whyNoDecision: DisabledReason = (state) => {
  const refused = whyNoWrite(state);
  if (refused !== undefined) return refused;
  const approval = selectedApproval(state);
  if (approval === undefined) return state.view === 'approvals' ? 'nothing waits for a decision' : 'no approval waits for this row';
  if (approval.state !== 'pending') return `already ${approval.state}`;
  return undefined;
};

export const whyNoUndo: DisabledReason = (state) => {
  const refused = whyNoWrite(state);
  if (refused !== undefined) return refused;
  if (state.reversible !== undefined && state.now < state.reversible.until) return undefined;
  return selectedLease(state) === undefined ? 'nothing in force to undo for this row' : undefined;
};

export const whyNoAcknowledge: DisabledReason = (state) => {
  const refused = whyNoWrite(state);
  if (refused !== undefined) return refused;
  const alert = selectedAlert(state);
  if (alert === undefined) return 'only alerts can be acknowledged';
  if (alert.status !== 'OPEN' && alert.status !== 'ACKNOWLEDGED') return `already ${alert.status.toLowerCase()}`;
  return undefined;
};

export const whyNoConfirm: DisabledReason = (state) =>
  whyNoWrite(state) ?? (state.data.status?.enforcement.pending_rollback === undefined ? 'no change of preset or dry run waits for a confirmation' : undefined);

export const whyNoCopy: DisabledReason = (state) => (copySubject(state) === undefined ? 'nothing selected to copy' : undefined);

export const whyNoIp: DisabledReason = (state) => (copyableIp(state) === undefined ? 'no address in this row' : undefined);

export const whyNoDetail: DisabledReason = (state) => (copySubject(state) === undefined ? 'nothing selected' : undefined);

/** What `y` and `Y` are about. */
export const copySubject = (state: AppState): { readonly id: string } | undefined => {
  switch (state.view) {
    case 'alerts':
      return selectedAlert(state);
    case 'approvals':
      return selectedApproval(state);
    case 'history':
      return selectedRecord(state);
    case 'status':
      return undefined;
  }
};

/** The address `i` copies. */
export const copyableIp = (state: AppState): string | undefined => {
  const target = selectedRecord(state)?.target ?? (state.view === 'approvals' ? selectedApproval(state)?.target : undefined);
  const text = selectedAlert(state)?.entities.ip ?? target;
  return text !== undefined && /^[0-9a-f.:]{2,45}(\/[0-9]{1,3})?$/i.test(text) && /[.:]/.test(text) ? text : undefined;
};
