import type { ActionName } from '../../domain/action.ts';

const MAX_COOLDOWNS = 50_000;
const MINUTE_MS = 60_000;

/** Cooldowns per target and budgets per action type and minute, on monotonic time. Bounded; oldest cooldowns go first. */
export type Ledger = {
  /** ms left, 0 when none. */
  readonly cooldownLeft: (key: string, now: number) => number;
  readonly startCooldown: (key: string, forMs: number, now: number) => void;
  /** Actions of this type that the module may still take in this minute; `limit` 0 = no limit. */
  readonly budgetLeft: (module: string, action: ActionName, limit: number, now: number) => number;
  readonly spend: (module: string, action: ActionName, now: number) => void;
  /** Actions of all modules in the last minute, log_only and webhook not counted. */
  readonly spentGlobally: (now: number) => number;
};

/** log_only and webhook never eat the budget of an action that protects: a burst of messages must never leave an attacker unblocked. */
const isFree = (action: ActionName): boolean => action === 'log_only' || action === 'webhook';

/** An empty ledger. */
export const createLedger = (): Ledger => {
  const cooldowns = new Map<string, number>();
  const spends = new Map<string, number[]>();
  const recent = (key: string, now: number): number[] => {
    const times = spends.get(key) ?? [];
    // Oldest first: as a rule there is nothing to drop, and this is asked for every decision.
    const kept = times.findIndex((time) => now - time < MINUTE_MS);
    if (kept !== 0) times.splice(0, kept < 0 ? times.length : kept);
    spends.set(key, times);
    return times;
  };
  return {
    cooldownLeft: (key, now) => Math.max(0, (cooldowns.get(key) ?? 0) - now),
    startCooldown: (key, forMs, now) => {
      if (forMs <= 0) return;
      cooldowns.delete(key);
      cooldowns.set(key, now + forMs);
      if (cooldowns.size > MAX_COOLDOWNS) dropExpired(cooldowns, now);
    },
    budgetLeft: (module, action, limit, now) => (limit === 0 || isFree(action) ? Number.POSITIVE_INFINITY : limit - recent(`${module}:${action}`, now).length),
    spend: (module, action, now) => {
      if (isFree(action)) return;
      recent(`${module}:${action}`, now).push(now);
      recent('*', now).push(now);
    },
    spentGlobally: (now) => recent('*', now).length,
  };
};

// Down to nine tenths, so that a flood does not make every call walk the whole table.
const dropExpired = (cooldowns: Map<string, number>, now: number): void => {
  for (const [key, until] of cooldowns) if (until <= now) cooldowns.delete(key);
  for (const key of cooldowns.keys()) {
    if (cooldowns.size <= MAX_COOLDOWNS * 0.9) break;
    cooldowns.delete(key);
  }
};
