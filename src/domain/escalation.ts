import type { Severity } from './severity.ts';

/** What happens to an open alert of one severity that nobody acknowledges. */
export type EscalationRule = {
  /** Time from one escalation to the next, ms. */
  readonly timeoutMs: number;
  /** The severity it is raised to; never lowered. */
  readonly escalateTo: Severity;
  /** Tell the endpoints each time. */
  readonly reNotify: boolean;
  /** So often at most in the life of an alert. */
  readonly maxEscalations: number;
};

/** When alerts escalate. A severity without a rule never does. */
export type EscalationPolicy = { readonly enabled: boolean; readonly timeouts: { readonly [severity in Severity]?: EscalationRule } };

/** What an alert remembers of its escalations, with its row in the store: deadlines survive a restart. */
export type AlertEscalation = {
  /** The severity that findings gave it: enforcement goes by this one, and so does the rule. */
  readonly found: Severity;
  /** Escalations so far. */
  readonly count: number;
  /** The next one, wall-clock ms; undefined when there is none. */
  readonly dueAt?: number | undefined;
};

/** Where nothing is configured. Source: the defaults of the compatible interface. */
export const DEFAULT_ESCALATION: EscalationPolicy = {
  enabled: false,
  timeouts: {
    CRITICAL: { timeoutMs: 5 * 60_000, escalateTo: 'CRITICAL', reNotify: true, maxEscalations: 3 },
    HIGH: { timeoutMs: 15 * 60_000, escalateTo: 'CRITICAL', reNotify: true, maxEscalations: 2 },
    MEDIUM: { timeoutMs: 30 * 60_000, escalateTo: 'HIGH', reNotify: true, maxEscalations: 1 },
  },
};
