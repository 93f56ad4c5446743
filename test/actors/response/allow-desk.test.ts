import { expect, test } from 'vitest';
import { createAllowBook } from '../../../src/actors/response/allow-book.ts';
import { createAllowDesk } from '../../../src/actors/response/allow-desk.ts';
import { newApproval } from '../../../src/actors/response/new-approval.ts';
import { createShield } from '../../../src/actors/response/shield.ts';
import type { ActionName, Target } from '../../../src/domain/action.ts';
import type { Decision } from '../../../src/domain/decision.ts';
import { createId } from '../../../src/domain/ids.ts';
import { sampleAlert, sampleProcess } from '../../kit/alerts.ts';
import { withStore } from '../../store/store-fixtures.ts';
import { createRoom, OPERATOR } from './room.ts';

const ruleOf = (action: ActionName): Decision['rule'] => ({
  action,
  params: {},
  minSeverity: 'INFO',
  skipApproval: false,
  dryRun: false,
  description: '',
  hold: false,
  types: [],
});

test('a network that is allowed ends what waits about addresses in it, and nothing else that waits', async () => {
  await withStore(async (store) => {
    const { dependencies, clock } = await createRoom(store, []);
    const ask = async (action: ActionName, target: Target): Promise<string> => {
      const now = clock.now();
      const decision: Decision = { action, target, outcome: 'needs-approval', reason: '', rule: ruleOf(action) };
      const more = { actionId: createId<'ActionId'>(now), now, ttlMs: 60_000, isHeld: false, plan: { steps: [], undoNote: '' } };
      const approval = newApproval(sampleAlert(), decision, more);
      await store.approvals.put(approval);
      return approval.id;
    };
    const inside = await ask('block_ip', { kind: 'ip', address: '203.0.113.7' });
    const dropped = await ask('drop_connection', { kind: 'ip', address: '203.0.113.8' });
    const wider = await ask('block_ip', { kind: 'ip', address: '203.0.113.0/24' });
    await ask('block_ip', { kind: 'ip', address: '198.51.100.7' });
    await ask('kill_process', { kind: 'process', process: sampleProcess() });
    const voided: string[] = [];
    const reasons = new Set<string>();
    const desk = createAllowDesk({
      ...dependencies,
      book: createAllowBook({ store, clock, configured: [] }),
      shield: createShield(async () => undefined, []),
      voidApproval: (id, reason) => {
        voided.push(id);
        reasons.add(reason);
      },
    });
    const { approvalsEnded } = await desk.add({ network: '203.0.113.0/28', reason: 'ours', forMs: undefined }, OPERATOR);
    expect(approvalsEnded).toBe(3);
    expect(voided.toSorted()).toEqual([inside, dropped, wider].toSorted());
    expect([...reasons]).toEqual(['203.0.113.0/28 is on the allow list']);
  });
});
