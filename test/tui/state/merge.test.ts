import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlertItem } from '../../../src/tui/state/app-state.ts';
import { activeLeases, addGap, closeGaps, MAX_ALERTS, MAX_RECORDS, mergeAlerts, mergeApprovals, mergeRecords } from '../../../src/tui/state/merge.ts';
import { sampleAlert, sampleApproval, sampleLease, sampleRecord } from '../samples.ts';

const ids = (items: readonly AlertItem[]): readonly string[] => items.map((item) => item.key);

describe('alerts', () => {
  test('are sorted and unique whatever order they come in', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat({ max: 60 }), { maxLength: 20 }), { maxLength: 8 }), (batches) => {
        const merged = batches.reduce<readonly AlertItem[]>(
          (items, batch) =>
            mergeAlerts(
              items,
              batch.map((index) => sampleAlert(index)),
            ),
          [],
        );
        const expected = [...new Set(batches.flat())].sort((a, b) => a - b).map((index) => sampleAlert(index).id);
        expect(ids(merged)).toEqual(expected);
      }),
    );
  });

  test('a later version replaces an earlier one, never the other way round', () => {
    const two = mergeAlerts([], [sampleAlert(1, { version: 2, count: 9 })]);
    expect(mergeAlerts(two, [sampleAlert(1, { version: 1, count: 3 })])[0]?.alert?.count).toBe(9);
    expect(mergeAlerts(two, [sampleAlert(1, { version: 3, count: 12 })])[0]?.alert?.count).toBe(12);
    expect(mergeAlerts([], [sampleAlert(1, { version: 3, count: 12 }), sampleAlert(1, { version: 2, count: 9 })])[0]?.alert?.count).toBe(12);
  });

  test('are bounded: the oldest go', () => {
    const many = mergeAlerts(
      [],
      Array.from({ length: MAX_ALERTS + 50 }, (_, index) => sampleAlert(index)),
    );
    expect(many.length).toBe(MAX_ALERTS);
    expect(many[0]?.key).toBe(sampleAlert(50).id);
  });

  test('a hole stays where it happened until a page covers it', () => {
    const before = mergeAlerts([], [sampleAlert(1), sampleAlert(2)]);
    const holed = mergeAlerts(addGap(addGap(before, 200), 14), [sampleAlert(9)]);
    expect(holed.map((item) => item.gap?.missed ?? item.alert?.title)).toEqual([sampleAlert(1).title, sampleAlert(2).title, 214, sampleAlert(9).title]);
    expect(ids(closeGaps(holed, sampleAlert(5).id))).toEqual(ids(holed));
    expect(ids(closeGaps(holed, sampleAlert(2).id))).toEqual([sampleAlert(1).id, sampleAlert(2).id, sampleAlert(9).id]);
  });

  test('a hole before anything is known shows nothing', () => {
    expect(addGap([], 5)).toEqual([]);
  });
});

describe('the rest', () => {
  test('decided approvals leave, newer versions win', () => {
    const waiting = mergeApprovals([], [sampleApproval(1), sampleApproval(2)]);
    expect(mergeApprovals(waiting, [sampleApproval(1, { state: 'done', version: 5 })]).map((one) => one.id)).toEqual([sampleApproval(2).id]);
    expect(mergeApprovals(waiting, [sampleApproval(1, { version: 2, held: false })])[0]?.held).toBe(true);
  });

  test('records are kept by sequence and bounded', () => {
    const records = mergeRecords([], Array.from({ length: MAX_RECORDS + 10 }, (_, index) => sampleRecord(index)).reverse());
    expect(records.length).toBe(MAX_RECORDS);
    expect(records[0]?.sequence).toBe(10);
    expect(records.at(-1)?.sequence).toBe(MAX_RECORDS + 9);
  });

  test('only leases in force are kept', () => {
    expect(
      activeLeases([sampleLease(1), sampleLease(2, { state: 'ended' }), sampleLease(3, { state: 'intended' }), sampleLease(4, { state: 'failed' })]).map(
        (one) => one.id,
      ),
    ).toEqual([sampleLease(1).id, sampleLease(3).id]);
  });
});
