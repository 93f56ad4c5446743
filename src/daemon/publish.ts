import type { Alert } from '../domain/alert.ts';
import type { Approval } from '../domain/approval.ts';
import type { HistoryRecord } from '../domain/history.ts';
import type { Hub } from './hub.ts';
import type { Logger } from './logger.ts';
import { alertToJson, approvalToJson, recordToJson } from './to-json.ts';

/** How what happens reaches people: the stream for clients, the log for the console. */
export type Publisher = {
  readonly alert: (alert: Alert) => void;
  readonly approval: (approval: Approval) => void;
  readonly records: (records: readonly HistoryRecord[]) => void;
  /** Repairs of the kernel's state since the start. */
  readonly repairs: () => number;
};

/** A publisher over hub and log. The log gets each alert once, not its repeats. */
export const createPublisher = (hub: Hub, logger: Logger): Publisher => {
  let repairs = 0;
  return {
    alert: (alert) => {
      hub.publish({ type: 'alert', alert: alertToJson(alert) });
      if (alert.version === 1) logger.warn({ severity: alert.severity, module: alert.module, type: alert.type, id: alert.id }, alert.title);
    },
    approval: (approval) => {
      hub.publish({ type: 'approval', approval: approvalToJson(approval) });
      logger.info({ id: approval.id, action: approval.action, state: approval.state }, 'approval');
    },
    records: (records) => {
      for (const record of records) {
        if (record.kind === 'repair') repairs += 1;
        hub.publish({ type: 'record', record: recordToJson(record) });
        logger.info(
          { kind: record.kind, action: record.action, target: record.target, outcome: record.outcome, verification: record.verification },
          record.reason,
        );
      }
    },
    repairs: () => repairs,
  };
};
