import type { ActionOutcome, EnforcerFactory } from '../../contract.ts';
import { manifest } from './manifest.ts';
import { planLog } from './plan.ts';

const RECORDED: ActionOutcome = { verification: 'verified', detail: 'recorded in the history' };

/** Leaves the record that the response layer writes around every action, and does nothing else. */
export const createLogOnly: EnforcerFactory = () => ({
  manifest,
  availability: async () => ({ isAvailable: true }),
  plan: planLog,
  rehearse: async () => undefined,
  apply: async () => RECORDED,
  verify: async () => RECORDED,
  undo: async () => ({ verification: 'verified', detail: 'nothing was done, nothing to undo' }),
  fini: async () => [],
});
