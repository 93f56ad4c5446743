import type { SecurityEvent } from '../../../domain/event.ts';
import { onAttempt } from './login-attempt.ts';
import { onFailure } from './login-failure.ts';
import { createLoginState } from './login-state.ts';
import { onSuccess, successUser } from './login-success.ts';
import type { RuleSet } from './rule-set.ts';
import type { AuthSettings } from './settings.ts';
import { SPAN } from './time-windows.ts';

/** Rules about passwords: brute force, stuffing, spray, logins after them. `share` makes the tables smaller. */
export const createLoginRules = (settings: AuthSettings, share: number): RuleSet => {
  const state = createLoginState(settings, share);
  const succeed = (event: SecurityEvent, emit: Parameters<RuleSet['onEvent']>[1]): void => {
    const user = successUser(event);
    if (user !== undefined) onSuccess(state, event, user, emit);
  };
  return {
    eventTypes: [...KINDS.keys()],
    onEvent: (event, emit) => {
      const kind = KINDS.get(event.type);
      if (kind === 'failure') onFailure(state, event, emit);
      else if (kind === 'success') succeed(event, emit);
      else onAttempt(state, event, emit);
    },
    size: () => state.units.slots.size() + state.accounts.slots.size() + state.pairs.slots.size() + state.trusted.size(),
    sweep: (now) => {
      // A clock that ran ahead by more than a day was wrong: its entries would hide what happens now.
      for (const table of [state.units, state.accounts, state.pairs]) table.slots.releaseOutside(now - SPAN.day * 1.5, now + SPAN.day);
      state.trusted.sweep(now);
    },
  };
};

// `password_spray` and `distributed_auth` are somebody else's verdicts about failed logins: the failures are what counts here.
const KINDS: ReadonlyMap<string, 'failure' | 'success' | 'attempt'> = new Map([
  ['auth_failure', 'failure'],
  ['login_failure', 'failure'],
  ['password_spray', 'failure'],
  ['distributed_auth', 'failure'],
  ['auth_success', 'success'],
  ['login_success', 'success'],
  ['privilege_change', 'success'],
  ['auth_attempt', 'attempt'],
  ['login_attempt', 'attempt'],
]);
