import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../../src/tui/screen/layout.ts';
import { VIEWS } from '../../../src/tui/state/app-state.ts';

describe('layout', () => {
  test('the parts add up to the terminal', () => {
    const state = fc.record({
      size: fc.record({ columns: fc.integer({ min: 40, max: 400 }), rows: fc.integer({ min: 8, max: 120 }) }),
      view: fc.constantFrom(...VIEWS),
      detail: fc.record({ placement: fc.constantFrom('auto' as const, 'bottom' as const, 'off' as const), shownKey: fc.constant(undefined) }),
    });
    fc.assert(
      fc.property(state, (one) => {
        const layout = layoutOf(one);
        expect(layout.isTooSmall).toBe(false);
        const header = layout.isMerged ? 1 : 2;
        const below = layout.detail.where === 'bottom' ? layout.detail.height + 1 : 0;
        expect(header + 1 + layout.listHeight + below + 1).toBe(one.size.rows);
        if (layout.detail.where === 'side') {
          expect(layout.listWidth).toBeGreaterThanOrEqual(80);
          expect(layout.listWidth + 1 + layout.detail.width).toBe(one.size.columns);
        }
      }),
    );
  });

  test('a terminal without a size is one cell, not a crash', () => {
    expect(layoutOf({ size: { columns: 0, rows: 0 }, view: 'alerts', detail: { placement: 'auto', shownKey: undefined } })).toMatchObject({
      columns: 1,
      rows: 1,
      isTooSmall: true,
    });
  });
});
