import { describe, expect, test } from 'vitest';
import type { Root } from '../../src/actors/root.ts';
import { collectorSpec } from '../../src/actors/supervision.ts';
import { configSchema } from '../../src/config/schema.ts';
import { markSources, moduleSpecs, sourceSpecs, treeSettled } from '../../src/daemon/sources.ts';
import type { HostDescription } from '../../src/domain/host.ts';

const HOST: HostDescription = {
  hostname: 'h',
  kernel: '6',
  bootId: '',
  uid: 0,
  isRoot: true,
  canFirewall: true,
  canSignalOthers: true,
  canWatchProcesses: true,
  canKillConnections: true,
  hasJournald: true,
  limits: [],
};
const idsOf = (sources: object): readonly string[] => sourceSpecs(configSchema.parse({ sources }), HOST).map(({ id }) => id);

describe('what is read', () => {
  test('with nothing found by itself, only what is named', () => {
    expect(idsOf({ auto: false, processes: false, files: [{ path: '/srv/a.log', grammar: 'web' }] })).toEqual(['collector:file:/srv/a.log']);
  });

  test('a file that is named twice is read once', () => {
    expect(idsOf({ auto: false, processes: false, files: [{ path: '/srv/a.log' }, { path: '/srv/a.log', grammar: 'web' }] })).toHaveLength(1);
  });

  test.each([
    ['processes', { processes: false }, /process/],
    ['the journal', { journald: false }, /journal/],
  ])('%s can be left out of what is found by itself', (_what, sources, id) => {
    expect(idsOf({}).some((one) => id.test(one))).toBe(true);
    expect(idsOf(sources).some((one) => id.test(one))).toBe(false);
  });

  test('each module is there, off where the configuration says so', () => {
    const specs = moduleSpecs(configSchema.parse({ modules: { auth_fortress: { enabled: false } } }));
    expect(specs.length).toBeGreaterThanOrEqual(3);
    expect(specs.find(({ id }) => id === 'module:auth_fortress')).toMatchObject({ input: { isEnabled: false } });
  });
});

test('a journal that was never read begins where the daemon began', async () => {
  const stored = new Map<string, unknown>();
  const cursors = { get: (id: string) => stored.get(id), put: (id: string, cursor: unknown) => void stored.set(id, cursor) };
  await markSources([collectorSpec({ id: 'journald', collector: 'journald', grammar: 'journal' })], cursors, 1_700_000_000_000);
  expect([...stored]).toEqual([['journald', { sinceMs: 1_700_000_000_000 }]]);
});

describe('reading begins', () => {
  const child = (kind: 'enforcer' | 'module' | 'collector', state: string) => ({ record: { spec: { kind } }, state });
  // Only its children are asked for.
  const rootWith = (children: readonly object[]): Root => ({ children: () => children }) as unknown as Root;
  const settlesWithin = async (ms: number, root: () => Root | undefined, signal = new AbortController().signal): Promise<boolean> =>
    Promise.race([treeSettled(root, signal).then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, ms, false))]);

  test('when nothing starts any more, sources themselves aside', async () => {
    expect(
      await settlesWithin(200, () =>
        rootWith([child('enforcer', 'ready'), child('enforcer', 'unavailable'), child('module', 'running'), child('collector', 'starting')]),
      ),
    ).toBe(true);
  });

  test.each([
    ['an enforcer is looked at', child('enforcer', 'checking')],
    ['a detector starts', child('module', 'starting')],
  ])('not while %s', async (_what, starting) => {
    let children = [starting];
    const stop = new AbortController();
    expect(await settlesWithin(100, () => rootWith(children), stop.signal)).toBe(false);
    children = [];
    expect(await settlesWithin(200, () => rootWith(children))).toBe(true);
    stop.abort();
  });

  test('not before there is a tree, and no longer than anybody wants it', async () => {
    const stop = new AbortController();
    expect(await settlesWithin(100, () => undefined, stop.signal)).toBe(false);
    stop.abort();
    expect(await settlesWithin(200, () => undefined, stop.signal)).toBe(true);
  });
});

describe('sockets', () => {
  test('are looked at where sources are found by themselves, or when they are asked for', () => {
    const has = (sources: object): boolean => idsOf(sources).includes('collector:sockets');
    expect([has({}), has({ sockets: false }), has({ auto: false }), has({ auto: false, sockets: true })]).toEqual([true, false, false, true]);
  });
});
