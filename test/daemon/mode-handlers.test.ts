import { expect, test } from 'vitest';
import { loadPreset } from '../../src/config/presets.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Caller } from '../../src/daemon/api.ts';
import { createModeHandlers } from '../../src/daemon/mode-handlers.ts';
import { createPolicyKeeper } from '../../src/daemon/policy-keeper.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import { SecError } from '../../src/domain/errors.ts';
import type { HistoryDraft } from '../../src/domain/history.ts';
import { START, withStore } from '../store/store-fixtures.ts';

const caller: Caller = { actor: { name: 'ops', uid: 1000, pid: 7, via: 'cli' }, roles: new Set(['viewer', 'operator', 'admin']) };

test('a preset that cannot be read leaves the last good one, and caller and history are told', async () => {
  await withStore(async (store) => {
    const clock = createManualClock(START);
    const policies = await createPolicyKeeper({
      config: configSchema.parse({ enforcement: { preset: 'balanced' } }),
      store,
      clock,
      isObserveOnly: false,
      forceDryRun: false,
      readPreset: async (name) => {
        if (name === 'strict') throw new SecError('SEC_CONFIG_INVALID', 'presets/strict.yaml: policies: expected a map');
        return loadPreset(name);
      },
    });
    const written: HistoryDraft[] = [];
    let changes = 0;
    const handlers = createModeHandlers({
      policies,
      clock,
      append: async (draft) => void written.push(draft),
      onModeChange: async () => {
        changes += 1;
      },
    });
    const body = { preview: false, reason: '', no_rollback: false };
    await expect(handlers.preset({ params: { name: 'strict' }, query: {}, body, caller })).rejects.toMatchObject({
      code: 'SEC_CONFIG_INVALID',
      detail: expect.stringMatching(/^preset strict could not be put in force: .*expected a map.*; balanced stays$/),
    });
    expect(policies.current().preset).toBe('balanced');
    expect(written).toMatchObject([
      { kind: 'preset', preset: 'balanced', outcome: 'failure', actor: caller.actor, reason: expect.stringContaining('balanced stays') },
    ]);
    expect(changes).toBe(0);
    expect(await handlers.preset({ params: { name: 'lax' }, query: {}, body, caller })).toMatchObject({ applied: true, preset: 'lax' });
  });
});
