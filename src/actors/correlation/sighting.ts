import type { Alert } from '../../domain/alert.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Sighting } from './correlator.ts';

/** A finding that went into an alert, as the correlator takes it. */
export const sightingOf = (finding: Finding, alertId: string): Sighting => ({
  alertId,
  module: finding.module,
  type: finding.type,
  severity: finding.severity,
  title: finding.title,
  at: finding.at,
  entities: finding.entities,
  eventId: finding.eventIds.at(-1) ?? '',
  isClaim: finding.isClaim,
});

/** Stored alerts as they were seen first and last, in order of time: what a correlator has to be told after a restart. */
export const sightingsOf = (alerts: readonly Alert[]): readonly Sighting[] =>
  alerts
    .flatMap((alert) => {
      const seen = sightingOf({ ...alert, at: alert.firstSeen }, alert.id);
      return alert.lastSeen === alert.firstSeen ? [seen] : [seen, { ...seen, at: alert.lastSeen }];
    })
    .sort((a, b) => a.at - b.at);
