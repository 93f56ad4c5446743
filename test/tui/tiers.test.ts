import { describe, expect, test } from 'vitest';
import { ACTIONS } from '../../src/domain/action.ts';
import { actionTier, bulkTier, undoTier } from '../../src/tui/tiers.ts';

describe('tiers', () => {
  test.each([
    ['log_only', '01KA', undefined, 'T0'],
    ['webhook', '01KA', undefined, 'T1'],
    ['block_ip', '203.0.113.7', undefined, 'T1'],
    ['block_ip', '203.0.113.0/24', undefined, 'T2'],
    ['block_ip', '2001:db8::/64', undefined, 'T1'],
    ['block_ip', '2001:db8::/48', undefined, 'T2'],
    ['drop_connection', '203.0.113.7', undefined, 'T1'],
    ['kill_process', 'pid 4029 (bash) @881122', undefined, 'T2'],
    ['quarantine_file', '/tmp/x', undefined, 'T2'],
    ['disable_user', 'mallory', undefined, 'T2'],
    ['command', 'x', undefined, 'T2'],
    ['block_ip', '198.51.100.9', '198.51.100.9', 'T3'],
    ['block_ip', '198.51.100.0/24', '198.51.100.9', 'T3'],
    ['drop_connection', '198.51.100.9', '198.51.100.9', 'T3'],
    ['block_ip', '2001:db8::/64', '2001:db8::7', 'T3'],
    ['block_ip', '203.0.113.7', '198.51.100.9', 'T1'],
  ] as const)('%s %s seen from %s is %s', (action, target, own, tier) => {
    expect(actionTier(action, target, own)).toBe(tier);
  });

  test('taking an action back is always asked, unless there is nothing to it', () => {
    for (const action of ACTIONS) expect(undoTier(action)).toBe(action === 'log_only' ? 'T1' : 'T2');
  });

  test('several at once cost one tier more, up to the last', () => {
    expect([bulkTier('T0', 9), bulkTier('T1', 1), bulkTier('T1', 2), bulkTier('T2', 2), bulkTier('T3', 2)]).toEqual(['T0', 'T1', 'T2', 'T3', 'T3']);
  });
});
