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

  test('what was changed at run time survives a restart while the file says the same as before', async () => {
    const { directory, remove } = createDirectory();
    const open = async () => (await openStore({ directory, clock: createManualClock(START) })).store;
    try {
      const first = await open();
      const keeper = await createPolicyKeeper({ config: config({ preset: 'strict', dry_run: true }), store: first, ...quiet });
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

  type Step = { readonly before: object; readonly set: boolean; readonly after: object; readonly dryRun: boolean; readonly origin: string };
  const steps: readonly (readonly [string, Step])[] = [
    [
      'dry_run: true written after going live is dry run, also where it was the default',
      { before: {}, set: false, after: { dry_run: true }, dryRun: true, origin: 'configuration file' },
    ],
    [
      'dry_run: true in place of false is dry run',
      { before: { dry_run: false }, set: false, after: { dry_run: true }, dryRun: true, origin: 'configuration file' },
    ],
    [
      'dry_run: false written after going dry is live: the file was changed last',
      { before: {}, set: true, after: { dry_run: false }, dryRun: false, origin: 'configuration file' },
    ],
    ['a line that was taken out leaves the default, dry run', { before: { dry_run: false }, set: false, after: {}, dryRun: true, origin: 'default' }],
    [
      'a change elsewhere in the file leaves what was set',
      { before: { dry_run: true }, set: false, after: { dry_run: true, preset: 'lax' }, dryRun: false, origin: 'set at run time' },
    ],
  ];
  test.each(steps)('%s', async (_, { before, set, after, dryRun, origin }) => {
    await withStore(async (store) => {
      await (await createPolicyKeeper({ config: config(before), store, ...quiet })).setDryRun(set);
      const again = await createPolicyKeeper({ config: config(after), store, ...quiet });
      expect(again.current().dryRun).toBe(dryRun);
      expect(again.origins().dryRun).toBe(origin);
      const isKept = origin === 'set at run time';
      expect(again.notices.map((line) => line.includes('it wins over `1sec enforce dry-run'))).toEqual(isKept ? [] : [true]);
      // A file that is changed back does not bring the old change to life.
      if (isKept) return;
      const back = await createPolicyKeeper({ config: config(before), store, ...quiet });
      expect(back.origins().dryRun).not.toBe('set at run time');
      expect(back.notices).toEqual([]);
    });
  });

  test('another preset in the file wins over the one that was set before, and leaves dry run alone', async () => {
    await withStore(async (store) => {
      const keeper = await createPolicyKeeper({ config: config(), store, ...quiet });
      await keeper.setPreset('lax');
      await keeper.setDryRun(false);
      const again = await createPolicyKeeper({ config: config({ preset: 'strict' }), store, ...quiet });
      expect(again.current()).toMatchObject({ preset: 'strict', dryRun: false });
      expect(again.origins()).toEqual({ preset: 'configuration file', dryRun: 'set at run time' });
      expect(again.notices).toEqual(['the configuration file now says preset: strict: it wins over `1sec enforce preset lax` of before; strict is in force']);
    });
  });

  test.each([
    [false, { dry_run: true }, true],
    [false, {}, false],
    [true, { dry_run: false }, true],
  ])('dryRun %s stored without what the file said then, under %j: dry run is %s', async (dryRun, file, expected) => {
    await withStore(async (store) => {
      await store.meta.put('runtime-overrides', { dryRun });
      expect((await createPolicyKeeper({ config: config(file), store, ...quiet })).current().dryRun).toBe(expected);
    });
  });

  test('the file wins also when that cannot be written down, and it is said', async () => {
    await withStore(async (store) => {
      await (await createPolicyKeeper({ config: config(), store, ...quiet })).setDryRun(false);
      const broken = { ...store, meta: { ...store.meta, put: () => Promise.reject(new Error('disk full')) } };
      const keeper = await createPolicyKeeper({ config: config({ dry_run: true }), store: broken, ...quiet });
      expect(keeper.current().dryRun).toBe(true);
      expect(keeper.notices.at(-1)).toContain('disk full');
    });
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
      expect(forced.origins().dryRun).toBe('command line');
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
