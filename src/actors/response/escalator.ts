import { nextAlert } from '../../../machines/alert.ts';
import { type Alert, foundSeverity } from '../../domain/alert.ts';
import type { Clock } from '../../domain/clock.ts';
import type { DeliveryDraft } from '../../domain/delivery.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { EscalationPolicy, EscalationRule } from '../../domain/escalation.ts';
import type { HistoryDraft, HistoryRecord } from '../../domain/history.ts';
import type { Store } from '../../store/contract.ts';
import { createEscalationBook } from './escalation-book.ts';
import { aboutAlert } from './records.ts';

/** Alerts that are followed at most; the least severe make room. */
export const MAX_FOLLOWED = 10_000;
const MAX_AT_ONCE = 200;
/** Pause after a round that could not be written. */
const RETRY_MS = 30_000;

export type EscalatorDependencies = {
  readonly store: Store;
  readonly clock: Clock;
  readonly policy: () => EscalationPolicy | undefined;
  /** The alert book must not fold into an older version. */
  readonly replace: (alert: Alert) => void;
  /** Deliveries that tell of an escalation. */
  readonly drafts: (alert: Alert) => readonly DeliveryDraft[];
  readonly onQueued: (endpoint: string) => void;
  readonly onRecords: (records: readonly HistoryRecord[]) => void;
  readonly onAlert: (alert: Alert) => void;
};

/** Raises alerts that nobody acknowledges: the same alert, never a new one, and nothing is enforced because of it. */
export type Escalator = {
  /** The alert with its timer set, when the policy has one for it. To be called when it asks for a person. */
  readonly arm: (alert: Alert) => Alert;
  /** To be called about every second: raises what is due. Rejects when that could not be written; then it is tried again. */
  readonly tick: () => Promise<void>;
  /** Alerts that are timed now, the next to escalate first. */
  readonly list: (limit: number) => readonly Alert[];
  readonly counts: () => { readonly followed: number; readonly raised: number; readonly dropped: number };
};

/** An escalator that follows the open alerts of the store. */
export const createEscalator = (dependencies: EscalatorDependencies): Escalator => {
  const { store, clock } = dependencies;
  const book = createEscalationBook(MAX_FOLLOWED);
  let policyText: string | undefined;
  let pausedUntil = 0;
  let raised = 0;

  const ruleOf = (alert: Alert): EscalationRule | undefined => {
    const policy = dependencies.policy();
    return policy?.enabled === true ? policy.timeouts[foundSeverity(alert)] : undefined;
  };

  const arm = (alert: Alert): Alert => {
    const rule = ruleOf(alert);
    if (rule === undefined) return alert;
    const after = nextAlert(alert, { type: 'escalation.arm', rule, now: clock.now() });
    book.follow(after);
    return after;
  };

  // Alerts of before a start or a change of the policy: they keep the timers they have.
  const lookAround = (): void => {
    const text = JSON.stringify(dependencies.policy() ?? null);
    if (text === policyText) return;
    policyText = text;
    book.clear();
    for (const alert of [...store.alerts.open(MAX_FOLLOWED)].reverse()) {
      if (alert.escalation?.dueAt !== undefined) {
        book.follow(alert);
        continue;
      }
      const after = arm(alert);
      if (after === alert) continue;
      store.alerts.put(after);
      dependencies.replace(after);
    }
  };

  const raise = (id: string, now: number): readonly [before: Alert, after: Alert] | undefined => {
    const before = store.alerts.get(id);
    const rule = before === undefined ? undefined : ruleOf(before);
    const after = before === undefined || rule === undefined ? before : nextAlert(before, { type: 'escalation.tick', rule, now });
    if (before === undefined || after === undefined || after.escalation?.count === before.escalation?.count) {
      book.forget(id);
      // A fold may have moved the timer since it was looked up.
      if (after?.status === 'OPEN' && rule !== undefined) book.follow(after);
      return undefined;
    }
    return [before, after];
  };

  return {
    arm,
    tick: async () => {
      lookAround();
      const now = clock.now();
      if (now < pausedUntil && pausedUntil - now <= RETRY_MS) return;
      const steps = book.due(now, MAX_AT_ONCE).flatMap((id) => {
        const step = raise(id, now);
        return step === undefined ? [] : [step];
      });
      if (steps.length === 0) return;
      const told = steps.map(([, after]) => (ruleOf(after)?.reNotify === true ? dependencies.drafts(after) : []));
      const writing = store.commit({
        alerts: steps.map(([, after]) => after),
        outbox: { add: told.flat() },
        records: steps.map(([before, after], index) => escalationRecord(before, after, ruleOf(after), told[index] ?? [], now)),
      });
      // Before anything else may fold into it.
      for (const [, after] of steps) dependencies.replace(after);
      try {
        dependencies.onRecords(await writing);
      } catch (problem) {
        pausedUntil = now + RETRY_MS;
        for (const [before] of steps) dependencies.replace(store.alerts.get(before.id) ?? before);
        throw problem;
      }
      raised += steps.length;
      for (const [, after] of steps) {
        const current = store.alerts.get(after.id) ?? after;
        book.forget(after.id);
        book.follow(current);
        dependencies.onAlert(current);
      }
      for (const endpoint of new Set(told.flat().map((draft) => draft.endpoint))) dependencies.onQueued(endpoint);
    },
    list: (limit) =>
      book.next(limit).flatMap((id) => {
        const alert = store.alerts.get(id);
        return alert?.status === 'OPEN' && alert.escalation?.dueAt !== undefined ? [alert] : [];
      }),
    counts: () => ({ followed: book.size(), raised, dropped: book.dropped() }),
  };
};

const escalationRecord = (before: Alert, after: Alert, rule: EscalationRule | undefined, told: readonly DeliveryDraft[], now: number): HistoryDraft => {
  const count = after.escalation?.count ?? 0;
  const change = before.severity === after.severity ? `${after.severity} still` : `${before.severity} → ${after.severity}`;
  const names = told.map(({ endpoint }) => endpoint);
  const waited = rule === undefined ? '' : ` for ${formatDuration(rule.timeoutMs)}`;
  return {
    at: now,
    kind: 'escalation',
    ...aboutAlert(after),
    reason: `nobody acknowledged it${waited}: ${change} (${count} of ${rule?.maxEscalations ?? count}); told ${names.length === 0 ? 'nobody outside' : names.join(', ')}`,
    details: { number: count, oldSeverity: before.severity, newSeverity: after.severity },
  };
};
