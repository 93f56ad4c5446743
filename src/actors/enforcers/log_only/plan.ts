import type { ActionPlan } from '../../contract.ts';

/** The one step of log_only. */
export const planLog = (): ActionPlan => ({ steps: ['write the alert to the history'], undoNote: 'nothing to undo: the history is never rewritten' });
