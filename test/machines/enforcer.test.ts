import { describe, expect, test } from 'vitest';
import { createActor, fromPromise } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { type EnforcerInput, enforcerMachine, FAILURES_UNTIL_UNAVAILABLE } from '../../machines/enforcer.ts';
import { persistable, restorable } from '../../machines/snapshot.ts';
import { type AnyEvent, cells, driven, type Row, restingStates, stateOf } from './table.ts';

const input: EnforcerInput = { action: 'block_ip', canReconcile: true };
const tick = (now: number): AnyEvent => ({ type: 'tick', now });
const done = (actorId: string, output: unknown): AnyEvent => ({ type: `xstate.done.actor.${actorId}`, output, actorId });
const broken = (actorId: string): AnyEvent => ({ type: `xstate.error.actor.${actorId}`, error: new Error(`${actorId} broke`), actorId });
const able = done('init', { isAvailable: true });
const unable = done('init', { isAvailable: false, reason: 'no nft' });
const nothing = done('reconcile', { added: 0, removed: 0, detail: '' });
const some = done('reconcile', { added: 2, removed: 1, detail: 'table was flushed' });

const events = {
  'enforcer.recheck': { type: 'enforcer.recheck' },
  'kernel.changed': { type: 'kernel.changed' },
  'early tick': tick(10_500),
  'tick after 16 s': tick(26_000),
  'tick after 61 s': tick(71_000),
  'xstate.able': able,
  'xstate.unable': unable,
  'xstate.init broke': broken('init'),
  'xstate.nothing': nothing,
  'xstate.some': some,
  'xstate.reconcile broke': broken('reconcile'),
};
/** Ready, with the first reconciliation done at 10 s. */
const ready = [tick(10_000), able, tick(10_000), nothing];
const rows: readonly Row[] = [
  { state: 'checking', path: [tick(10_000)], leads: { 'xstate.able': 'ready', 'xstate.unable': 'unavailable', 'xstate.init broke': 'unavailable' } },
  {
    state: 'ready',
    path: ready,
    leads: { 'enforcer.recheck': 'checking', 'tick after 16 s': 'repairing', 'tick after 61 s': 'checking' },
  },
  { state: 'unavailable', path: [tick(10_000), unable], leads: { 'enforcer.recheck': 'checking', 'tick after 61 s': 'checking' } },
  {
    state: 'repairing',
    path: [...ready, tick(26_000)],
    leads: { 'enforcer.recheck': 'checking', 'xstate.nothing': 'ready', 'xstate.some': 'ready', 'xstate.reconcile broke': 'ready' },
  },
];

describe('an enforcer', () => {
  test('has a table row for every state it can rest in', () => {
    expect(rows.map((row) => row.state).sort()).toEqual([...restingStates(enforcerMachine)].sort());
  });

  test.each(cells(rows, events))('$state + $event → $leads', ({ state, path, sent, leads }) => {
    expect(stateOf(driven(enforcerMachine, input, path))).toBe(state);
    expect(stateOf(driven(enforcerMachine, input, [...path, sent]))).toBe(leads);
  });

  test('compares with the kernel every 15 s and counts what it put right', () => {
    const twice = driven(enforcerMachine, input, [...ready, tick(25_000), some, tick(39_999)]);
    expect([stateOf(twice), twice.context.repairs, twice.context.lastRepair, twice.context.lastRepairAt]).toEqual(['ready', 3, 'table was flushed', 25_000]);
    expect(stateOf(driven(enforcerMachine, input, [...ready, tick(25_000), some, tick(40_000)]))).toBe('repairing');
  });

  test('never compares an action that leaves nothing in force', () => {
    expect(stateOf(driven(enforcerMachine, { ...input, canReconcile: false }, [tick(10_000), able, { type: 'kernel.changed' }, tick(40_000)]))).toBe('ready');
  });

  test('compares at the next tick when the kernel changed, and once more when it changed meanwhile', () => {
    const changed = driven(enforcerMachine, input, [...ready, { type: 'kernel.changed' }, tick(11_000)]);
    expect(stateOf(changed)).toBe('repairing');
    const meanwhile = driven(enforcerMachine, input, [...ready, tick(26_000), { type: 'kernel.changed' }, nothing]);
    expect(stateOf(meanwhile)).toBe('ready');
    expect(stateOf(driven(enforcerMachine, input, [...ready, tick(26_000), { type: 'kernel.changed' }, nothing, tick(27_000)]))).toBe('repairing');
  });

  test('is unavailable after three failed comparisons in a row, with the cause', () => {
    const failures = Array.from({ length: FAILURES_UNTIL_UNAVAILABLE }, (_, index) => [tick(26_000 + index * 15_000), broken('reconcile')]).flat();
    const given = driven(enforcerMachine, input, [...ready, ...failures]);
    expect([stateOf(given), given.context.reason]).toEqual(['unavailable', 'reconcile broke']);
    expect(stateOf(driven(enforcerMachine, input, [...ready, ...failures.slice(0, -2), tick(56_000), nothing, tick(71_000), broken('reconcile')]))).toBe(
      'ready',
    );
  });

  test('does not wait for an answer for ever', () => {
    const check = driven(enforcerMachine, input, [tick(10_000), tick(25_000), tick(40_000)]);
    expect([stateOf(check), check.context.reason]).toEqual(['unavailable', 'no answer within 30 s']);
    const repair = driven(enforcerMachine, input, [...ready, tick(26_000), tick(27_000), tick(50_000), tick(57_000)]);
    expect([stateOf(repair), repair.context.lastError]).toEqual(['ready', 'no answer within 30 s']);
  });

  test('is able to act while ready and while it compares, and only then', () => {
    const tags = rows.map((row) => [row.state, driven(enforcerMachine, input, row.path).hasTag('able')]);
    expect(Object.fromEntries(tags)).toEqual({ checking: false, ready: true, unavailable: false, repairing: true });
  });

  test('says so when nothing was provided', async () => {
    const bare = createActor(enforcerMachine, { input }).start();
    await new Promise(setImmediate);
    expect([stateOf(bare.getSnapshot()), bare.getSnapshot().context.reason]).toEqual(['unavailable', 'no init was provided']);
    const half = createActor(enforcerMachine.provide({ actors: { init: fromPromise(() => Promise.resolve({ isAvailable: true })) } }), { input }).start();
    await new Promise(setImmediate);
    half.send({ type: 'tick', now: 10_000 });
    await new Promise(setImmediate);
    expect(half.getSnapshot().context.lastError).toBe('no reconcile was provided');
  });

  test('wakes from every reachable state through JSON, a day later, and checks before it trusts itself', async () => {
    const paths = getShortestPaths(enforcerMachine, {
      input,
      events: [tick(10_000), tick(26_000), able, unable, nothing, broken('reconcile')] as never,
      // Errors of what does not run end a machine; the real ones only come from what runs.
      filterEvents: (snapshot, event: AnyEvent) => !event.type.startsWith('xstate.') || event.type.endsWith(String(Object.keys(snapshot.children)[0])),
      serializeState: (snapshot) => `${stateOf(snapshot)} ${snapshot.context.failuresInRow} ${snapshot.context.now}`,
      limit: 300,
    });
    expect(new Set(paths.map((path) => stateOf(path.state)))).toEqual(new Set(restingStates(enforcerMachine)));
    for (const path of paths) {
      const asleep = createActor(enforcerMachine, { input, snapshot: enforcerMachine.getPersistedSnapshot(path.state) });
      const fit = restorable(enforcerMachine, JSON.parse(JSON.stringify(persistable(asleep))));
      expect(fit.ok).toBe(true);
      if (!fit.ok) continue;
      const calls: string[] = [];
      const init = fromPromise(() => Promise.resolve(void calls.push('init')).then(() => ({ isAvailable: true })));
      const reconcile = fromPromise(() => Promise.resolve(void calls.push('reconcile')).then(() => ({ added: 0, removed: 0, detail: '' })));
      const awake = createActor(enforcerMachine.provide({ actors: { init, reconcile } }), { input, snapshot: fit.value }).start();
      for (const second of [0, 1, 2]) {
        awake.send({ type: 'tick', now: 86_400_000 + second * 1000 });
        await new Promise(setImmediate);
      }
      expect(stateOf(awake.getSnapshot())).toBe('ready');
      expect(calls).toContain('reconcile');
      awake.stop();
    }
  });
});
