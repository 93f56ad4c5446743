import type { Target } from '../../../domain/action.ts';
import type { ProcessRef } from '../../../domain/entity.ts';
import { SecError } from '../../../domain/errors.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { ActionPlan, ActionRequest } from '../../contract.ts';

/** The exact steps of ending a process. Throws SEC_INPUT_INVALID or SEC_REFUSED for one that is never ended. */
export const planKill = (request: ActionRequest): ActionPlan => {
  const process = killableOf(request.target);
  const name = `process ${process.pid} (${toSafe(process.exe, 120)}, started at tick ${process.startTime})`;
  return {
    steps: [
      `check that ${name} is still the same by start time and executable`,
      'suspend it and everything it started (SIGSTOP), so that nothing escapes',
      'end all of them (SIGKILL), the first one last',
      'check that none is left',
    ],
    undoNote: 'cannot be undone',
  };
};

/** The process of a target, when it is one that may ever be ended. */
export const killableOf = (target: Target): ProcessRef => {
  if (target.kind !== 'process') throw new SecError('SEC_INPUT_INVALID', `expected a process, got a target of kind ${target.kind}`);
  const { process } = target;
  if (!Number.isSafeInteger(process.pid) || process.pid < 1) throw new SecError('SEC_INPUT_INVALID', `expected a process id, got ${process.pid}`);
  if (process.pid === 1) throw new SecError('SEC_REFUSED', 'process 1 is never touched');
  if (process.exe === '') throw new SecError('SEC_REFUSED', `process ${process.pid} is a kernel thread or its program is unknown`);
  return process;
};
