import type { ActionOutcome, ActionRequest, Enforcer } from '../../src/actors/contract.ts';
import type { ActionName } from '../../src/domain/action.ts';

const DONE: ActionOutcome = { verification: 'verified', detail: 'checked' };

/** An enforcer that touches nothing and tells what it was asked. */
export const fakeEnforcer = (
  action: ActionName,
  hooks: {
    readonly onUndo?: (request: ActionRequest) => void;
    readonly onRelease?: (request: ActionRequest) => Promise<void>;
    readonly fini?: () => Promise<readonly string[]>;
    readonly undo?: Enforcer['undo'];
    readonly outlastsCleanup?: boolean;
  } = {},
): Enforcer => ({
  manifest: { action, title: action, risk: 'medium', privilege: 'none', isReversible: true, outlastsCleanup: hooks.outlastsCleanup },
  availability: async () => ({ isAvailable: true }),
  plan: () => ({ steps: ['nothing'], undoNote: 'nothing' }),
  rehearse: async () => undefined,
  apply: async () => DONE,
  verify: async () => DONE,
  undo: async (request) => {
    hooks.onUndo?.(request);
    return hooks.undo === undefined ? DONE : hooks.undo(request);
  },
  hold: async () => [],
  release: async (request) => hooks.onRelease?.(request),
  fini: hooks.fini ?? (async () => []),
});
