import type { Client } from '../client/contract.ts';
import { toSecError } from '../domain/errors.ts';
import type { AppEvent, Effect } from './state/events.ts';

type CallEffect = Exclude<Effect, { readonly type: 'quit' | 'suspend' | 'redraw' | 'copy' | 'show-detail-soon' }>;

const PAGE = 200;

/** Turns effects into calls to the daemon and their results into events. A failed call is told, never thrown. */
export const createCalls = (options: {
  readonly client: Client;
  readonly dispatch: (event: AppEvent) => void;
  readonly now: () => number;
}): ((effect: CallEffect) => void) => {
  const { client, dispatch, now } = options;

  const loadAlerts = async (before?: string): Promise<void> => {
    const { alerts } = await client.call('alerts', { query: before === undefined ? { limit: PAGE } : { limit: PAGE, before } });
    dispatch({ type: 'alerts.loaded', alerts, isOlderPage: before !== undefined, isLastPage: alerts.length < PAGE });
  };

  const loadRecords = async (before?: number): Promise<void> => {
    const { records } = await client.call('history', { query: before === undefined ? { limit: PAGE } : { limit: PAGE, before } });
    dispatch({ type: 'records.loaded', records, isOlderPage: before !== undefined, isLastPage: records.length < PAGE });
  };

  const loadLeases = async (): Promise<void> => {
    const { leases } = await client.call('leases', { query: { limit: 1000 } });
    dispatch({ type: 'leases.loaded', leases });
  };

  const loadSnapshot = async (): Promise<void> => {
    const { approvals } = await client.call('pendingApprovals');
    dispatch({ type: 'approvals.loaded', approvals });
    await loadAlerts();
    await loadLeases();
    await loadRecords();
  };

  const decide = async (effect: CallEffect & { readonly type: 'decide' }): Promise<void> => {
    try {
      const approval = await client.call(effect.decision, { params: { id: effect.id }, body: { reason: effect.reason, version: effect.version } });
      const isVote = approval.state === 'pending';
      const result = isVote
        ? `agreed, ${approval.votes_missing ?? 0} more must: ${approval.needed ?? ''}`
        : approval.result === undefined || approval.result === ''
          ? approval.state
          : `${approval.state}: ${approval.result}`;
      dispatch({
        type: 'decision.settled',
        id: effect.id,
        outcome: approval.state === 'failed' ? 'failed' : 'done',
        text: `${approval.action} ${approval.target} ${result}`,
        approval,
        now: now(),
      });
    } catch (error) {
      settleBadly(effect.id, error);
    }
  };

  const undo = async (effect: CallEffect & { readonly type: 'undo' }): Promise<void> => {
    try {
      const record = await client.call('undo', { params: { id: effect.id }, body: { reason: effect.reason } });
      const isFailed = record.outcome === 'failure' || record.verification === 'failed';
      const text = isFailed ? `not undone: ${record.reason}` : `undone: ${record.target ?? ''} ${record.verification ?? ''}`.trim();
      dispatch({ type: 'decision.settled', id: effect.id, outcome: isFailed ? 'failed' : 'done', text, now: now() });
    } catch (error) {
      settleBadly(effect.id, error);
    }
  };

  const settleBadly = (id: string, thrown: unknown): void => {
    const error = toSecError(thrown);
    dispatch({ type: 'decision.settled', id, outcome: error.code === 'SEC_CONFLICT' ? 'conflict' : 'failed', text: error.message, now: now() });
  };

  const setStatus = async (effect: CallEffect & { readonly type: 'set-alert-status' }): Promise<void> => {
    const alert = await client.call('setAlertStatus', { params: { id: effect.alert.id }, body: { status: effect.status, reason: '' } });
    dispatch({ type: 'status-change.settled', alert, previous: effect.alert.status, isRevert: effect.isRevert, now: now() });
  };

  const start = (effect: CallEffect): Promise<void> => {
    switch (effect.type) {
      case 'load-snapshot':
        return loadSnapshot();
      case 'load-alerts-before':
        return loadAlerts(effect.id);
      case 'load-records-before':
        return loadRecords(effect.sequence);
      case 'load-leases':
        return loadLeases();
      case 'load-evidence':
        return client.call('alert', { params: { id: effect.alertId } }).then((alert) => dispatch({ type: 'evidence.loaded', alert }));
      case 'decide':
        return decide(effect);
      case 'look':
        // Whether it may still be answered is for the answer to find out.
        return client.call('viewApproval', { params: { id: effect.id } }).then(
          () => undefined,
          () => undefined,
        );
      case 'undo':
        return undo(effect);
      case 'confirm-mode':
        return client.call('confirm', { body: { reason: '' } }).then(({ confirmed }) => dispatch({ type: 'mode.confirmed', text: `confirmed: ${confirmed}` }));
      case 'set-alert-status':
        return setStatus(effect);
    }
  };

  return (effect) => {
    start(effect).catch((error: unknown) => dispatch({ type: 'call.failed', what: kindOf(effect), text: toSecError(error).message, now: now() }));
  };
};

const kindOf = (effect: CallEffect): 'alerts' | 'records' | 'other' => {
  if (effect.type === 'load-alerts-before') return 'alerts';
  return effect.type === 'load-records-before' ? 'records' : 'other';
};
