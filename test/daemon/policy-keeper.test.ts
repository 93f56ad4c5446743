import { describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { createPolicyKeeper } from '../../src/daemon/policy-keeper.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createDirectory, START, withStore } from '../store/store-fixtures.ts';

const config = (enforcement: object = {}) => configSchema.parse({ enforcement });
const quiet = { isObserveOnly: false, forceDryRun: false };

describe('the decision table in force', () => {
  test('is the one of the configuration, in dry run until somebody says otherwise', async () => {
    await withStore(async (store) => {
      const keeper = await createPolicyKeeper({ config: config(), store, ...quiet });
      expect(keeper.current()).toMatchObject({ enabled: true, dryRun: true, preset: 'safe' });
    });
  });

  test('a preview says what would change and changes nothing', async () => {
    await withStore(async (store) => {
      const keeper = await createPolicyKeeper({ config: config(), store, ...quiet });
      const before = keeper.current();
      const { policy, diff } = await keeper.preview('strict');
      expect(policy.preset).toBe('strict');
      expect(diff).toContain('preset: safe → strict');
      expect(diff.length).toBeGreaterThan(20);
      expect(keeper.current()).toBe(before);
      expect(store.meta.get('runtime-overrides')).toBeUndefined();
    });
  });

  test('setting a preset swaps the whole table, once, and says what changed', async () => {
    await withStore(async (store) => {
      const keeper = await createPolicyKeeper({ config: config(), store, ...quiet });
      const { diff, policy } = await keeper.setPreset('lax');
      expect(keeper.current()).toBe(policy);
      expect(policy.preset).toBe('lax');
      expect(diff).toContain('preset: safe → lax');
      expect((await keeper.setPreset('lax')).diff).toEqual([]);
    });
  });

  test('what was changed at run time survives a restart and wins over the file', async () => {
    const { directory, remove } = createDirectory();
    const open = async () => (await openStore({ directory, clock: createManualClock(START) })).store;
    try {
      const first = await open();
      const keeper = await createPolicyKeeper({ config: config(), store: first, ...quiet });
      await keeper.setPreset('balanced');
      await keeper.setDryRun(false);
      await first.close();
      const second = await open();
      const again = await createPolicyKeeper({ config: config({ preset: 'strict', dry_run: true }), store: second, ...quiet });
      expect(again.current()).toMatchObject({ preset: 'balanced', dryRun: false });
      await again.setDryRun(true);
      expect(again.current()).toMatchObject({ preset: 'balanced', dryRun: true });
      await second.close();
    } finally {
      remove();
    }
  });

  test('nothing is changed when it cannot be written down', async () => {
    await withStore(async (store) => {
      const broken = { ...store, meta: { ...store.meta, put: () => Promise.reject(new Error('disk full')) } };
      const keeper = await createPolicyKeeper({ config: config(), store: broken, ...quiet });
      await expect(keeper.setPreset('strict')).rejects.toThrow('disk full');
      await expect(keeper.setDryRun(false)).rejects.toThrow('disk full');
      expect(keeper.current()).toMatchObject({ preset: 'safe', dryRun: true });
    });
  });

  test('observe-only switches enforcement off whatever is set', async () => {
    await withStore(async (store) => {
      const keeper = await createPolicyKeeper({ config: config({ dry_run: false }), store, isObserveOnly: true, forceDryRun: false });
      expect(keeper.current().enabled).toBe(false);
      await keeper.setPreset('strict');
      await keeper.setDryRun(false);
      expect(keeper.current()).toMatchObject({ enabled: false, preset: 'strict' });
    });
  });

  test('--dry-run wins over what was stored, and does not outlive the run', async () => {
    await withStore(async (store) => {
      await (await createPolicyKeeper({ config: config(), store, ...quiet })).setDryRun(false);
      const forced = await createPolicyKeeper({ config: config(), store, isObserveOnly: false, forceDryRun: true });
      expect(forced.current().dryRun).toBe(true);
      await forced.setPreset('lax');
      expect(forced.current()).toMatchObject({ dryRun: true, preset: 'lax' });
      expect((await createPolicyKeeper({ config: config(), store, ...quiet })).current().dryRun).toBe(false);
    });
  });

  test('a person may go live in a run that was started dry', async () => {
    await withStore(async (store) => {
      const keeper = await createPolicyKeeper({ config: config(), store, isObserveOnly: false, forceDryRun: true });
      await keeper.setDryRun(false);
      expect(keeper.current().dryRun).toBe(false);
    });
  });

  test('a store that is found damaged later switches enforcement off until the next start', async () => {
    await withStore(async (store) => {
      const keeper = await createPolicyKeeper({ config: config(), store, ...quiet });
      keeper.observeOnly();
      expect(keeper.current().enabled).toBe(false);
      await keeper.setDryRun(false);
      await keeper.setPreset('strict');
      expect(keeper.current()).toMatchObject({ enabled: false, preset: 'strict', dryRun: false });
    });
  });

  test.each([[null], ['strict'], [{ preset: 'extreme', dryRun: 'no' }], [[]], [{ preset: ['strict'] }]])(
    '%j in the store is not taken for a setting',
    async (stored) => {
      await withStore(async (store) => {
        await store.meta.put('runtime-overrides', stored);
        expect((await createPolicyKeeper({ config: config(), store, ...quiet })).current()).toMatchObject({ preset: 'safe', dryRun: true });
      });
    },
  );
});
