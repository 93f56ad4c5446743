import { nextAlert } from '../../../machines/alert.ts';
import { type Alert, foundSeverity } from '../../domain/alert.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Finding } from '../../domain/finding.ts';
import { createId } from '../../domain/ids.ts';
import { isAtLeast } from '../../domain/severity.ts';
import type { Store } from '../../store/contract.ts';
import { FOLD_WINDOW_MS } from './alert-folder.ts';

const MAX_OPEN = 10_000;

/** What a finding did: a new alert, a worse one, or one more of the same. */
export type Taken = { readonly alert: Alert; readonly change: 'raised' | 'worse' | 'repeat' };

/** Findings → alerts, one attack one alert. Keeps the open ones by fold key, bounded, oldest out first. */
export type AlertBook = {
  readonly take: (finding: Finding) => Taken;
  /** A person changed it; the book must not fold into an older version. */
  readonly replace: (alert: Alert) => void;
};

/** A book filled with the open alerts of the store. `arm` sets the timer of an alert that asks for a person, before it is stored. */
export const createAlertBook = (store: Store, clock: Clock, arm: (alert: Alert) => Alert = (alert) => alert): AlertBook => {
  const open = new Map<string, Alert>([...store.alerts.open(MAX_OPEN)].reverse().map((alert) => [alert.foldKey, alert]));
  const keep = (alert: Alert): void => {
    open.delete(alert.foldKey);
    if (alert.status === 'OPEN' || alert.status === 'ACKNOWLEDGED') open.set(alert.foldKey, alert);
    const oldest = open.size > MAX_OPEN ? open.keys().next() : undefined;
    if (oldest !== undefined && oldest.done !== true) open.delete(oldest.value);
  };
  const put = (alert: Alert): Alert => {
    keep(alert);
    store.alerts.put(alert);
    return alert;
  };
  return {
    take: (finding) => {
      const before = open.get(finding.foldKey);
      if (before === undefined || Math.abs(finding.at - before.lastSeen) > FOLD_WINDOW_MS)
        return { alert: put(arm(alertFrom(finding, clock.now()))), change: 'raised' };
      const after = nextAlert(before, { type: 'finding.repeated', finding });
      // A repeat brings the latest actor along: an account attacked from many addresses names the current one.
      const current = { ...after, entities: { ...before.entities, ...withoutUndefined(finding.entities) } };
      // What nobody acknowledged was raised by the clock: only a finding makes an attack worse.
      const isWorse = !isAtLeast(foundSeverity(before), foundSeverity(after)) || (before.isClaim && !after.isClaim);
      return { alert: put(isWorse || after.status !== before.status ? arm(current) : current), change: isWorse ? 'worse' : 'repeat' };
    },
    replace: keep,
  };
};

const withoutUndefined = (entities: Finding['entities']): Finding['entities'] =>
  Object.fromEntries(Object.entries(entities).filter(([, value]) => value !== undefined));

const alertFrom = (finding: Finding, now: number): Alert => ({
  id: createId<'AlertId'>(now),
  module: finding.module,
  type: finding.type,
  severity: finding.severity,
  status: 'OPEN',
  title: finding.title,
  description: finding.description,
  entities: finding.entities,
  eventIds: finding.eventIds,
  evidence: finding.evidence,
  mitre: finding.mitre,
  mitigations: finding.mitigations,
  foldKey: finding.foldKey,
  count: finding.count,
  createdAt: now,
  firstSeen: finding.at,
  lastSeen: finding.at,
  isClaim: finding.isClaim,
  ...(finding.correlation === undefined ? {} : { correlation: finding.correlation }),
  version: 1,
});
