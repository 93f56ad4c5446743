import type { Target } from '../../../domain/action.ts';
import { SecError } from '../../../domain/errors.ts';
import { toSafe } from '../../../domain/safe-text.ts';
import type { ActionPlan, ActionRequest } from '../../contract.ts';

/** The exact steps of disabling an account. Throws SEC_INPUT_INVALID or SEC_REFUSED for one that is never disabled. */
export const planDisable = (request: ActionRequest): ActionPlan => {
  const { user, uid } = accountOf(request.target);
  const name = `${toSafe(user, 64)}${uid === undefined ? '' : ` (user id ${uid})`}`;
  return {
    steps: [
      `check that ${name} is that account, and no system account, operator, approver or last administrator`,
      `usermod: lock the password of ${name} and close the account (expiry day 1)`,
      'suspend everything that runs as this user (SIGSTOP), so that nothing escapes',
      'give its authorized_keys another name',
      'end all its processes and sessions (SIGKILL), looking again until none is left',
      'check that the account is locked and closed, without processes and without keys',
    ],
    undoNote: `unlock ${name} exactly as it was: password, expiry, keys; ended sessions do not come back`,
    isLasting: true,
  };
};

/** The account of a target. A user name is data: one that looks like an option is none. */
export const accountOf = (target: Target): { readonly user: string; readonly uid?: number | undefined } => {
  if (target.kind !== 'user') throw new SecError('SEC_INPUT_INVALID', `expected a user, got a target of kind ${target.kind}`);
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,255}\$?$/.test(target.user)) throw new SecError('SEC_INPUT_INVALID', `"${target.user}" is no name of an account`);
  if (target.user === 'root' || target.uid === 0) throw new SecError('SEC_REFUSED', 'root is never disabled');
  return target;
};
