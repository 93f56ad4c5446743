import { describe, expect, test } from 'vitest';
import { createActor, fromCallback, fromPromise } from 'xstate';
import { createApprovalLogic } from '../../machines/approval-logic.ts';
import { collectorMachine } from '../../machines/collector.ts';
import { enforcerMachine } from '../../machines/enforcer.ts';
import { moduleMachine } from '../../machines/module.ts';
import { rootMachine } from '../../machines/root.ts';
import {
  APPROVAL_POLICY,
  approvalSpec,
  COLLECTOR_POLICY,
  collectorSpec,
  compareWithRegistry,
  DETECTOR_POLICY,
  dumpTree,
  ENFORCER_POLICY,
  enforcerSpec,
  MODULE_POLICY,
  moduleSpec,
  presentChildren,
  ROOT_KEY,
  reviveTree,
} from '../../src/actors/supervision.ts';
import { canBeSpent } from '../../src/domain/restart-budget.ts';
import { anApproval } from '../machines/approval-world.ts';

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const SPECS = [
  enforcerSpec('block_ip', true),
  moduleSpec('auth_fortress', { threshold: 5 }),
  moduleSpec('web_guard', {}),
  collectorSpec({ id: 'file:/var/log/auth.log', collector: 'file', grammar: 'auth', path: '/var/log/auth.log' }),
];

/** A root over well-behaved children; `doomed` modules throw at start. */
const createRoot = (doomed: ReadonlySet<string> = new Set()) => {
  const detector = fromCallback(({ input, sendBack }) => {
    const { id } = input as { readonly id: string };
    sendBack({ type: 'detector.ready' });
    sendBack({ type: 'findings.received', count: 7, at: 1 });
    if (doomed.has(id)) sendBack({ type: 'detector.failed', message: `${id} broke` });
  });
  const source = fromCallback(({ sendBack }) => sendBack({ type: 'source.state', state: 'running', detail: '' }));
  const init = fromPromise(() => Promise.resolve({ isAvailable: true }));
  const reconcile = fromPromise(() => Promise.resolve({ added: 0, removed: 0, detail: '' }));
  const waits = fromPromise(() => new Promise(() => undefined));
  return rootMachine.provide({
    actors: {
      module: moduleMachine.provide({ actors: { detector } }),
      collector: collectorMachine.provide({ actors: { source } }),
      enforcer: enforcerMachine.provide({ actors: { init, reconcile } }),
      approval: createApprovalLogic({ persist: waits, recheck: waits, execute: waits, reconcile: waits, release: waits }),
    },
  });
};
const boot = async (logic = createRoot(), specs = SPECS) => {
  const root = createActor(logic, { input: { specs, now: 1_000 } }).start();
  await settle();
  for (let now = 2_000; now < 60_000; now += 1_000) root.send({ type: 'tick', now });
  await settle();
  return root;
};
const stored = (root: Parameters<typeof dumpTree>[0]): Map<string, unknown> => new Map(JSON.parse(JSON.stringify([...dumpTree(root)])));
const stateOf = (root: Awaited<ReturnType<typeof boot>>, id: string) => root.getSnapshot().children[id]?.getSnapshot();

describe('child specs', () => {
  test('give each level a budget of its own, and each can be spent by a child that always fails at once', () => {
    const policies = { MODULE_POLICY, DETECTOR_POLICY, COLLECTOR_POLICY, ENFORCER_POLICY, APPROVAL_POLICY };
    for (const [name, policy] of Object.entries(policies)) {
      // One second more for each pause: restarts happen on ticks.
      const onTicks = { ...policy, backoffMs: { ...policy.backoffMs, first: policy.backoffMs.first + 1_000, max: policy.backoffMs.max + 1_000 } };
      expect([name, canBeSpent(onTicks)]).toEqual([name, true]);
    }
    expect(MODULE_POLICY).toMatchObject({ intensity: 5, periodMs: 60_000 });
    expect(COLLECTOR_POLICY).toMatchObject({ intensity: 10, periodMs: 300_000 });
    expect(ENFORCER_POLICY).toMatchObject({ intensity: 5, periodMs: 60_000 });
    expect(DETECTOR_POLICY.intensity).not.toBe(MODULE_POLICY.intensity);
  });

  test('only the firewall is critical, and every id tells its kind', () => {
    const specs = [...SPECS, enforcerSpec('kill_process', false), approvalSpec(anApproval(), 1)];
    expect(specs.filter((spec) => spec.critical).map((spec) => spec.id)).toEqual(['enforcer:block_ip']);
    for (const spec of specs) expect(spec.id.startsWith(`${spec.kind}:`)).toBe(true);
  });
});

describe('the comparison with the registry', () => {
  test('names missing protectors and children nobody asked for', () => {
    const { missing, unexpected } = compareWithRegistry(['module:auth_fortress', 'module:retired'], SPECS.slice(0, 2));
    expect(missing.map((spec) => spec.id)).toEqual(['enforcer:block_ip']);
    expect(unexpected).toEqual(['module:retired']);
  });

  test('does not call a child missing that is parked, stopped or waiting for its restart', async () => {
    const root = await boot();
    root.send({ type: 'child.stop', id: 'module:web_guard' });
    expect(compareWithRegistry(presentChildren(root.getSnapshot()), SPECS)).toEqual({ missing: [], unexpected: [] });
    root.stop();
    expect(compareWithRegistry(presentChildren(root.getSnapshot()), SPECS).missing.map((spec) => spec.id)).toEqual([
      'enforcer:block_ip',
      'module:auth_fortress',
      'collector:file:/var/log/auth.log',
    ]);
  });
});

describe('a tree that is stored and revived', () => {
  test('goes on where it was: counters, parked causes, stopped children', async () => {
    const root = await boot(createRoot(new Set(['web_guard'])));
    root.send({ type: 'child.stop', id: 'collector:file:/var/log/auth.log' });
    const memory = stored(root);
    root.stop();

    const logic = createRoot();
    const { snapshot, dropped, comparison } = reviveTree(logic, { specs: SPECS, now: 90_000 }, memory);
    expect([dropped, comparison]).toEqual([[], { missing: [], unexpected: [] }]);
    const again = createActor(logic, { input: { specs: SPECS, now: 90_000 }, snapshot }).start();
    await settle();
    again.send({ type: 'tick', now: 86_400_000 });
    await settle();
    again.send({ type: 'tick', now: 86_401_000 });
    expect(again.getSnapshot().value).toBe('running');
    expect(stateOf(again, 'module:auth_fortress')?.context).toMatchObject({ findings: 14 });
    expect(stateOf(again, 'module:web_guard')).toMatchObject({ value: 'degraded' });
    expect(stateOf(again, 'module:web_guard')?.context.degradedBecause).toContain('web_guard broke');
    expect(again.getSnapshot().context.children['collector:file:/var/log/auth.log']?.state).toBe('stopped');
    again.stop();
  });

  test('leaves approvals to their records', async () => {
    const specs = [...SPECS, approvalSpec(anApproval(), 1_000)];
    const root = await boot(createRoot(), specs);
    expect([...stored(root).keys()]).toEqual([ROOT_KEY, ...SPECS.map((spec) => spec.id)]);
    root.stop();
  });

  test('drops what does not fit for that child alone, and names what is missing or no longer wanted', async () => {
    const root = await boot();
    const memory = stored(root);
    root.stop();
    memory.set('module:auth_fortress', { schema: 'module', version: '0', snapshot: {} });
    memory.delete('enforcer:block_ip');
    memory.set('module:retired', {});
    const specs = [...SPECS.filter((spec) => spec.id !== 'module:web_guard'), moduleSpec('web_guard', { paranoia: 2 })];

    const logic = createRoot();
    const { snapshot, dropped, comparison } = reviveTree(logic, { specs, now: 90_000 }, memory);
    expect(dropped).toEqual([
      { id: 'module:auth_fortress', because: 'expected version 1, got 0' },
      { id: 'module:web_guard', because: 'its settings have changed' },
    ]);
    expect(comparison.missing.map((spec) => spec.id)).toEqual(['enforcer:block_ip']);
    expect(comparison.unexpected).toEqual(['module:retired']);
    const again = createActor(logic, { input: { specs, now: 90_000 }, snapshot }).start();
    await settle();
    expect(compareWithRegistry(presentChildren(again.getSnapshot()), specs)).toEqual({ missing: [], unexpected: [] });
    expect(stateOf(again, 'module:web_guard')?.context.settings).toEqual({ paranoia: 2 });
    again.stop();
  });

  test.each([
    ['text', 'garbage'],
    ['another schema', { schema: 'root', version: '1', snapshot: {} }],
    ['another version', { schema: 'root-memory', version: '2', snapshot: {} }],
    ['no snapshot', { schema: 'root-memory', version: '1' }],
    ['records of another shape', { schema: 'root-memory', version: '1', snapshot: { 'module:web_guard': { state: 'flying' } } }],
  ])('starts the root afresh when its memory is %s', (_, memory) => {
    const { snapshot, dropped } = reviveTree(createRoot(), { specs: SPECS, now: 90_000 }, new Map([[ROOT_KEY, memory]]));
    expect(dropped).toEqual([{ id: ROOT_KEY, because: 'its memory does not have the right shape' }]);
    expect(Object.keys((snapshot as unknown as { readonly children: object }).children)).toEqual(SPECS.map((spec) => spec.id));
  });

  test('starts from nothing on the first day, and says so for children that are no machines', async () => {
    expect(reviveTree(createRoot(), { specs: SPECS, now: 1 }, new Map()).dropped).toEqual([]);
    const root = await boot();
    const memory = stored(root);
    root.stop();
    const toys = createRoot().provide({ actors: { module: fromCallback(() => undefined) } });
    expect(reviveTree(toys, { specs: SPECS, now: 1 }, memory).dropped).toEqual([
      { id: 'module:auth_fortress', because: 'its logic is no machine' },
      { id: 'module:web_guard', because: 'its logic is no machine' },
    ]);
    expect(dumpTree(createActor(toys, { input: { specs: SPECS, now: 1 } }).start()).has('module:web_guard')).toBe(false);
  });
});
