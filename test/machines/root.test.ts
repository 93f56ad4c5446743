import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { ChildSpec } from '../../machines/child-spec.ts';
import { moduleMachine } from '../../machines/module.ts';
import { MAX_CHILDREN, type RootEmitted, type RootEvent, rootMachine, START_WITHIN_MS, STOP_WITHIN_MS } from '../../machines/root.ts';
import { createToyWorld, type ToyWorld, toySpec } from './toy-children.ts';

const SPECS = [toySpec('enforcer', 'e', true), toySpec('module', 'm'), toySpec('collector', 'c')];

const boot = (world: ToyWorld, specs: readonly ChildSpec[] = SPECS) => {
  const root = createActor(world.root, { input: { specs, now: 1_000 } });
  const told: RootEmitted[] = [];
  root.on('*', (event) => void told.push(event));
  root.start();
  const poke = (id: string, type: string): void => root.getSnapshot().children[id]?.send({ type });
  const tick = (now: number): void => root.send({ type: 'tick', now });
  const child = (id: string) => root.getSnapshot().context.children[id];
  const state = () => root.getSnapshot().value;
  return { root, told, poke, tick, child, state };
};

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('the root', () => {
  test('starts its children in the order of their specs, and is running once none is getting ready any more', () => {
    const world = createToyWorld();
    const { state, tick } = boot(world);
    expect(world.diary).toEqual(['start e', 'start m', 'start c']);
    expect(state()).toBe('starting');
    tick(2_000);
    expect(state()).toBe('running');
  });

  test('does not wait for ever for a child that never gets ready', () => {
    const world = createToyWorld();
    const slow = moduleMachine.provide({ actors: { detector: world.root.implementations.actors['collector'] as never } });
    const input = { id: 'slow', isEnabled: true, settings: {}, detectorRestart: { intensity: 9, periodMs: 9, backoffMs: { first: 1, max: 1, factor: 1 } } };
    const spec = { ...toySpec('module', 'slow'), input } as ChildSpec;
    const root = createActor(world.root.provide({ actors: { module: slow } }), { input: { specs: [spec], now: 1_000 } }).start();
    root.send({ type: 'tick', now: 2_000 });
    expect(root.getSnapshot().value).toBe('starting');
    root.send({ type: 'tick', now: 2_000 + START_WITHIN_MS });
    expect(root.getSnapshot().value).toBe('running');
    root.stop();
  });

  const failures: readonly [string, string, (world: ToyWorld, poke: (id: string, type: string) => void) => void, string][] = [
    ['throws in receive', 'm', (_, poke) => poke('m', 'toy.throw'), 'm threw in receive'],
    ['throws something that is not even printable', 'm', (_, poke) => poke('m', 'toy.strange'), 'failed with a value that cannot be shown'],
    ['rejects', 'c', (world) => world.failing.get('c')?.(new Error('c rejected')), 'c rejected'],
    ['rejects with nothing', 'c', (world) => world.failing.get('c')?.(undefined), 'undefined'],
    ['ends by itself', 'c', (world) => world.ending.get('c')?.(), 'it ended by itself'],
    ['has a child that throws', 'e', (_, poke) => poke('e', 'toy.grandchild'), 'grandchild of e threw'],
    ['throws in a transition', 'e', (_, poke) => poke('e', 'toy.throw'), 'e threw in a transition'],
  ];

  test.each(failures)('lives on when a child %s, and starts it again after a pause', async (_, id, fail, words) => {
    const world = createToyWorld();
    const { root, told, poke, tick, child, state } = boot(world);
    tick(2_000);
    fail(world, poke);
    await settle();
    expect(child(id)).toMatchObject({ state: 'backing-off', lastError: words, lastErrorAt: 2_000, nextRestartAt: 3_000 });
    expect(told).toContainEqual({ type: 'child.failed', id, error: words, at: 2_000, restartAt: 3_000 });
    tick(2_999);
    expect(world.diary.filter((line) => line === `start ${id}`)).toHaveLength(1);
    tick(3_000);
    expect(world.diary.filter((line) => line === `start ${id}`)).toHaveLength(2);
    expect(child(id)).toMatchObject({ state: 'running', restarts: [3_000], restartCount: 1 });
    expect(world.alive.get('e')).toBe(1);
    expect([root.getSnapshot().status, state()]).toEqual(['active', 'running']);
  });

  test.each([
    ['throws at start', 'm'],
    ['throws at start', 'c'],
    ['throws at start', 'e'],
    ['throws when built', 'e'],
  ] as const)('lives on when a child %s (%s), restarts it within its budget, parks it with the cause', (fate, id) => {
    const world = createToyWorld();
    world.fates.set(id, fate);
    const { root, told, tick, child, state } = boot(world);
    for (let now = 2_000; now < 40_000; now += 1_000) tick(now);
    const cause = `restarted 3 times within 60 s and failed again: ${id} ${fate.replace('throws', 'threw')}`;
    expect(child(id)).toMatchObject({ state: 'degraded', parkedBecause: cause, restartCount: 3 });
    expect(told).toContainEqual({ type: 'child.parked', id, because: cause, critical: id === 'e' });
    expect(state()).toBe(id === 'e' ? 'escalated' : 'running');
    expect(root.getSnapshot().children[id]).toBeUndefined();
    tick(10_000_000);
    expect(child(id)?.state).toBe('degraded');

    world.fates.set(id, 'lives');
    root.send({ type: 'child.restart', id });
    expect(child(id)).toMatchObject({ state: 'running', restarts: [], parkedBecause: undefined });
    expect(state()).toBe('running');
    expect(told).toContainEqual({ type: 'child.restarted', id, by: 'operator' });
  });

  test('removes an approval that came to its end, without calling it a failure', () => {
    const { root, told, poke, child } = boot(createToyWorld(), [...SPECS, toySpec('approval', 'a')]);
    poke('a', 'toy.done');
    expect([child('a'), told]).toEqual([undefined, []]);
    expect(root.getSnapshot().children['a']).toBeUndefined();
  });

  test('adds and removes children, and refuses a second one by the same id', () => {
    const { root, told, child } = boot(createToyWorld());
    root.send({ type: 'child.add', spec: toySpec('module', 'n') });
    expect(child('n')?.state).toBe('running');
    root.send({ type: 'child.add', spec: toySpec('module', 'n') });
    expect(told).toEqual([{ type: 'child.refused', id: 'n', reason: 'there is one by that id' }]);
    root.send({ type: 'child.remove', id: 'n' });
    root.send({ type: 'child.remove', id: 'never there' });
    expect([child('n'), root.getSnapshot().children['n']]).toEqual([undefined, undefined]);
  });

  test('has room for so many children and no more', () => {
    const many = Array.from({ length: MAX_CHILDREN }, (_, index) => toySpec('module', `m${index}`));
    const { root, told } = boot(createToyWorld(), many);
    root.send({ type: 'child.add', spec: toySpec('module', 'one too many') });
    expect(told).toEqual([{ type: 'child.refused', id: 'one too many', reason: `there are ${MAX_CHILDREN} already` }]);
  });

  test('stops a child until an operator starts it again', () => {
    const world = createToyWorld();
    const { root, tick, child } = boot(world);
    root.send({ type: 'child.stop', id: 'm' });
    tick(90_000);
    expect([child('m')?.state, world.diary.at(-1)]).toEqual(['stopped', 'end m']);
    root.send({ type: 'child.restart', id: 'm' });
    expect([child('m')?.state, world.diary.at(-1)]).toEqual(['running', 'start m']);
  });

  test('replaces a running child on an operator\u2019s word, and ignores ids it does not know', () => {
    const world = createToyWorld();
    const { root } = boot(world);
    root.send({ type: 'child.restart', id: 'm' });
    root.send({ type: 'child.restart', id: 'nobody' });
    root.send({ type: 'child.stop', id: 'nobody' });
    root.send({ type: 'child.stop', id: '__proto__' });
    expect(world.diary.slice(3)).toEqual(['end m', 'start m'].sort());
    expect(root.getSnapshot().status).toBe('active');
  });

  test('follows the specs in force: adds, removes, restarts what has other settings, leaves approvals alone', () => {
    const world = createToyWorld();
    const { root, child } = boot(world, [...SPECS, toySpec('approval', 'a')]);
    const changed = { ...toySpec('module', 'm'), input: { id: 'm', isEnabled: false } } as unknown as ChildSpec;
    root.send({ type: 'child.stop', id: 'c' });
    world.diary.length = 0;
    root.send({ type: 'children.reconcile', specs: [changed, toySpec('collector', 'c'), toySpec('module', 'new')] });
    expect(Object.keys(root.getSnapshot().context.children).sort()).toEqual(['a', 'c', 'm', 'new']);
    expect(world.diary.sort()).toEqual(['end m', 'start m', 'start new']);
    expect([child('c')?.state, child('m')?.spec]).toEqual(['stopped', changed]);
  });

  test('starts a child that a restore lost, and says that it was missing', () => {
    const world = createToyWorld();
    const { root } = boot(world);
    const snapshot = JSON.parse(JSON.stringify(root.getPersistedSnapshot()));
    delete snapshot.children.e;
    snapshot.children.m.snapshot = { status: 'error', error: {} };
    const again = createActor(world.root, { input: { specs: [], now: 0 }, snapshot });
    const told: RootEmitted[] = [];
    again.on('*', (event) => void told.push(event));
    again.start().send({ type: 'tick', now: 5_000 });
    expect(told[0]).toEqual({ type: 'child.missing', id: 'e', critical: true });
    expect(told[1]).toMatchObject({ type: 'child.failed', id: 'm', restartAt: 6_000 });
    again.send({ type: 'tick', now: 6_000 });
    expect(Object.values(again.getSnapshot().context.children).map((record) => record.state)).toEqual(['running', 'running', 'running']);
  });

  test('ignores the last words of a child that was already replaced', () => {
    const { root, child } = boot(createToyWorld());
    root.send({ type: 'xstate.error.actor.m', error: new Error('late'), actorId: 'm' });
    root.send({ type: 'xstate.done.actor.nobody', output: undefined, actorId: 'nobody' });
    expect(child('m')).toMatchObject({ state: 'running', restarts: [] });
    expect(child('m')?.lastError).toBeUndefined();
  });

  test('keeps back-off and parked causes over a restart, and restarts what came due while it was down', () => {
    const world = createToyWorld();
    world.fates.set('e', 'throws at start');
    const first = boot(world);
    for (let now = 2_000; now < 40_000; now += 1_000) first.tick(now);
    first.poke('m', 'toy.throw');
    const snapshot = JSON.parse(JSON.stringify(first.root.getPersistedSnapshot()));
    first.root.stop();

    world.diary.length = 0;
    const again = createActor(world.root, { input: { specs: [], now: 0 }, snapshot }).start();
    again.send({ type: 'tick', now: 86_400_000 });
    const { children } = again.getSnapshot().context;
    expect(again.getSnapshot().value).toBe('escalated');
    expect(children['e']?.parkedBecause).toContain('e threw at start');
    expect(children['m']).toMatchObject({ state: 'running', restartCount: 1 });
    expect(world.diary.sort()).toEqual(['start c', 'start m']);
  });

  test('a fresh root takes over what an earlier one remembered', () => {
    const world = createToyWorld();
    world.fates.set('e', 'throws at start');
    const first = boot(world);
    for (let now = 2_000; now < 40_000; now += 1_000) first.tick(now);
    first.poke('m', 'toy.throw');
    first.root.send({ type: 'child.stop', id: 'c' });
    const remembered = JSON.parse(JSON.stringify(first.root.getSnapshot().context.children));

    const root = createActor(world.root, { input: { specs: [...SPECS, toySpec('module', 'new')], now: 50_000, remembered } }).start();
    expect(Object.values(root.getSnapshot().context.children).map((record) => record.state)).toEqual(['degraded', 'running', 'stopped', 'running']);
    expect(root.getSnapshot().value).toBe('escalated');
  });

  test('stops in reverse order and is done', () => {
    const world = createToyWorld();
    const { root } = boot(world, [toySpec('module', 'm1'), toySpec('module', 'm2')]);
    root.send({ type: 'root.stop', now: 9_000 });
    expect(world.diary.slice(2)).toEqual(['end m2', 'end m1']);
    expect([root.getSnapshot().value, root.getSnapshot().status]).toEqual(['stopped', 'done']);
  });

  test('lets children in the middle of a step finish before it stops, and does nothing else meanwhile', () => {
    const world = createToyWorld();
    const { root, poke, tick, child, state } = boot(world, [toySpec('approval', 'a'), toySpec('approval', 'b'), toySpec('module', 'm')]);
    poke('a', 'toy.busy');
    poke('b', 'toy.busy');
    root.send({ type: 'root.stop', now: 9_000 });
    expect([state(), world.diary.at(-1)]).toEqual(['stopping', 'end m']);
    for (const event of [
      { type: 'child.add', spec: toySpec('module', 'n') },
      { type: 'child.restart', id: 'm' },
      { type: 'child.stop', id: 'a' },
      { type: 'child.remove', id: 'a' },
      { type: 'children.reconcile', specs: SPECS },
      { type: 'root.stop', now: 9_100 },
      { type: 'xstate.error.actor.b', error: new Error('late'), actorId: 'b' },
    ] satisfies RootEvent[])
      root.send(event);
    tick(9_500);
    expect([state(), world.diary.at(-1)]).toEqual(['stopping', 'end m']);
    poke('a', 'toy.done');
    expect([state(), child('a')]).toEqual(['stopping', undefined]);
    poke('b', 'toy.done');
    expect(state()).toBe('stopped');
  });

  const STATES: { readonly [state: string]: (scene: ReturnType<typeof boot>, world: ToyWorld) => void } = {
    starting: () => undefined,
    running: ({ tick }) => tick(2_000),
    escalated: ({ tick }) => {
      for (let now = 2_000; now < 12_000; now += 1_000) tick(now);
    },
    stopping: ({ poke, root }) => {
      poke('a', 'toy.busy');
      root.send({ type: 'root.stop', now: 2_000 });
    },
    stopped: ({ root }) => root.send({ type: 'root.stop', now: 2_000 }),
  };
  const EVENTS: { readonly [name: string]: RootEvent } = {
    tick: { type: 'tick', now: 20_000 },
    'stop the child': { type: 'child.stop', id: 'm' },
    'restart the parked one': { type: 'child.restart', id: 'e' },
    'remove the parked one': { type: 'child.remove', id: 'e' },
    'add a child': { type: 'child.add', spec: toySpec('module', 'n') },
    'same specs': { type: 'children.reconcile', specs: SPECS },
    stop: { type: 'root.stop', now: 20_000 },
  };
  const LEADS: { readonly [state: string]: { readonly [event: string]: string } } = {
    starting: { tick: 'running', stop: 'stopped' },
    running: { stop: 'stopped' },
    escalated: { 'restart the parked one': 'running', 'remove the parked one': 'running', stop: 'stopped' },
    stopping: { tick: 'stopped' },
    stopped: {},
  };
  const table = Object.keys(STATES).flatMap((from) => Object.keys(EVENTS).map((event) => ({ from, event, to: LEADS[from]?.[event] ?? from })));

  test('has a table row for every state', () => {
    expect(Object.keys(STATES).sort()).toEqual(Object.keys(rootMachine.states).sort());
  });

  test.each(table)('$from + $event → $to, awake or woken from JSON', ({ from, event, to }) => {
    const scene = () => {
      const world = createToyWorld();
      if (from === 'escalated') world.fates.set('e', 'throws at start');
      const given = boot(world, [...SPECS, toySpec('approval', 'a')]);
      STATES[from]?.(given, world);
      world.fates.clear();
      expect(given.state()).toBe(from);
      return { ...given, world };
    };
    const sent = EVENTS[event] ?? { type: 'tick', now: 0 };
    const awake = scene();
    if (from !== 'stopped') awake.root.send(sent);
    expect(awake.state()).toBe(to);
    const asleep = scene();
    const snapshot = JSON.parse(JSON.stringify(asleep.root.getPersistedSnapshot()));
    const woken = createActor(asleep.world.root, { input: { specs: [], now: 0 }, snapshot }).start();
    if (from !== 'stopped') woken.send(sent);
    expect(woken.getSnapshot().value).toBe(to);
  });

  test('does not wait longer than a few seconds for a step to finish', () => {
    const { root, poke, tick, state } = boot(createToyWorld(), [toySpec('approval', 'a')]);
    poke('a', 'toy.busy');
    root.send({ type: 'root.stop', now: 9_000 });
    tick(9_000 + STOP_WITHIN_MS - 1);
    expect(state()).toBe('stopping');
    tick(9_000 + STOP_WITHIN_MS);
    expect(state()).toBe('stopped');
  });

  test('without real actors every child fails visibly, and the root lives', async () => {
    const specs = [toySpec('module', 'm'), toySpec('collector', 'c'), toySpec('enforcer', 'e'), toySpec('approval', 'a')];
    const root = createActor(rootMachine, { input: { specs, now: 1 } }).start();
    await settle();
    expect(Object.values(root.getSnapshot().context.children).map((record) => record.lastError)).toEqual([
      'no module logic was provided',
      'no collector logic was provided',
      'no enforcer logic was provided',
      'no approval logic was provided',
    ]);
    expect(root.getSnapshot().status).toBe('active');
    root.stop();
  });
});
