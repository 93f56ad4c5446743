import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleApproval } from '../samples.ts';
import { createPureTui } from './pure-tui.ts';

test('news never move the list of approvals under the cursor: what is selected stays, and so does the first row that is shown', () => {
  const news = fc.array(fc.record({ index: fc.integer({ min: 0, max: 29 }), isOver: fc.boolean(), count: fc.integer({ min: 2, max: 9 }) }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 19 }), news, (downs, list) => {
      const approvals = Array.from({ length: 20 }, (_, index) => sampleApproval(index));
      const tui = createPureTui({ approvals });
      tui.press('2', ...Array.from({ length: downs }, () => 'j'));
      const before = tui.state().lists.approvals;
      list.forEach(({ index, isOver, count }, step) => {
        const known = sampleApproval(index);
        // The one under the cursor is not the one that ends.
        const state = isOver && known.id !== before.selectedKey && known.id !== before.topKey ? 'expired' : 'pending';
        const approval = { ...known, state, version: 4 + step, basis: 3, count, reminded: 0.5 } as const;
        tui.dispatch({ type: 'stream.received', messages: [{ type: 'approval', sequence: 2 + step, approval }], dropped: 0, now: tui.now() });
        const { selectedKey, topKey } = tui.state().lists.approvals;
        expect([selectedKey, topKey]).toEqual([before.selectedKey, before.topKey]);
      });
    }),
    { numRuns: 100 },
  );
});
