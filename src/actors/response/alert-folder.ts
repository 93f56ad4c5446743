import type { Finding } from '../../domain/finding.ts';
import { isAtLeast, type Severity, worseOf } from '../../domain/severity.ts';

/** Repeats of an attack fold into its alert while it was seen less than this ago, on event time. */
export const FOLD_WINDOW_MS = 15 * 60_000;
const MAX_OPEN = 10_000;
const MAX_EVENT_IDS = 16;
const MAX_COLLECTED_IDS = 2 * MAX_EVENT_IDS;

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
  // The open ones in a chain, from the one that was quiet for longest to the one that was seen last.
  let quietest: OpenAlert | undefined;
  let latest: OpenAlert | undefined;

  const append = (alert: OpenAlert): void => {
    alert.before = latest;
    if (latest === undefined) quietest = alert;
    else latest.next = alert;
    latest = alert;
  };

  const unlink = (alert: OpenAlert): void => {
    const { before, next } = alert;
    if (before === undefined) quietest = next;
    else before.next = next;
    if (next === undefined) latest = before;
    else next.before = before;
    alert.before = undefined;
    alert.next = undefined;
  };

  const close = (alert: OpenAlert): void => {
    open.delete(alert.told.foldKey);
    unlink(alert);
    onAlert(alertOf(alert));
  };

  return {
    add: (finding) => {
      const before = open.get(finding.foldKey);
      if (before !== undefined && Math.abs(finding.at - before.lastSeen) <= FOLD_WINDOW_MS) {
        fold(before, finding);
        unlink(before);
        append(before);
        return;
      }
      if (before !== undefined) close(before);
      const alert = openOf(finding);
      open.set(finding.foldKey, alert);
      append(alert);
      if (open.size > MAX_OPEN && quietest !== undefined) close(quietest);
    },
    flush: () => {
      const left: OpenAlert[] = [];
      for (let alert = quietest; alert !== undefined; alert = alert.next) left.push(alert);
      for (const alert of left.sort((a, b) => a.firstSeen - b.firstSeen)) close(alert);
    },
  };
};

/** Changed in place: in a flood most findings are repeats. */
type OpenAlert = {
  before: OpenAlert | undefined;
  next: OpenAlert | undefined;
  /** The latest of the worst: its words are the alert's. */
  told: Finding;
  severity: Severity;
  /** As they came, with repeats: what is kept of them is worked out now and then. */
  eventIds: readonly string[];
  count: number;
  isClaim: boolean;
  at: number;
  firstSeen: number;
  lastSeen: number;
};

const openOf = (finding: Finding): OpenAlert => ({
  before: undefined,
  next: undefined,
  told: finding,
  severity: finding.severity,
  eventIds: finding.eventIds,
  count: finding.count,
  isClaim: finding.isClaim,
  at: finding.at,
  firstSeen: finding.at,
  lastSeen: finding.at,
});

const fold = (alert: OpenAlert, finding: Finding): void => {
  if (isAtLeast(finding.severity, alert.severity)) alert.told = finding;
  alert.severity = worseOf(alert.severity, finding.severity);
  alert.eventIds = joined(alert.eventIds, finding.eventIds);
  alert.count += finding.count;
  alert.isClaim &&= finding.isClaim;
  alert.at = finding.at;
  alert.firstSeen = Math.min(alert.firstSeen, finding.at);
  alert.lastSeen = Math.max(alert.lastSeen, finding.at);
};

// A finding that names as many events as are kept leaves no room for earlier ones: in a flood almost each does.
const joined = (before: readonly string[], ids: readonly string[]): readonly string[] => {
  if (ids.length >= MAX_EVENT_IDS) return ids;
  const both = [...before, ...ids];
  return both.length > MAX_COLLECTED_IDS ? latestOf(both) : both;
};

// Each once, the latest last.
const latestOf = (ids: readonly string[]): readonly string[] => {
  const latest = new Set<string>();
  for (let index = ids.length - 1; index >= 0 && latest.size < MAX_EVENT_IDS; index--) latest.add(ids[index] ?? '');
  return [...latest].reverse();
};

const alertOf = ({ told, severity, eventIds, count, isClaim, at, firstSeen, lastSeen }: OpenAlert): FoldedAlert => ({
  ...told,
  severity,
  eventIds: latestOf(eventIds),
  count,
  isClaim,
  at,
  firstSeen,
  lastSeen,
});
