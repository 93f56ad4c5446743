import { expect, test } from 'vitest';
import type { ActionRequest } from '../../../src/actors/contract.ts';
import { createEnforcers, ENFORCERS } from '../../../src/actors/enforcers/registry.ts';
import { ACTION_RISK, ACTIONS } from '../../../src/domain/action.ts';
import { createManualClock } from '../../../src/domain/clock.ts';
import type { Host } from '../../../src/domain/host.ts';

const unusedHost: Host = { call: async (name) => Promise.reject(new Error(`unexpected call: ${name}`)), close: async () => undefined };
const enforcers = createEnforcers({ host: unusedHost, clock: createManualClock() });
const request: ActionRequest = { actionId: 'a', target: { kind: 'none', wanted: 'file' }, params: {}, now: 0 };

test('there is one enforcer for each action, under its own name', () => {
  expect([...enforcers.keys()].toSorted()).toEqual([...ACTIONS].toSorted());
  expect(Object.keys(ENFORCERS).toSorted()).toEqual([...ACTIONS].toSorted());
  for (const [action, enforcer] of enforcers) expect(enforcer.manifest.action).toBe(action);
});

test('manifests name the risk that the policy tables', () => {
  for (const [action, enforcer] of enforcers) expect(enforcer.manifest.risk).toBe(ACTION_RISK[action]);
});

test.each(['block_ip', 'drop_connection', 'kill_process', 'quarantine_file', 'disable_user'] as const)(
  '%s plans nothing for a target of another kind',
  (action) => {
    expect(() => enforcers.get(action)?.plan(request)).toThrow(/expected an? /);
  },
);

test('log_only records and does nothing', async () => {
  const enforcer = enforcers.get('log_only');
  expect(await enforcer?.apply(request)).toMatchObject({ verification: 'verified' });
  expect(await enforcer?.availability()).toEqual({ isAvailable: true });
});
