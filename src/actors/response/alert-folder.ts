import type { Finding } from '../../domain/finding.ts';
import { isAtLeast, worseOf } from '../../domain/severity.ts';

/** Repeats of an attack fold into its alert while it was seen less than this ago, on event time. */
export const FOLD_WINDOW_MS = 15 * 60_000;
const MAX_OPEN = 10_000;
const MAX_EVENT_IDS = 16;

/** One alert over old events: the finding as it came to be, with the times between which it was seen. */
export type FoldedAlert = Finding & { readonly firstSeen: number; readonly lastSeen: number };

/** Folds findings into alerts without a store: for replays. Bounded; what has to make room is closed first. */
export type AlertFolder = {
  readonly add: (finding: Finding) => void;
  /** Closes everything that is open, in order of its first finding. */
  readonly flush: () => void;
};

/** A folder that hands out each alert once, when it is over. */
export const createAlertFolder = (onAlert: (alert: FoldedAlert) => void): AlertFolder => {
  const open = new Map<string, FoldedAlert>();
  const close = (key: string, alert: FoldedAlert): void => {
    open.delete(key);
    onAlert(alert);
  };
  return {
    add: (finding) => {
      const before = open.get(finding.foldKey);
      const isSame = before !== undefined && Math.abs(finding.at - before.lastSeen) <= FOLD_WINDOW_MS;
      if (before !== undefined && !isSame) close(finding.foldKey, before);
      // The one that was quiet for longest makes room, not the one that began first.
      open.delete(finding.foldKey);
      open.set(finding.foldKey, isSame ? fold(before, finding) : { ...finding, firstSeen: finding.at, lastSeen: finding.at });
      if (open.size <= MAX_OPEN) return;
      const oldest = open.entries().next();
      if (oldest.done !== true) close(...oldest.value);
    },
    flush: () => {
      for (const [key, alert] of [...open].sort(([, a], [, b]) => a.firstSeen - b.firstSeen)) close(key, alert);
    },
  };
};

const fold = (before: FoldedAlert, finding: Finding): FoldedAlert => ({
  ...(isAtLeast(finding.severity, before.severity) ? finding : before),
  severity: worseOf(before.severity, finding.severity),
  eventIds: [...new Set([...before.eventIds, ...finding.eventIds])].slice(-MAX_EVENT_IDS),
  count: before.count + finding.count,
  isClaim: before.isClaim && finding.isClaim,
  at: finding.at,
  firstSeen: Math.min(before.firstSeen, finding.at),
  lastSeen: Math.max(before.lastSeen, finding.at),
});
