import type { Finding } from '../domain/finding.ts';
import { isAtLeast, worseOf } from '../domain/severity.ts';
import { MAX_EVENT_IDS } from './complete-finding.ts';

/**
 * Keeps a flood of repeats from the control plane: what is new or worse passes at once, repeats pass while there is room in this
 * second, further ones are added up and pass in a later second with their count. Nothing is lost, nothing waits without a flood.
 */
export type RepeatHolder = {
  /** What may pass now, `now` in monotonic ms: of these findings, and of what was held. */
  readonly release: (findings: readonly Finding[], now: number) => readonly Finding[];
  /** Findings that wait, folded by key and address. */
  readonly held: () => number;
};

/** A holder that passes about `perSecond` repeats a second. */
export const createRepeatHolder = (perSecond = 200): RepeatHolder => {
  const lastSeverity = new Map<string, Finding['severity']>();
  const waiting = new Map<string, Finding>();
  let second = Number.NEGATIVE_INFINITY;
  let room = perSecond;

  const pass = (finding: Finding): Finding => {
    const key = keyOf(finding);
    lastSeverity.delete(key);
    lastSeverity.set(key, finding.severity);
    if (lastSeverity.size > MAX_KEYS) lastSeverity.delete(lastSeverity.keys().next().value ?? '');
    room -= 1;
    return finding;
  };

  const release = (findings: readonly Finding[], now: number): readonly Finding[] => {
    if (now - second >= 1000) {
      second = now;
      room = perSecond;
    }
    const passed: Finding[] = [];
    for (const finding of findings) {
      const key = keyOf(finding);
      const before = waiting.get(key);
      const whole = before === undefined ? finding : mergeFindings(before, finding);
      const known = lastSeverity.get(key);
      const isRepeat = known !== undefined && isAtLeast(known, finding.severity);
      if (isRepeat && room <= 0 && waiting.size < MAX_KEYS) {
        waiting.set(key, whole);
        continue;
      }
      waiting.delete(key);
      passed.push(pass(whole));
    }
    for (const [key, finding] of waiting) {
      if (room <= 0) break;
      waiting.delete(key);
      passed.push(pass(finding));
    }
    return passed;
  };

  return { release, held: () => waiting.size };
};

const MAX_KEYS = 10_000;

// By address too, as in a batch: each attacker of one account must reach the response.
const keyOf = (finding: Finding): string => `${finding.foldKey}\n${finding.entities.ip ?? ''}`;

const mergeFindings = (before: Finding, after: Finding): Finding => ({
  ...(isAtLeast(after.severity, before.severity) ? after : before),
  severity: worseOf(before.severity, after.severity),
  at: after.at,
  eventIds: [...new Set([...before.eventIds, ...after.eventIds])].slice(-MAX_EVENT_IDS),
  count: before.count + after.count,
  isClaim: before.isClaim && after.isClaim,
});
