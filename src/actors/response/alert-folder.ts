import type { Finding } from '../../domain/finding.ts';
import { isAtLeast, type Severity, worseOf } from '../../domain/severity.ts';

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
  const open = new Map<string, OpenAlert>();
  const close = (key: string, alert: OpenAlert): void => {
    open.delete(key);
    onAlert(alertOf(alert));
  };
  return {
    add: (finding) => {
      const key = finding.foldKey;
      const before = open.get(key);
      const isSame = before !== undefined && Math.abs(finding.at - before.lastSeen) <= FOLD_WINDOW_MS;
      if (before !== undefined && !isSame) close(key, before);
      // The one that was quiet for longest makes room, not the one that began first.
      open.delete(key);
      open.set(key, isSame ? fold(before, finding) : openOf(finding));
      if (open.size <= MAX_OPEN) return;
      const oldest = open.entries().next();
      if (oldest.done !== true) close(...oldest.value);
    },
    flush: () => {
      for (const [key, alert] of [...open].sort(([, a], [, b]) => a.firstSeen - b.firstSeen)) close(key, alert);
    },
  };
};

/** Changed in place: in a flood most findings are repeats. */
type OpenAlert = {
  /** The latest of the worst: its words are the alert's. */
  told: Finding;
  severity: Severity;
  /** In order of arrival. */
  readonly eventIds: Set<string>;
  count: number;
  isClaim: boolean;
  at: number;
  firstSeen: number;
  lastSeen: number;
};

const openOf = (finding: Finding): OpenAlert => ({
  told: finding,
  severity: finding.severity,
  eventIds: new Set(finding.eventIds),
  count: finding.count,
  isClaim: finding.isClaim,
  at: finding.at,
  firstSeen: finding.at,
  lastSeen: finding.at,
});

const fold = (alert: OpenAlert, finding: Finding): OpenAlert => {
  if (isAtLeast(finding.severity, alert.severity)) alert.told = finding;
  alert.severity = worseOf(alert.severity, finding.severity);
  for (const id of finding.eventIds) alert.eventIds.add(id);
  for (const id of alert.eventIds) {
    if (alert.eventIds.size <= MAX_EVENT_IDS) break;
    alert.eventIds.delete(id);
  }
  alert.count += finding.count;
  alert.isClaim &&= finding.isClaim;
  alert.at = finding.at;
  alert.firstSeen = Math.min(alert.firstSeen, finding.at);
  alert.lastSeen = Math.max(alert.lastSeen, finding.at);
  return alert;
};

const alertOf = ({ told, eventIds, ...rest }: OpenAlert): FoldedAlert => ({ ...told, ...rest, eventIds: [...eventIds] });
