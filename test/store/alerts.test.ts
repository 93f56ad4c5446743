import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALERT_STATUSES, type Alert } from '../../src/domain/alert.ts';
import { isAtLeast, SEVERITIES } from '../../src/domain/severity.ts';
import type { AlertQuery, Store } from '../../src/store/contract.ts';
import { numberedId, sampleAlert, withStore } from './store-fixtures.ts';

const MODULES = ['a', 'm odd/\u00e9'] as const;
const ADDRESSES = ['203.0.113.7', '2001:db8::1'] as const;

const idsOf = (alerts: readonly Alert[]): readonly string[] => alerts.map(({ id }) => id);

describe('alerts', () => {
  test('a written alert is read back at once, before it is on disk', () =>
    withStore((store) => {
      store.alerts.put(sampleAlert(1));
      expect(store.alerts.get(numberedId(1))).toEqual(sampleAlert(1));
      expect(store.alerts.count()).toBe(1);
      expect(idsOf(store.alerts.page({ limit: 10 }))).toEqual([numberedId(1)]);
    }));

  test('filters apply before the limit, newest first, across what is on disk and what is not', () =>
    withStore(async (store) => {
      for (let number = 1; number <= 300; number += 1) {
        store.alerts.put(sampleAlert(number, number % 100 === 0 ? { module: 'rare', severity: 'CRITICAL' } : {}));
        if (number === 150) await store.flushed();
      }
      expect(idsOf(store.alerts.page({ limit: 2, module: 'rare' }))).toEqual([numberedId(300), numberedId(200)]);
      expect(idsOf(store.alerts.page({ limit: 2, module: 'rare', before: numberedId(200) }))).toEqual([numberedId(100)]);
      expect(idsOf(store.alerts.page({ limit: 5, minSeverity: 'HIGH' }))).toEqual([300, 200, 100].map(numberedId));
      expect(idsOf(store.alerts.page({ limit: 2, before: numberedId(3) }))).toEqual([numberedId(2), numberedId(1)]);
    }));

  test('a changed status moves the alert to its new list and out of the old one', () =>
    withStore(async (store) => {
      store.alerts.put(sampleAlert(1));
      await store.flushed();
      store.alerts.put(sampleAlert(1, { status: 'RESOLVED', version: 2 }));
      expect(store.alerts.open(10)).toEqual([]);
      expect(idsOf(store.alerts.page({ limit: 10, status: 'RESOLVED' }))).toEqual([numberedId(1)]);
      expect(store.alerts.count()).toBe(1);
    }));

  test('removing an alert takes it out of every list', () =>
    withStore(async (store) => {
      store.alerts.put(sampleAlert(1));
      await store.flushed();
      expect(store.alerts.remove(numberedId(1))).toBe(true);
      expect(store.alerts.remove(numberedId(1))).toBe(false);
      expect(store.alerts.page({ limit: 10, module: 'auth_fortress' })).toEqual([]);
      expect(store.alerts.latestByFoldKey?.('fold-1')).toBeUndefined();
      expect(store.alerts.count()).toBe(0);
    }));

  test('the newest alert of a fold key is found, whatever is in the key', () =>
    withStore((store) => {
      const foldKey = `a key with blanks, "quotes", \u{1f4a5} and ${'length '.repeat(60)}`;
      store.alerts.put(sampleAlert(1, { foldKey }));
      store.alerts.put(sampleAlert(2, { foldKey }));
      store.alerts.put(sampleAlert(3));
      expect(store.alerts.latestByFoldKey?.(foldKey)?.id).toBe(numberedId(2));
    }));

  test('a prefix names at most two ids, and one that could be no id names none', () =>
    withStore((store) => {
      for (const number of [1, 2, 3]) store.alerts.put(sampleAlert(number));
      expect(store.alerts.byPrefix('01J')).toEqual([numberedId(1), numberedId(2)]);
      expect(store.alerts.byPrefix(numberedId(3))).toEqual([numberedId(3)]);
      expect(store.alerts.byPrefix('zz')).toEqual([]);
      expect(store.alerts.byPrefix('\u0000 ')).toEqual([]);
    }));

  test('an id that could be no key is refused, not stored under something else', () =>
    withStore((store) => {
      const bad = { ...sampleAlert(1), id: 'two words' };
      expect(() => store.alerts.put(bad as Alert)).toThrow(expect.objectContaining({ code: 'SEC_INPUT_INVALID' }));
      expect(store.alerts.count()).toBe(0);
    }));

  test('over the cap what is settled goes first, then the least severe and oldest', () =>
    withStore(
      (store) => {
        store.alerts.put(sampleAlert(1, { severity: 'CRITICAL' }));
        store.alerts.put(sampleAlert(2, { severity: 'LOW' }));
        for (let number = 3; number <= 200; number += 1) store.alerts.put(sampleAlert(number, number % 2 === 0 ? { status: 'RESOLVED' } : {}));
        for (let number = 201; number <= 210; number += 1) store.alerts.put(sampleAlert(number));
        expect(store.alerts.count()).toBeLessThanOrEqual(200);
        expect(store.alerts.count()).toBeGreaterThan(190);
        expect(store.alerts.get(numberedId(4))).toBeUndefined();
        expect(store.alerts.get(numberedId(1))).toBeDefined();
        for (let number = 211; number <= 420; number += 1) store.alerts.put(sampleAlert(number));
        expect(store.alerts.get(numberedId(2))).toBeUndefined();
        expect(store.alerts.get(numberedId(1))).toBeDefined();
      },
      { limits: { maxAlerts: 200 } },
    ));

  test('any sequence of writes, removals and flushes answers every query like a plain list', async () => {
    const step = fc.oneof(
      fc.record({
        type: fc.constant('put' as const),
        number: fc.integer({ min: 1, max: 8 }),
        module: fc.constantFrom(...MODULES),
        ip: fc.constantFrom(undefined, ...ADDRESSES),
        status: fc.constantFrom(...ALERT_STATUSES),
        severity: fc.constantFrom(...SEVERITIES),
      }),
      fc.record({ type: fc.constant('remove' as const), number: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ type: fc.constant('flush' as const) }),
    );
    // every combination of filters, so that no list is left unasked
    const filters: readonly Omit<AlertQuery, 'limit'>[] = [undefined, ...MODULES].flatMap((module) =>
      [undefined, ...ADDRESSES].flatMap((ip) =>
        [undefined, ...ALERT_STATUSES].flatMap((status) => [undefined, ...SEVERITIES].map((minSeverity) => ({ module, ip, status, minSeverity }))),
      ),
    );
    const cut = fc.record({ limit: fc.integer({ min: 0, max: 8 }), before: fc.option(fc.integer({ min: 1, max: 9 }).map(numberedId), { nil: undefined }) });
    await withStore((store) =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), cut, async (steps, limits) => {
          const model = new Map<string, Alert>();
          for (const one of steps) {
            if (one.type === 'flush') await store.flushed();
            else if (one.type === 'remove') expect(store.alerts.remove(numberedId(one.number))).toBe(model.delete(numberedId(one.number)));
            else {
              const alert = sampleAlert(one.number, { ...one, entities: { ip: one.ip } });
              store.alerts.put(alert);
              model.set(alert.id, alert);
            }
          }
          for (const filter of filters) {
            const query = { ...filter, ...limits };
            if (idsOf(store.alerts.page(query)).join() !== naivePage(model, query).join())
              expect(idsOf(store.alerts.page(query))).toEqual(naivePage(model, query));
          }
          expect(store.alerts.count()).toBe(model.size);
          await clear(store, model);
        }),
        { numRuns: 100 },
      ),
    );
  });

  test(
    'a page costs about the same at 1,000 and at 50,000 alerts',
    () =>
      withStore(async (store) => {
        const query: AlertQuery = { limit: 50, module: 'rare', status: 'RESOLVED', minSeverity: 'HIGH' };
        const fill = async (from: number, to: number): Promise<void> => {
          for (let number = from; number <= to; number += 1) {
            store.alerts.put(
              sampleAlert(
                number,
                number % 499 === 0 ? { module: 'rare', status: 'RESOLVED', severity: 'HIGH' } : { module: number % 2 === 0 ? 'rare' : 'other' },
              ),
            );
            if (number % 2_000 === 0) await store.flushed();
          }
          await store.flushed();
        };
        await fill(1, 1_000);
        const small = timeOf(() => store.alerts.page(query));
        await fill(1_001, 50_000);
        const large = timeOf(() => store.alerts.page(query));
        const plain = timeOf(() => store.alerts.page({ limit: 50 }));
        console.log(`page of alerts: ${small.toFixed(2)} ms of 1,000; ${large.toFixed(2)} ms of 50,000 (50 found); ${plain.toFixed(2)} ms without filter`);
        expect(store.alerts.page(query)).toHaveLength(50);
        expect(large).toBeLessThan(10);
      }),
    60_000,
  );
});

const timeOf = (work: () => unknown): number => {
  const times = Array.from({ length: 21 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return times[10] ?? Number.POSITIVE_INFINITY;
};

const naivePage = (model: ReadonlyMap<string, Alert>, query: AlertQuery): readonly string[] =>
  [...model.values()]
    .filter(
      (alert) =>
        (query.before === undefined || alert.id < query.before) &&
        (query.module === undefined || alert.module === query.module) &&
        (query.ip === undefined || alert.entities.ip === query.ip) &&
        (query.status === undefined || alert.status === query.status) &&
        (query.minSeverity === undefined || isAtLeast(alert.severity, query.minSeverity)),
    )
    .map(({ id }) => id as string)
    .sort()
    .reverse()
    .slice(0, query.limit);

const clear = async (store: Store, model: ReadonlyMap<string, Alert>): Promise<void> => {
  for (const id of model.keys()) store.alerts.remove(id);
  expect(store.alerts.page({ limit: 100, minSeverity: 'LOW' })).toEqual([]);
};
