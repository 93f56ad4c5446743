import { type AlertJson, type ApprovalJson, PROTOCOL_VERSION, type RecordJson, type StreamMessage } from '../../protocol/schemas.ts';
import type { AppState } from './app-state.ts';
import { doing, type Effect, type Step, withToast } from './events.ts';
import { addGap, mergeAlerts, mergeApprovals, mergeRecords } from './merge.ts';

/** A batch from the stream folded in at once: one state per frame, never one per message. */
export const receive = (state: AppState, messages: readonly StreamMessage[], dropped: number): Step => {
  const effects: Effect[] = [];
  let next = state;
  const alerts: AlertJson[] = [];
  const approvals: ApprovalJson[] = [];
  const records: RecordJson[] = [];
  const flush = (): void => {
    const { data } = next;
    next = {
      ...next,
      data: {
        ...data,
        alerts: mergeAlerts(data.alerts, alerts),
        approvals: approvals.length === 0 ? data.approvals : mergeApprovals(data.approvals, approvals),
        records: mergeRecords(data.records, records),
      },
    };
    alerts.length = 0;
    approvals.length = 0;
    records.length = 0;
  };
  for (const message of messages) {
    switch (message.type) {
      case 'hello':
        if (message.protocol !== PROTOCOL_VERSION)
          next = withToast(next, 'daemon and client speak different versions: restart the daemon after an upgrade', 'danger', 60_000);
        next = { ...next, data: { ...next.data, status: message.status } };
        effects.push({ type: 'load-snapshot' });
        break;
      case 'status':
        next = { ...next, data: { ...next.data, status: message.status } };
        break;
      case 'alert':
        alerts.push(message.alert);
        break;
      case 'approval':
        if (isReminder(message.approval, next)) next = withToast(next, reminderText(message.approval), 'warn', 10_000);
        approvals.push(message.approval);
        break;
      case 'record':
        records.push(message.record);
        break;
      case 'gap':
        flush();
        next = { ...next, data: { ...next.data, alerts: addGap(next.data.alerts, message.missed) } };
        effects.push({ type: 'load-snapshot' });
        break;
    }
  }
  const hasLeaseNews = records.some((record) => record.kind === 'outcome' || record.kind === 'undo' || record.kind === 'cleanup');
  flush();
  if (hasLeaseNews) effects.push({ type: 'load-leases' });
  if (dropped > 0) {
    next = { ...next, data: { ...next.data, dropped: next.data.dropped + dropped, alerts: addGap(next.data.alerts, dropped) } };
    effects.push({ type: 'load-snapshot' });
  }
  return doing(next, ...onceEach(effects));
};

const isReminder = (approval: ApprovalJson, state: AppState): boolean =>
  approval.state === 'pending' && (approval.reminded ?? 0) > (state.data.approvals.find(({ id }) => id === approval.id)?.reminded ?? 0);

const reminderText = ({ action, target, reminded = 0 }: ApprovalJson): string =>
  `${action} ${target} still waits: ${Math.round(reminded * 100)} % of the time to answer is over`;

const onceEach = (effects: readonly Effect[]): readonly Effect[] => {
  const hasSnapshot = effects.some((effect) => effect.type === 'load-snapshot');
  // The snapshot brings the leases too.
  if (hasSnapshot) return [{ type: 'load-snapshot' }];
  return effects.slice(0, 1);
};
