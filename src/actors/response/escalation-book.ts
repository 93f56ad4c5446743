import { type Alert, foundSeverity } from '../../domain/alert.ts';
import { SEVERITIES, type Severity, severityRank } from '../../domain/severity.ts';

/** Which alerts are timed, in memory, beside the timers on their rows. Bounded: the least severe make room, the oldest first. */
export type EscalationBook = {
  /** Takes the alert's timer; one without a timer is forgotten. */
  readonly follow: (alert: Alert) => void;
  readonly forget: (id: string) => void;
  readonly clear: () => void;
  /** Ids whose time has come at wall-clock `now`, the longest overdue first. */
  readonly due: (now: number, limit: number) => readonly string[];
  /** Ids in the order in which their time comes. */
  readonly next: (limit: number) => readonly string[];
  readonly size: () => number;
  /** Timers there was no room for. */
  readonly dropped: () => number;
};

/** An empty book for at most `max` alerts. */
export const createEscalationBook = (max: number): EscalationBook => {
  const bySeverity = new Map<Severity, Map<string, number>>(SEVERITIES.map((severity) => [severity, new Map()]));
  const severityOf = new Map<string, Severity>();
  let dropped = 0;
  const forget = (id: string): void => {
    const severity = severityOf.get(id);
    if (severity === undefined) return;
    severityOf.delete(id);
    bySeverity.get(severity)?.delete(id);
  };
  const makeRoom = (wanted: Severity): boolean => {
    if (severityOf.size < max) return true;
    dropped += 1;
    for (const severity of SEVERITIES) {
      if (severityRank(severity) > severityRank(wanted)) return false;
      const oldest = bySeverity.get(severity)?.keys().next();
      if (oldest === undefined || oldest.done === true) continue;
      forget(oldest.value);
      return true;
    }
    return false;
  };
  const sorted = (isWanted: (dueAt: number) => boolean, limit: number): readonly string[] =>
    [...bySeverity.values()]
      .flatMap((timers) => [...timers].filter(([, dueAt]) => isWanted(dueAt)))
      .sort(([, a], [, b]) => a - b)
      .slice(0, limit)
      .map(([id]) => id);
  return {
    follow: (alert) => {
      forget(alert.id);
      const dueAt = alert.escalation?.dueAt;
      const severity = foundSeverity(alert);
      if (dueAt === undefined || !makeRoom(severity)) return;
      severityOf.set(alert.id, severity);
      bySeverity.get(severity)?.set(alert.id, dueAt);
    },
    forget,
    clear: () => {
      severityOf.clear();
      for (const timers of bySeverity.values()) timers.clear();
    },
    due: (now, limit) => sorted((dueAt) => dueAt <= now, limit),
    next: (limit) => sorted(() => true, limit),
    size: () => severityOf.size,
    dropped: () => dropped,
  };
};
