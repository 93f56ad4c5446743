import { describe, expect, test } from 'vitest';
import { createEscalationBook } from '../../../src/actors/response/escalation-book.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { Severity } from '../../../src/domain/severity.ts';
import { sampleAlert } from '../../kit/alerts.ts';

const timed = (severity: Severity, dueAt: number): Alert => sampleAlert({ severity, escalation: { found: severity, count: 0, dueAt } });

describe('which alerts are timed', () => {
  test('the next comes first, and what is due is told in that order', () => {
    const book = createEscalationBook(10);
    const alerts = [timed('HIGH', 30), timed('MEDIUM', 10), timed('CRITICAL', 20)];
    for (const alert of alerts) book.follow(alert);
    const [thirty, ten, twenty] = alerts.map(({ id }) => id);
    expect(book.next(10)).toEqual([ten, twenty, thirty]);
    expect(book.due(20, 10)).toEqual([ten, twenty]);
    expect(book.due(20, 1)).toEqual([ten]);
  });

  test('without room the oldest of the least severe goes, and never one that is worse than the newcomer', () => {
    const book = createEscalationBook(2);
    const [low, high, critical] = [timed('LOW', 1), timed('HIGH', 2), timed('CRITICAL', 3)];
    for (const alert of [low, high, critical]) book.follow(alert);
    expect(book.next(10)).toEqual([high.id, critical.id]);
    book.follow(timed('MEDIUM', 0));
    expect(book.next(10)).toEqual([high.id, critical.id]);
    expect([book.size(), book.dropped()]).toEqual([2, 2]);
  });

  test('an alert without a timer is not followed any more', () => {
    const book = createEscalationBook(2);
    const alert = timed('HIGH', 2);
    book.follow(alert);
    book.follow({ ...alert, escalation: { found: 'HIGH', count: 3 } });
    expect(book.size()).toBe(0);
  });
});
