import { assign, setup, transition } from 'xstate';
import { ALERT_STATUSES, type Alert } from '../src/domain/alert.ts';
import type { Finding } from '../src/domain/finding.ts';
import { isAtLeast, severityRank, worseOf } from '../src/domain/severity.ts';

/** Triggering events kept on an alert: the latest, latest last. */
export const MAX_EVENT_IDS = 16;

export type AlertEvent =
  /** Another finding with the alert's fold key. */
  | { readonly type: 'finding.repeated'; readonly finding: Finding }
  | { readonly type: 'alert.acknowledge' }
  | { readonly type: 'alert.resolve' }
  | { readonly type: 'alert.dismiss' }
  | { readonly type: 'alert.reopen' };

const folded = (alert: Alert, finding: Finding): Partial<Alert> => {
  const told = isAtLeast(finding.severity, alert.severity) ? { title: finding.title, description: finding.description, evidence: finding.evidence } : {};
  return {
    ...told,
    severity: worseOf(alert.severity, finding.severity),
    count: alert.count + finding.count,
    firstSeen: Math.min(alert.firstSeen, finding.at),
    lastSeen: Math.max(alert.lastSeen, finding.at),
    eventIds: [...new Set([...alert.eventIds, ...finding.eventIds])].slice(-MAX_EVENT_IDS),
    isClaim: alert.isClaim && finding.isClaim,
    version: alert.version + 1,
  };
};

const alertSetup = setup({
  types: { context: {} as Alert, events: {} as AlertEvent, input: {} as Alert },
  actions: {
    fold: assign(({ context, event }) => (event.type === 'finding.repeated' ? folded(context, event.finding) : {})),
    grow: assign(({ context }) => ({ version: context.version + 1 })),
  },
  guards: {
    isWorse: ({ context, event }) => event.type === 'finding.repeated' && severityRank(event.finding.severity) > severityRank(context.severity),
  },
});

/** What may happen to an alert in which status. Not run as an actor: rows are driven through it by `nextAlert`. */
export const alertMachine = alertSetup.createMachine({
  id: 'alert',
  context: ({ input }) => input,
  initial: 'OPEN',
  states: {
    OPEN: {
      on: {
        'finding.repeated': { actions: 'fold' },
        'alert.acknowledge': { target: 'ACKNOWLEDGED', actions: 'grow' },
        'alert.resolve': { target: 'RESOLVED', actions: 'grow' },
        'alert.dismiss': { target: 'FALSE_POSITIVE', actions: 'grow' },
      },
    },
    ACKNOWLEDGED: {
      on: {
        // What was acknowledged was less than this: it asks for a person again.
        'finding.repeated': [{ guard: 'isWorse', target: 'OPEN', actions: 'fold' }, { actions: 'fold' }],
        'alert.resolve': { target: 'RESOLVED', actions: 'grow' },
        'alert.dismiss': { target: 'FALSE_POSITIVE', actions: 'grow' },
        'alert.reopen': { target: 'OPEN', actions: 'grow' },
      },
    },
    // A repeat of a closed alert is not folded: it has to be raised as a new one.
    RESOLVED: {
      on: {
        'alert.dismiss': { target: 'FALSE_POSITIVE', actions: 'grow' },
        'alert.reopen': { target: 'OPEN', actions: 'grow' },
      },
    },
    FALSE_POSITIVE: { on: { 'alert.reopen': { target: 'OPEN', actions: 'grow' } } },
  },
});

/** The alert after the event; the very same object when the event is not allowed in its status. */
export const nextAlert = (alert: Alert, event: AlertEvent): Alert => {
  const [after] = transition(alertMachine, alertMachine.resolveState({ value: alert.status, context: alert }), event);
  const status = ALERT_STATUSES.find((name) => after.matches(name)) ?? alert.status;
  return status === alert.status && after.context === alert ? alert : { ...after.context, status };
};

/** The event that asks for a status. */
export const alertEventFor = (status: Alert['status']): AlertEvent => STATUS_EVENTS[status];

const STATUS_EVENTS: { readonly [status in Alert['status']]: AlertEvent } = {
  OPEN: { type: 'alert.reopen' },
  ACKNOWLEDGED: { type: 'alert.acknowledge' },
  RESOLVED: { type: 'alert.resolve' },
  FALSE_POSITIVE: { type: 'alert.dismiss' },
};
