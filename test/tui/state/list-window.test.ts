import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_LIST, follow, type ListShape, moveBy, moveToEnd, pageTop, pause, settleList, unseenCount } from '../../../src/tui/state/list-window.ts';

const keys = (count: number, from = 0): readonly string[] => Array.from({ length: count }, (_, index) => `k${String(from + index).padStart(6, '0')}`);
const shape = (count: number, height = 10, newest: ListShape['newest'] = 'last', from = 0): ListShape => ({ keys: keys(count, from), height, newest });

describe('window', () => {
  test.each([
    ['stays while the selection is inside', 100, 15, 10, 10, 10],
    ['turns a page when it leaves at the bottom', 100, 20, 10, 10, 20],
    ['turns a page when it leaves at the top', 100, 9, 10, 10, 0],
    ['shows the last page whole', 100, 99, 80, 10, 90],
    ['does not start before the first row', 100, 3, 4, 10, 0],
    ['starts at the first row when everything fits', 5, 4, 3, 10, 0],
  ])('%s', (_name, total, selected, top, height, expected) => {
    expect(pageTop(total, selected, top, height)).toBe(expected);
  });

  test('always shows the selection and never runs past the end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.nat(),
        fc.integer({ min: -50, max: 600 }),
        fc.integer({ min: 1, max: 60 }),
        (total, seed, top, height) => {
          const selected = seed % total;
          const next = pageTop(total, selected, top, height);
          expect(next).toBeGreaterThanOrEqual(0);
          expect(selected).toBeGreaterThanOrEqual(next);
          expect(selected).toBeLessThan(next + height);
          expect(next).toBeLessThanOrEqual(Math.max(0, total - height));
        },
      ),
    );
  });
});

describe('list', () => {
  const following = settleList({ ...EMPTY_LIST, isFollowing: true }, shape(30));

  test('follows the newest row', () => {
    expect(following.selectedKey).toBe('k000029');
    expect(following.topKey).toBe('k000020');
    expect(settleList(following, shape(31)).selectedKey).toBe('k000030');
  });

  test('moving up holds it still, and counts what comes', () => {
    const held = moveBy(following, shape(30), -1);
    expect(held).toMatchObject({ isFollowing: false, selectedKey: 'k000028', pausedAt: 'k000029' });
    const later = settleList(held, shape(67));
    expect(later).toMatchObject({ selectedKey: 'k000028', topKey: held.topKey });
    expect(unseenCount(later, shape(67))).toBe(37);
  });

  test('reaching the newest row by hand does not start following', () => {
    const held = moveBy(moveBy(following, shape(30), -1), shape(30), 1);
    expect(held).toMatchObject({ isFollowing: false, selectedKey: 'k000029' });
  });

  test('going to the newest end follows again, the other end does not', () => {
    const held = moveBy(following, shape(30), -5);
    expect(moveToEnd(held, shape(30), 'last')).toMatchObject({ isFollowing: true, pausedAt: undefined, selectedKey: 'k000029' });
    expect(moveToEnd(held, shape(30), 'first')).toMatchObject({ isFollowing: false, selectedKey: 'k000000', topKey: 'k000000' });
  });

  test('with the newest first, moving down is what holds it still', () => {
    const list = settleList({ ...EMPTY_LIST, isFollowing: true }, shape(30, 10, 'first'));
    expect(list.selectedKey).toBe('k000000');
    expect(moveBy(list, shape(30, 10, 'first'), 1).isFollowing).toBe(false);
    expect(moveBy(list, shape(30, 10, 'first'), -1).isFollowing).toBe(true);
  });

  test('the selection stays on its row when rows come before it', () => {
    const held = pause(settleList({ ...EMPTY_LIST, selectedKey: 'k000005', index: 5 }, shape(30)), shape(30));
    const grown: ListShape = { keys: ['j1', 'j2', ...keys(30)], height: 10, newest: 'last' };
    expect(settleList(held, grown).selectedKey).toBe('k000005');
  });

  test('when the selected row is gone its neighbour is selected, at the same place', () => {
    const held = settleList({ ...EMPTY_LIST, selectedKey: 'k000005', index: 5 }, shape(30));
    const without: ListShape = { keys: keys(30).filter((key) => key !== 'k000005'), height: 10, newest: 'last' };
    expect(settleList(held, without).selectedKey).toBe('k000006');
    expect(settleList({ ...held, selectedKey: 'k000029', index: 29 }, shape(29)).selectedKey).toBe('k000028');
  });

  test('an empty list selects nothing and comes back following', () => {
    const empty = settleList(follow(EMPTY_LIST), shape(0));
    expect(empty.selectedKey).toBeUndefined();
    expect(settleList(empty, shape(3)).selectedKey).toBe('k000002');
  });

  test('settling twice changes nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }), fc.boolean(), fc.nat({ max: 70 }), (count, height, isFollowing, index) => {
        const list = { ...EMPTY_LIST, isFollowing, index, selectedKey: `k${String(index).padStart(6, '0')}` };
        const once = settleList(list, shape(count, height));
        expect(settleList(once, shape(count, height))).toEqual(once);
      }),
    );
  });
});
