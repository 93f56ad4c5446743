import { describe, expect, test } from 'vitest';
import { loadPreset } from '../../src/config/presets.ts';
import { configSchema } from '../../src/config/schema.ts';
import { createPolicyKeeper } from '../../src/daemon/policy-keeper.ts';
import { createManualClock } from '../../src/domain/clock.ts';
import { SecError } from '../../src/domain/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createDirectory, START, withStore } from '../store/store-fixtures.ts';

const config = (enforcement: object = {}) => configSchema.parse({ enforcement });
const clock = createManualClock(START);
const quiet = { clock, isObserveOnly: false, forceDryRun: false };

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
      const keeper = await createPolicyKeeper({ config: config({ dry_run: false }), store, clock, isObserveOnly: true, forceDryRun: false });
      expect(keeper.current().enabled).toBe(false);
      await keeper.setPreset('strict');
      await keeper.setDryRun(false);
      expect(keeper.current()).toMatchObject({ enabled: false, preset: 'strict' });
    });
  });

  test('--dry-run wins over what was stored, and does not outlive the run', async () => {
    await withStore(async (store) => {
      await (await createPolicyKeeper({ config: config(), store, ...quiet })).setDryRun(false);
      const forced = await createPolicyKeeper({ config: config(), store, clock, isObserveOnly: false, forceDryRun: true });
      expect(forced.current().dryRun).toBe(true);
      expect(forced.origins().dryRun).toBe('command line');
      await forced.setPreset('lax');
      expect(forced.current()).toMatchObject({ dryRun: true, preset: 'lax' });
      expect((await createPolicyKeeper({ config: config(), store, ...quiet })).current().dryRun).toBe(false);
    });
  });

  test('a person may go live in a run that was started dry', async () => {
    await withStore(async (store) => {
      const keeper = await createPolicyKeeper({ config: config(), store, clock, isObserveOnly: false, forceDryRun: true });
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

describe('a change to something stronger', () => {
  const open = async (store: Parameters<Parameters<typeof withStore>[0]>[0], time = createManualClock(START), forceDryRun = false) => ({
    time,
    keeper: await createPolicyKeeper({ config: config(), store, clock: time, isObserveOnly: false, forceDryRun }),
  });

  test('goes back by itself after two minutes unless it is confirmed, and says so once', async () => {
    await withStore(async (store) => {
      const { keeper, time } = await open(store);
      expect((await keeper.setDryRun(false)).pending).toEqual({ preset: 'safe', dryRun: true, deadline: START + 120_000, what: 'dry run off' });
      time.advance(119_999);
      expect(await keeper.tick()).toBeUndefined();
      expect(keeper.current().dryRun).toBe(false);
      time.advance(1);
      expect(await keeper.tick()).toMatchObject({ dryRun: true, what: 'dry run off' });
      expect(keeper.current().dryRun).toBe(true);
      expect(await keeper.tick()).toBeUndefined();
      await expect(keeper.confirm()).rejects.toMatchObject({ code: 'SEC_NOT_FOUND' });
      expect((await open(store)).keeper).toMatchObject({ notices: [] });
      expect((await open(store)).keeper.current().dryRun).toBe(true);
    });
  });

  test('stays when it is confirmed in time', async () => {
    await withStore(async (store) => {
      const { keeper, time } = await open(store);
      await keeper.setDryRun(false);
      expect(await keeper.confirm()).toMatchObject({ what: 'dry run off' });
      time.advance(500_000);
      expect(await keeper.tick()).toBeUndefined();
      expect(keeper.current().dryRun).toBe(false);
      expect((await open(store)).keeper.current().dryRun).toBe(false);
    });
  });

  test('is remembered over a restart, and not in force for a moment when its time is up by then', async () => {
    await withStore(async (store) => {
      const { keeper } = await open(store);
      await keeper.setDryRun(false, { withinMs: 0 });
      await keeper.setPreset('strict');
      const early = await open(store, createManualClock(START + 60_000));
      expect(early.keeper.current().preset).toBe('strict');
      expect(early.keeper.pending()).toMatchObject({ preset: 'safe', dryRun: false, deadline: START + 120_000 });
      const late = await open(store, createManualClock(START + 120_000));
      expect(late.keeper.current()).toMatchObject({ preset: 'safe', dryRun: false });
      expect(await late.keeper.tick()).toMatchObject({ what: 'preset safe → strict' });
      expect(store.meta.get('runtime-overrides')).toMatchObject({ dryRun: false });
      expect(store.meta.get('runtime-overrides')).not.toHaveProperty('rollback');
    });
  });

  test('goes back in memory when the disk takes nothing, and is written down later', async () => {
    await withStore(async (store) => {
      let isFull = false;
      const disk = {
        ...store,
        meta: { ...store.meta, put: (key: string, value: unknown) => (isFull ? Promise.reject(new Error('disk full')) : store.meta.put(key, value)) },
      };
      const { keeper, time } = await open(disk);
      await keeper.setDryRun(false);
      isFull = true;
      time.advance(120_000);
      await expect(keeper.tick()).rejects.toThrow('disk full');
      expect(keeper.current().dryRun).toBe(true);
      isFull = false;
      expect(await keeper.tick()).toMatchObject({ what: 'dry run off' });
    });
  });

  test('a clock that is set back does not prolong the wait', async () => {
    await withStore(async (store) => {
      const { keeper, time } = await open(store);
      await keeper.setDryRun(false);
      time.set(START - 86_400_000);
      await keeper.tick();
      expect(keeper.current().dryRun).toBe(true);
    });
  });

  test('on top of another goes back to what was confirmed last; going down again waits for nobody', async () => {
    await withStore(async (store) => {
      const { keeper, time } = await open(store);
      await keeper.setDryRun(false);
      time.advance(60_000);
      expect((await keeper.setPreset('strict')).pending).toMatchObject({ preset: 'safe', dryRun: true, deadline: START + 180_000 });
      expect((await keeper.setPreset('lax')).pending).toMatchObject({ dryRun: true, deadline: START + 180_000 });
      expect((await keeper.setDryRun(true)).pending).toBeUndefined();
      time.advance(500_000);
      expect(await keeper.tick()).toBeUndefined();
      expect(keeper.current()).toMatchObject({ preset: 'lax', dryRun: true });
    });
  });

  test('is final at once when that was asked for, and a weaker one always is', async () => {
    await withStore(async (store) => {
      const { keeper } = await open(store);
      expect((await keeper.setDryRun(false, { withinMs: 0 })).pending).toBeUndefined();
      expect(await keeper.setPreset('lax')).toMatchObject({ stronger: [], pending: undefined });
    });
  });

  test('a preset set in a run that is forced dry counts as it will be at the next start', async () => {
    await withStore(async (store) => {
      await (await open(store)).keeper.setDryRun(false, { withinMs: 0 });
      const { keeper } = await open(store, createManualClock(START), true);
      expect((await keeper.setPreset('strict')).pending).toMatchObject({ preset: 'safe' });
    });
  });

  test('two changes at once: both are in force in the end, none is built on an older table', async () => {
    await withStore(async (store) => {
      const { keeper } = await open(store);
      await Promise.all([keeper.setPreset('strict'), keeper.setDryRun(false), keeper.setPreset('balanced')]);
      expect(keeper.current()).toMatchObject({ preset: 'balanced', dryRun: false });
      expect(store.meta.get('runtime-overrides')).toMatchObject({ preset: 'balanced', dryRun: false, rollback: { to: {} } });
    });
  });

  test('with a way back that cannot be read is not in force after a restart', async () => {
    await withStore(async (store) => {
      await store.meta.put('runtime-overrides', { dryRun: false, preset: 'strict', rollback: { to: 'safe' } });
      expect((await open(store)).keeper.current()).toMatchObject({ preset: 'safe', dryRun: true });
    });
  });

  test('ends with what a person wrote into the file meanwhile: no wait for what the file says itself', async () => {
    await withStore(async (store) => {
      const { keeper } = await open(store);
      await keeper.setDryRun(false);
      const changed = await createPolicyKeeper({ config: config({ dry_run: false }), store, clock, isObserveOnly: false, forceDryRun: false });
      expect(changed.pending()).toBeUndefined();
      expect(changed.current().dryRun).toBe(false);
      expect(changed.origins().dryRun).toBe('configuration file');
    });
  });
});

describe('a preset that cannot be read while the daemon runs', () => {
  test.each([
    ['is unreadable', 'SEC_CONFIG_UNREADABLE'],
    ['is not valid', 'SEC_CONFIG_INVALID'],
  ] as const)('%s: the last good table stays, nothing is stored, and the next change works', async (_what, code) => {
    await withStore(async (store) => {
      let isBroken = false;
      const readPreset: typeof loadPreset = async (name) => {
        if (isBroken && name === 'strict') throw new SecError(code, 'presets/strict.yaml: broken on purpose');
        return loadPreset(name);
      };
      const keeper = await createPolicyKeeper({ config: config({ preset: 'balanced', dry_run: false }), store, ...quiet, readPreset });
      const before = keeper.current();
      isBroken = true;
      await expect(keeper.setPreset('strict')).rejects.toMatchObject({ code });
      await expect(keeper.preview('strict')).rejects.toMatchObject({ code });
      expect(keeper.current()).toBe(before);
      expect(keeper.pending()).toBeUndefined();
      expect(store.meta.get('runtime-overrides')).toBeUndefined();
      expect((await keeper.setPreset('lax')).policy.preset).toBe('lax');
      isBroken = false;
      expect((await keeper.setPreset('strict')).policy.preset).toBe('strict');
    });
  });

  test('what comes back unconfirmed needs no file', async () => {
    await withStore(async (store) => {
      let isBroken = false;
      const readPreset: typeof loadPreset = async (name) => {
        if (isBroken) throw new SecError('SEC_CONFIG_UNREADABLE', 'gone');
        return loadPreset(name);
      };
      const own = createManualClock(START);
      const keeper = await createPolicyKeeper({ config: config({ preset: 'safe', dry_run: false }), store, ...quiet, clock: own, readPreset });
      await keeper.setPreset('strict');
      isBroken = true;
      own.advance(121_000);
      expect(await keeper.tick()).toMatchObject({ preset: 'safe' });
      expect(keeper.current().preset).toBe('safe');
    });
  });
});

describe('vps-agent', () => {
  const extras = {
    preset: 'vps-agent',
    approvalGate: { enabled: false, autoApproveAbove: 'HIGH' },
    escalation: { enabled: true, timeouts: { CRITICAL: { timeoutMs: 180_000, maxEscalations: 5 } } },
  };

  test('brings its escalation and approvals from the file', async () => {
    await withStore(async (store) => {
      const keeper = await createPolicyKeeper({ config: config({ preset: 'vps-agent', dry_run: false }), store, ...quiet });
      expect(keeper.current()).toMatchObject(extras);
    });
  });

  test('brings them by a change at run time, over a restart, and takes them away when it is left', async () => {
    await withStore(async (store) => {
      const keeper = await createPolicyKeeper({ config: config({ dry_run: false }), store, ...quiet });
      expect((await keeper.preview('vps-agent')).policy).toMatchObject(extras);
      expect(keeper.current()).toMatchObject({ preset: 'safe', approvalGate: { enabled: true }, escalation: { enabled: false } });
      await keeper.setPreset('vps-agent', { withinMs: 0 });
      expect(keeper.current()).toMatchObject(extras);
      const again = await createPolicyKeeper({ config: config({ dry_run: false }), store, ...quiet });
      expect(again.current()).toMatchObject(extras);
      await again.setPreset('safe');
      expect(again.current()).toMatchObject({ approvalGate: { enabled: true, autoApproveAbove: undefined }, escalation: { enabled: false } });
    });
  });
});
