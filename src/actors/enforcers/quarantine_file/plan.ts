import type { Target } from '../../../domain/action.ts';
import type { FileRef } from '../../../domain/entity.ts';
import { SecError } from '../../../domain/errors.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { ActionPlan, ActionRequest } from '../../contract.ts';

/** The exact steps of putting a file away. Throws SEC_INPUT_INVALID for a target that is no file. */
export const planQuarantine = (request: ActionRequest): ActionPlan => {
  const file = fileOf(request.target);
  const name = toSafe(file.path, 300);
  const identity =
    file.ino === undefined ? '' : ` (device ${file.dev}, inode ${file.ino}${file.sha256 === undefined ? '' : `, SHA-256 ${file.sha256.slice(0, 16)}…`})`;
  return {
    steps: [
      `check that ${name}${identity} is still that file, a regular one, of no package and not of the running system`,
      'write down its owner, mode, times, extended attributes and hash',
      `move it into the quarantine as ${request.actionId} (from another filesystem: copy, check, remove)`,
      'take away every permission (owner root, mode 0000)',
      'check that it is in the quarantine and no longer at its path',
    ],
    undoNote: `${name} comes back with everything it had, if its hash is right and nothing else is there`,
    isLasting: true,
  };
};

/** The file of a target. */
export const fileOf = (target: Target): FileRef => {
  if (target.kind !== 'file') throw new SecError('SEC_INPUT_INVALID', `expected a file, got a target of kind ${target.kind}`);
  if (!target.file.path.startsWith('/')) throw new SecError('SEC_INPUT_INVALID', `expected an absolute path, got "${target.file.path}"`);
  return target.file;
};
