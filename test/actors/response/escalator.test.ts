import { describe, expect, test } from 'vitest';
import { nextAlert } from '../../../machines/alert.ts';
import { alertDrafts } from '../../../src/actors/notify/drafts.ts';
import { createAlertBook } from '../../../src/actors/response/alert-book.ts';
import { createEscalator } from '../../../src/actors/response/escalator.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { createManualClock } from '../../../src/domain/clock.ts';
import { DEFAULT_ESCALATION, type EscalationPolicy } from '../../../src/domain/escalation.ts';
import type { HistoryRecord } from '../../../src/domain/history.ts';
import type { Store } from '../../../src/store/contract.ts';
import { sampleAlert } from '../../kit/alerts.ts';
import { START, withStore } from '../../store/store-fixtures.ts';
import { sampleEndpoint } from '../notify/samples.ts';

const ON: EscalationPolicy = { ...DEFAULT_ESCALATION, enabled: true };
const QUARTER = 15 * 60_000;

const createWorld = (store: Store, clock = createManualClock(START)) => {
  const mood: { policy: EscalationPolicy | undefined } = { policy: ON };
  const records: HistoryRecord[] = [];
  const shown: Alert[] = [];
  const queued: string[] = [];
  const escalator = createEscalator({
    store,
    clock,
    policy: () => mood.policy,
    replace: (alert) => book.replace(alert),
    drafts: (alert) => alertDrafts(alert, [sampleEndpoint({ name: 'ops' })], `${alert.id} ${alert.escalation?.count}`, clock.now()),
    onQueued: (endpoint) => queued.push(endpoint),
    onRecords: (more) => records.push(...more),
    onAlert: (alert) => shown.push(alert),
  });
  const book = createAlertBook(store, clock, escalator.arm);
  return { clock, mood, records, shown, queued, escalator, book };
};
const finding = (more: Partial<Alert> = {}) => ({ ...sampleAlert(more), at: START });

describe('alerts that nobody acknowledges', () => {
  test('are raised, shown, recorded and told: the same alert, as often as the rule says', () =>
    withStore(async (store) => {
      const { clock, escalator, book, records, shown, queued } = createWorld(store);
      const { alert } = book.take(finding());
      for (let round = 0; round < 14; round += 1) {
        clock.advance(QUARTER);
        await escalator.tick();
      }
      expect(store.alerts.count()).toBe(1);
      expect(store.alerts.get(alert.id)).toMatchObject({ severity: 'CRITICAL', escalation: { found: 'HIGH', count: 2 } });
      expect(records.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
        'escalation: nobody acknowledged it for 15m: HIGH → CRITICAL (1 of 2); told ops',
        'escalation: nobody acknowledged it for 15m: CRITICAL still (2 of 2); told ops',
      ]);
      expect(shown.map(({ id }) => id)).toEqual([alert.id, alert.id]);
      expect([queued, store.outbox.waiting('ops', 10).length]).toEqual([['ops', 'ops'], 2]);
      expect(escalator.counts()).toEqual({ followed: 0, raised: 2, dropped: 0 });
    }));

  test('a repeat of a raised alert is a repeat, not something worse', () =>
    withStore(async (store) => {
      const { clock, escalator, book } = createWorld(store);
      book.take(finding());
      clock.advance(QUARTER);
      await escalator.tick();
      expect(book.take(finding())).toMatchObject({ change: 'repeat', alert: { severity: 'CRITICAL', count: 2, escalation: { found: 'HIGH', count: 1 } } });
      expect(book.take(finding({ severity: 'CRITICAL' }))).toMatchObject({ change: 'worse', alert: { escalation: { found: 'CRITICAL' } } });
    }));

  test('acknowledged in the meantime, nothing happens', () =>
    withStore(async (store) => {
      const { clock, escalator, book, records } = createWorld(store);
      const { alert } = book.take(finding());
      const acknowledged = nextAlert(alert, { type: 'alert.acknowledge' });
      store.alerts.put(acknowledged);
      book.replace(acknowledged);
      clock.advance(QUARTER * 4);
      await escalator.tick();
      expect([records, store.alerts.get(alert.id)]).toEqual([[], acknowledged]);
    }));

  test('timers go on where they were after a restart, and what came due meanwhile is raised once', () =>
    withStore(async (store) => {
      const { clock, book } = createWorld(store);
      const { alert } = book.take(finding());
      clock.advance(QUARTER - 1000);
      const second = createWorld(store, clock);
      await second.escalator.tick();
      expect(second.escalator.list(10).map(({ id, escalation }) => [id, escalation?.dueAt])).toEqual([[alert.id, START + QUARTER]]);
      clock.advance(50 * QUARTER);
      await second.escalator.tick();
      await second.escalator.tick();
      expect(store.alerts.get(alert.id)?.escalation).toEqual({ found: 'HIGH', count: 1, dueAt: clock.now() + QUARTER });
      expect(second.records).toHaveLength(1);
    }));

  test('a policy that is switched on later times what is open, one that is switched off raises nothing', () =>
    withStore(async (store) => {
      const { clock, escalator, book, mood, records } = createWorld(store);
      mood.policy = DEFAULT_ESCALATION;
      book.take(finding());
      await escalator.tick();
      expect(escalator.counts().followed).toBe(0);
      mood.policy = ON;
      await escalator.tick();
      expect(escalator.counts().followed).toBe(1);
      mood.policy = DEFAULT_ESCALATION;
      clock.advance(QUARTER * 2);
      await escalator.tick();
      expect(records).toEqual([]);
    }));

  test('without a re-notification nobody outside is told', () =>
    withStore(async (store) => {
      const { clock, escalator, book, mood, records, queued } = createWorld(store);
      mood.policy = { enabled: true, timeouts: { HIGH: { timeoutMs: 1000, escalateTo: 'CRITICAL', reNotify: false, maxEscalations: 1 } } };
      book.take(finding());
      clock.advance(1000);
      await escalator.tick();
      expect([queued, records.map(({ reason }) => reason)]).toEqual([[], ['nobody acknowledged it for 1s: HIGH → CRITICAL (1 of 1); told nobody outside']]);
    }));

  test('what cannot be written is tried again and told once', () =>
    withStore(async (store) => {
      let isFull = true;
      const shaky: Store = { ...store, commit: (change) => (isFull ? Promise.reject(new Error('no room')) : store.commit(change)) };
      const { clock, escalator, book, records } = createWorld(shaky);
      const { alert } = book.take(finding());
      clock.advance(QUARTER);
      await expect(escalator.tick()).rejects.toThrow('no room');
      expect(store.alerts.get(alert.id)?.severity).toBe('HIGH');
      isFull = false;
      clock.advance(30_000);
      await escalator.tick();
      expect([records.length, store.alerts.get(alert.id)?.severity, store.outbox.waiting('ops', 10).length]).toEqual([1, 'CRITICAL', 1]);
    }));
});
