import { SecError } from '../../domain/errors.ts';
import type { ActionRequest, EnforcerFactory, EnforcerManifest } from '../contract.ts';

const REASON = 'not available yet';

/** An action that this version can plan but not do, and says so: `apply` rejects with SEC_UNAVAILABLE. */
export const createNotAvailable =
  (manifest: EnforcerManifest, steps: (request: ActionRequest) => readonly string[]): EnforcerFactory =>
  () => {
    const refuse = async (): Promise<never> => {
      throw new SecError('SEC_UNAVAILABLE', `${manifest.action}: ${REASON}`);
    };
    return {
      manifest,
      availability: async () => ({ isAvailable: false, reason: REASON }),
      plan: (request) => ({ steps: steps(request), undoNote: `${manifest.action} is ${REASON}` }),
      rehearse: async () => `${manifest.action} is ${REASON}`,
      apply: refuse,
      verify: refuse,
      undo: refuse,
      fini: async () => [],
    };
  };
