import type { Correlation } from './correlation.ts';
import type { Entities } from './entity.ts';
import type { AlertEscalation } from './escalation.ts';
import type { Evidence } from './finding.ts';
import type { AlertId } from './ids.ts';
import type { Severity } from './severity.ts';

export const ALERT_STATUSES = ['OPEN', 'ACKNOWLEDGED', 'RESOLVED', 'FALSE_POSITIVE'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

/** What a person sees and decides on. Times are wall-clock ms. */
export type Alert = {
  readonly id: AlertId;
  readonly module: string;
  readonly type: string;
  readonly severity: Severity;
  readonly status: AlertStatus;
  readonly title: string;
  readonly description: string;
  readonly entities: Entities;
  /** The triggering events, latest last, at most 16. */
  readonly eventIds: readonly string[];
  readonly evidence: Evidence;
  readonly mitre: readonly string[];
  readonly mitigations: readonly string[];
  readonly foldKey: string;
  /** Folded repeats, the first included. */
  readonly count: number;
  /** When the alert was made on this host. */
  readonly createdAt: number;
  /** Event times of the first and the latest folded finding. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly isClaim: boolean;
  /** Grows with each change; a decision names the version it was made on. */
  readonly version: number;
  /** The alerts it joins; only on what the correlator raised. */
  readonly correlation?: Correlation | undefined;
  /** There once a timer runs or ran for it. */
  readonly escalation?: AlertEscalation | undefined;
};

/** The severity that findings gave it, whatever it was raised to because nobody answered. */
export const foundSeverity = (alert: Pick<Alert, 'severity' | 'escalation'>): Severity => alert.escalation?.found ?? alert.severity;

/** The alert as enforcement sees it: that nobody acknowledged it is no reason to act. The very same object unless it was raised. */
export const asFound = (alert: Alert): Alert => (foundSeverity(alert) === alert.severity ? alert : { ...alert, severity: foundSeverity(alert) });
