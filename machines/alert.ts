import { assign, setup, transition } from 'xstate';
import { ALERT_STATUSES, type Alert, foundSeverity } from '../src/domain/alert.ts';
import type { EscalationRule } from '../src/domain/escalation.ts';
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
  | { readonly type: 'alert.reopen' }
  /** From now on it is timed; a timer that ends earlier stays. */
  | { readonly type: 'escalation.arm'; readonly rule: EscalationRule; readonly now: number }
  /** Asks whether it is time; raises the alert when it is. */
  | { readonly type: 'escalation.tick'; readonly rule: EscalationRule; readonly now: number };

const folded = (alert: Alert, finding: Finding): Partial<Alert> => {
  const told = isAtLeast(finding.severity, foundSeverity(alert)) ? { title: finding.title, description: finding.description, evidence: finding.evidence } : {};
  return {
    ...told,
    ...(alert.escalation === undefined ? {} : { escalation: { ...alert.escalation, found: worseOf(alert.escalation.found, finding.severity) } }),
    ...(finding.correlation === undefined ? {} : { correlation: finding.correlation }),
    severity: worseOf(alert.severity, finding.severity),
    count: alert.count + finding.count,
    firstSeen: Math.min(alert.firstSeen, finding.at),
    lastSeen: Math.max(alert.lastSeen, finding.at),
    eventIds: [...new Set([...alert.eventIds, ...finding.eventIds])].slice(-MAX_EVENT_IDS),
    isClaim: alert.isClaim && finding.isClaim,
    version: alert.version + 1,
  };
};

const armed = (alert: Alert, rule: EscalationRule, now: number): Partial<Alert> => ({
  escalation: { found: foundSeverity(alert), count: alert.escalation?.count ?? 0, dueAt: now + rule.timeoutMs },
});

const raised = (alert: Alert, rule: EscalationRule, now: number): Partial<Alert> => {
  const count = (alert.escalation?.count ?? 0) + 1;
  return {
    severity: worseOf(alert.severity, rule.escalateTo),
    escalation: { found: foundSeverity(alert), count, ...(count < rule.maxEscalations ? { dueAt: now + rule.timeoutMs } : {}) },
    version: alert.version + 1,
  };
};

const disarmed = ({ escalation }: Alert): Partial<Alert> =>
  escalation?.dueAt === undefined ? {} : { escalation: { found: escalation.found, count: escalation.count } };

const alertSetup = setup({
  types: { context: {} as Alert, events: {} as AlertEvent, input: {} as Alert },
  actions: {
    fold: assign(({ context, event }) => (event.type === 'finding.repeated' ? folded(context, event.finding) : {})),
    grow: assign(({ context }) => ({ version: context.version + 1 })),
    settle: assign(({ context }) => ({ version: context.version + 1, ...disarmed(context) })),
    disarm: assign(({ context }) => disarmed(context)),
    arm: assign(({ context, event }) => (event.type === 'escalation.arm' ? armed(context, event.rule, event.now) : {})),
    raise: assign(({ context, event }) => (event.type === 'escalation.tick' ? raised(context, event.rule, event.now) : {})),
  },
  guards: {
    isWorse: ({ context, event }) => event.type === 'finding.repeated' && severityRank(event.finding.severity) > severityRank(context.severity),
    isSooner: ({ context: { escalation }, event }) =>
      event.type === 'escalation.arm' &&
      (escalation?.count ?? 0) < event.rule.maxEscalations &&
      (escalation?.dueAt === undefined || event.now + event.rule.timeoutMs < escalation.dueAt),
    isSpent: ({ context: { escalation }, event }) =>
      event.type === 'escalation.tick' && escalation?.dueAt !== undefined && escalation.count >= event.rule.maxEscalations,
    isDue: ({ context: { escalation }, event }) => event.type === 'escalation.tick' && escalation?.dueAt !== undefined && event.now >= escalation.dueAt,
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
        'alert.acknowledge': { target: 'ACKNOWLEDGED', actions: 'settle' },
        'alert.resolve': { target: 'RESOLVED', actions: 'settle' },
        'alert.dismiss': { target: 'FALSE_POSITIVE', actions: 'settle' },
        'escalation.arm': { guard: 'isSooner', actions: 'arm' },
        // The rule of this moment may allow fewer than when the timer was set.
        'escalation.tick': [
          { guard: 'isSpent', actions: 'disarm' },
          { guard: 'isDue', actions: 'raise' },
        ],
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
