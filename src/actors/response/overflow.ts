import type { Approval } from '../../domain/approval.ts';
import { type Severity, severityRank } from '../../domain/severity.ts';

/**
 * Which question makes room for a new one of that severity when no more may wait: the newest of the least severe, never
 * the oldest of all, never one somebody has answered or whose target is suspended. Undefined: the new one is refused.
 * `waiting` is oldest first.
 */
export const victimFor = (waiting: readonly Approval[], severity: Severity): Approval | undefined => {
  let victim: Approval | undefined;
  for (const approval of waiting.slice(1)) {
    if (approval.state !== 'pending' || approval.isHeld || (approval.votes?.length ?? 0) > 0) continue;
    if (severityRank(approval.severity) >= severityRank(severity)) continue;
    if (victim === undefined || severityRank(approval.severity) <= severityRank(victim.severity)) victim = approval;
  }
  return victim;
};
