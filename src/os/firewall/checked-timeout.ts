import { SecError } from '../../domain/errors.ts';

/** Seconds that may go into a firewall command, or SEC_INPUT_INVALID. */
export const checkedTimeoutSeconds = (seconds: number): number => {
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  throw new SecError('SEC_INPUT_INVALID', `expected a timeout of 1 to ${MAX_TIMEOUT_SECONDS} seconds, got ${seconds}`);
};

const MAX_TIMEOUT_SECONDS = 366 * 86_400;
