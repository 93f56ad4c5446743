import { describe, expect, test } from 'vitest';
import { createAlertBook } from '../../../src/actors/response/alert-book.ts';
import { FOLD_WINDOW_MS } from '../../../src/actors/response/alert-folder.ts';
import { createManualClock } from '../../../src/domain/clock.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import type { Store } from '../../../src/store/contract.ts';
import { START, withStore } from '../../store/store-fixtures.ts';

const finding = (more: Partial<Finding> = {}): Finding => ({
  module: 'auth_fortress',
  type: 'brute_force',
  severity: 'HIGH',
  title: '12 failed logins',
  description: 'from one address',
  at: START,
  entities: { ip: '203.0.113.7', user: 'root' },
  eventIds: ['event-1'],
  evidence: { rule: 'auth_fortress/brute_force' },
  mitre: ['T1110'],
  mitigations: [],
  foldKey: 'auth_fortress:brute_force:user:root',
  count: 1,
  isClaim: false,
  ...more,
});
const withBook = (work: (book: ReturnType<typeof createAlertBook>, store: Store) => void | Promise<void>): Promise<void> =>
  withStore((store) => work(createAlertBook(store, createManualClock(START)), store));

describe('findings become alerts', () => {
  test('the first of an attack raises one, which is in the store at once', () =>
    withBook((book, store) => {
      const { alert, change } = book.take(finding());
      expect(change).toBe('raised');
      expect(alert).toMatchObject({ status: 'OPEN', count: 1, version: 1, firstSeen: START, lastSeen: START, entities: { ip: '203.0.113.7' } });
      expect(store.alerts.get(alert.id)).toEqual(alert);
    }));

  test.each([
    ['a moment later', 1, 'repeat'],
    ['at the end of the window', FOLD_WINDOW_MS, 'repeat'],
    ['after the window', FOLD_WINDOW_MS + 1, 'raised'],
    ['a little out of order', -1000, 'repeat'],
    ['from long before', -FOLD_WINDOW_MS - 1, 'raised'],
  ] as const)('a second one %s', (_when, after, change) =>
    withBook((book, store) => {
      const first = book.take(finding()).alert;
      const second = book.take(finding({ at: START + after, eventIds: ['event-2'], count: 3 }));
      expect(second.change).toBe(change);
      expect(second.alert.id === first.id).toBe(change === 'repeat');
      if (change === 'repeat') expect(second.alert).toMatchObject({ count: 4, version: 2, eventIds: ['event-1', 'event-2'] });
      expect(store.alerts.get(second.alert.id)).toEqual(second.alert);
    }),
  );

  test('the window moves along with the attack', () =>
    withBook((book) => {
      const first = book.take(finding()).alert;
      for (let step = 1; step <= 5; step += 1) {
        const { alert, change } = book.take(finding({ at: START + step * FOLD_WINDOW_MS }));
        expect([change, alert.id]).toEqual(['repeat', first.id]);
      }
    }));

  test('another attack is another alert', () =>
    withBook((book) => {
      const first = book.take(finding()).alert;
      expect(book.take(finding({ foldKey: 'other' }))).toMatchObject({ change: 'raised' });
      expect(book.take(finding()).alert.id).toBe(first.id);
    }));

  test('a repeat brings the latest address, and keeps what it does not name', () =>
    withBook((book) => {
      book.take(finding());
      const { alert } = book.take(finding({ entities: { ip: '203.0.113.99', user: undefined } }));
      expect(alert.entities).toEqual({ ip: '203.0.113.99', user: 'root' });
    }));

  test('a worse repeat says so, is told as the worse one, and stays as bad as it was', () =>
    withBook((book) => {
      book.take(finding());
      expect(book.take(finding({ severity: 'CRITICAL', title: 'and one worked' }))).toMatchObject({
        change: 'worse',
        alert: { severity: 'CRITICAL', title: 'and one worked' },
      });
      expect(book.take(finding({ severity: 'MEDIUM', title: 'harmless' }))).toMatchObject({
        change: 'repeat',
        alert: { severity: 'CRITICAL', title: 'and one worked' },
      });
    }));

  test('what was only claimed and is then seen by a sensor is worse: now it may be acted on', () =>
    withBook((book) => {
      book.take(finding({ isClaim: true }));
      expect(book.take(finding({ isClaim: true })).change).toBe('repeat');
      expect(book.take(finding())).toMatchObject({ change: 'worse', alert: { isClaim: false } });
      expect(book.take(finding({ isClaim: true }))).toMatchObject({ change: 'repeat', alert: { isClaim: false } });
    }));
});

describe('what a person did to an alert', () => {
  test('acknowledged, it goes on counting; a worse one opens it again', () =>
    withBook((book) => {
      const { alert } = book.take(finding());
      book.replace({ ...alert, status: 'ACKNOWLEDGED', version: 2 });
      expect(book.take(finding())).toMatchObject({ change: 'repeat', alert: { id: alert.id, status: 'ACKNOWLEDGED', version: 3 } });
      expect(book.take(finding({ severity: 'CRITICAL' })).alert.status).toBe('OPEN');
    }));

  test.each(['RESOLVED', 'FALSE_POSITIVE'] as const)('%s, the next one raises a new alert', (status) =>
    withBook((book) => {
      const { alert } = book.take(finding());
      book.replace({ ...alert, status, version: 2 });
      const next = book.take(finding());
      expect(next.change).toBe('raised');
      expect(next.alert.id).not.toBe(alert.id);
    }),
  );
});

test('after a restart an attack goes on in its alert', () =>
  withBook((book, store) => {
    const { alert } = book.take(finding());
    const again = createAlertBook(store, createManualClock(START));
    expect(again.take(finding({ at: START + 1000 }))).toMatchObject({ change: 'repeat', alert: { id: alert.id, count: 2 } });
  }));

test('of more attacks than it can remember it forgets the one that was quiet for longest', () =>
  withBook((book) => {
    const first = book.take(finding({ foldKey: 'first' })).alert;
    const second = book.take(finding({ foldKey: 'second' })).alert;
    for (let number = 0; number < 9998; number += 1) book.take(finding({ foldKey: `flood-${number}` }));
    expect(book.take(finding({ foldKey: 'first' })).alert.id).toBe(first.id);
    book.take(finding({ foldKey: 'one too many' }));
    expect(book.take(finding({ foldKey: 'first' })).alert.id).toBe(first.id);
    expect(book.take(finding({ foldKey: 'second' })).alert.id).not.toBe(second.id);
  }));
