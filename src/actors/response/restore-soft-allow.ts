import type { Clock } from '../../domain/clock.ts';
import type { Store } from '../../store/contract.ts';
import type { Ledger } from './ledger.ts';
import { SOFT_ALLOW_MS } from './undo.ts';

const MAX_RECORDS = 1000;

/** After a restart: what a person took back less than ten minutes ago is still left alone, for the rest of that time. Read from the history. */
export const restoreSoftAllow = (store: Store, ledger: Ledger, clock: Clock): void => {
  for (const { at, module, action, target, actor, outcome } of store.history.page({ limit: MAX_RECORDS, kind: 'undo' })) {
    const left = Math.min(SOFT_ALLOW_MS, at + SOFT_ALLOW_MS - clock.now());
    if (left <= 0 || actor === undefined || outcome !== 'success' || module === undefined || action === undefined || target === undefined) continue;
    // The form of `cooldownKey`: the history keeps the key of the target.
    ledger.startCooldown(`${module}:${action}:${target}`, left, clock.monotonic());
  }
};
