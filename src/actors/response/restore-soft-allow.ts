import type { Clock } from '../../domain/clock.ts';
import type { Store } from '../../store/contract.ts';
import { cooldownKey } from './decide.ts';
import type { Ledger } from './ledger.ts';
import { SOFT_ALLOW_MS } from './undo.ts';

const MAX_RECORDS = 1000;

/**
 * After a restart: what a person took back or refused less than ten minutes ago is still left alone, for the rest of that time. Read from
 * the history and the decided approvals.
 */
export const restoreSoftAllow = (store: Store, ledger: Ledger, clock: Clock): void => {
  for (const { state, decidedAt, module, action, target } of store.approvals.page(MAX_RECORDS)) {
    const left = Math.min(SOFT_ALLOW_MS, (decidedAt ?? 0) + SOFT_ALLOW_MS - clock.now());
    if (state === 'rejected' && left > 0) ledger.startCooldown(cooldownKey(module, action, target), left, clock.monotonic());
  }
  for (const { at, module, action, target, actor, outcome, details } of store.history.page({ limit: MAX_RECORDS, kind: 'undo' })) {
    const left = Math.min(SOFT_ALLOW_MS, at + SOFT_ALLOW_MS - clock.now());
    if (left <= 0 || actor === undefined || outcome !== 'success' || module === undefined || action === undefined || target === undefined) continue;
    // The form of `cooldownKey`: the history keeps the key of the target.
    // Other modules that wanted the same ended with it.
    const others = details?.['modules'];
    const modules = new Set([module, ...(Array.isArray(others) ? others.filter((one) => typeof one === 'string') : [])]);
    for (const one of modules) ledger.startCooldown(`${one}:${action}:${target}`, left, clock.monotonic());
  }
};
