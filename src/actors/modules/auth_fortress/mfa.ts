import { flagOf, type SecurityEvent, textOf } from '../../../domain/event.ts';
import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { createPace } from '../../../domain/windows/pace.ts';
import { createSlidingCounters } from '../../../domain/windows/sliding-counters.ts';
import { unitKey } from '../../../domain/windows/unit-key.ts';
import type { Emit, FindingDraft } from '../../contract.ts';
import { draftOf, shownUser } from './draft.ts';
import { userOf } from './login-facts.ts';
import type { RuleSet } from './rule-set.ts';
import { HOUR, SPAN, TEN_MINUTES } from './time-windows.ts';

const MAX_FAILURES = 6;
const MAX_PROMPTS = 11;
const MAX_KEYS = 16_384;

/**
 * `mfa_bypass`: six second factors refused in ten minutes. `mfa_fatigue`: eleven push prompts refused in an hour. Counted for
 * the user, who can be asked from anywhere, and for the address. An attempt without an outcome counts as nothing.
 */
export const createMfaRules = (): RuleSet => {
  const failures = createSlidingCounters(MAX_KEYS, [TEN_MINUTES, HOUR]);
  const pace = createPace(MAX_KEYS, { burst: 40, everyMs: 10_000, quietMs: SPAN.tenMinutes });
  const slots = createKeyedSlots(MAX_KEYS, (slot) => {
    failures.clear(slot);
    pace.clear(slot);
  });

  const keysOf = (event: SecurityEvent): readonly string[] => {
    const user = userOf(event);
    const ip = event.sourceIp;
    return [...(user === '' ? [] : [`user:${user}`]), ...(ip === undefined ? [] : [`ip:${unitKey(ip)}`])];
  };

  // The worst of the counters that this event belongs to: the user's and the address's.
  const countFailure = (event: SecurityEvent, isPush: boolean): { readonly slot: number; readonly refused: number; readonly prompts: number } => {
    let worst = { slot: -1, refused: 0, prompts: 0 };
    for (const key of keysOf(event)) {
      const slot = slots.claim(key, event.at);
      failures.add(slot, 0, event.at, 1);
      if (isPush) failures.add(slot, 1, event.at, 1);
      const refused = failures.count(slot, 0, event.at);
      const prompts = failures.count(slot, 1, event.at);
      if (refused > worst.refused || prompts > worst.prompts) worst = { slot, refused, prompts };
    }
    return worst;
  };

  // A success ends the series. How many prompts were refused before it?
  const endSeries = (event: SecurityEvent): number => {
    let prompts = 0;
    for (const key of keysOf(event)) {
      const slot = slots.find(key);
      if (slot < 0) continue;
      prompts = Math.max(prompts, failures.count(slot, 1, event.at));
      slots.release(slot);
    }
    return prompts;
  };

  const onSuccess = (event: SecurityEvent, emit: Emit): void => {
    const prompts = endSeries(event);
    if (prompts < MAX_PROMPTS) return;
    const title = `A prompt was accepted after ${prompts} refused ones, ${whoOf(event)}`;
    emit(fatigue(event, prompts, title, `${title}: perhaps not by choice.`));
  };

  return {
    eventTypes: ['mfa_attempt'],
    onEvent: (event, emit) => {
      const isSuccess = flagOf(event.details, 'success');
      if (isSuccess === true) onSuccess(event, emit);
      if (isSuccess !== false) return;
      const isPush = isPushed(event);
      const { slot, refused, prompts } = countFailure(event, isPush);
      if (slot < 0 || (refused < MAX_FAILURES && prompts < MAX_PROMPTS) || !pace.allow(slot, event.at)) return;
      if (refused >= MAX_FAILURES) emit(bypass(event, refused));
      if (!isPush || prompts < MAX_PROMPTS) return;
      const title = `${prompts} push prompts refused in an hour, ${whoOf(event)}`;
      emit(fatigue(event, prompts, title, `${title} (limit ${MAX_PROMPTS}): somebody has the password and hopes for a tired yes.`));
    },
    size: slots.size,
    sweep: (now) => slots.releaseOutside(now - SPAN.hour * 2, now + SPAN.day),
  };
};

const isPushed = (event: SecurityEvent): boolean => textOf(event.details, 'method').toLowerCase() === 'push';

const whoOf = (event: SecurityEvent): string => (userOf(event) === '' ? (event.sourceIp ?? 'an unknown place') : shownUser(userOf(event)));

const commonOf = (event: SecurityEvent) => {
  const user = userOf(event);
  return { event, subject: user === '' ? `ip:${event.sourceIp ?? ''}` : `user:${shownUser(user)}`, ip: event.sourceIp, user, field: 'success' };
};

const bypass = (event: SecurityEvent, failures: number): FindingDraft => {
  const title = `${failures} second factors refused in ten minutes, ${whoOf(event)}`;
  const description = `${title} (limit ${MAX_FAILURES}): somebody has the password and tries the second step.`;
  const counters = { failures, limit: MAX_FAILURES, windowSeconds: 600 };
  return draftOf({ ...commonOf(event), type: 'mfa_bypass', rule: 'mfa-failures', title, description, counters });
};

const fatigue = (event: SecurityEvent, prompts: number, title: string, description: string): FindingDraft => {
  const counters = { prompts, limit: MAX_PROMPTS, windowSeconds: 3600 };
  return draftOf({ ...commonOf(event), type: 'mfa_fatigue', rule: 'mfa-prompts', title, description, counters });
};
