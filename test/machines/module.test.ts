import { describe, expect, test } from 'vitest';
import { createActor, fromCallback } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { DETECTOR_START_MS, type ModuleInput, moduleMachine } from '../../machines/module.ts';
import { persistable, restorable } from '../../machines/snapshot.ts';
import { type AnyEvent, cells, driven, type Row, restingStates, stateOf } from './table.ts';

const input: ModuleInput = {
  id: 'auth_fortress',
  isEnabled: true,
  settings: { threshold: 5 },
  detectorRestart: { intensity: 2, periodMs: 60_000, backoffMs: { first: 1_000, max: 4_000, factor: 2 } },
};
const tick = (now: number): AnyEvent => ({ type: 'tick', now });
const ready: AnyEvent = { type: 'detector.ready' };
const failure: AnyEvent = { type: 'detector.failed', message: 'boom \u001b[2J' };
const error: AnyEvent = { type: 'xstate.error.actor.detector', error: new Error('threw'), actorId: 'detector' };

const events = {
  'detector.ready': ready,
  'detector.failed': failure,
  'findings.received': { type: 'findings.received', count: 3, at: 77 },
  'module.enable': { type: 'module.enable' },
  'module.disable': { type: 'module.disable' },
  'module.configure': { type: 'module.configure', settings: { threshold: 9 } },
  'early tick': tick(10_500),
  'late tick': tick(21_000),
  'xstate.error.actor.detector': error,
  'xstate.done.actor.detector': { type: 'xstate.done.actor.detector', output: undefined, actorId: 'detector' },
};
const rows: readonly Row[] = [
  { state: 'disabled', path: [{ type: 'module.disable' }], leads: { 'module.enable': 'active.starting' } },
  {
    state: 'active.starting',
    path: [tick(10_000)],
    leads: {
      'detector.ready': 'active.running',
      'detector.failed': 'restarting',
      'module.disable': 'disabled',
      'xstate.error.actor.detector': 'restarting',
      'xstate.done.actor.detector': 'restarting',
    },
  },
  {
    state: 'active.running',
    path: [tick(10_000), ready],
    leads: {
      'detector.failed': 'restarting',
      'module.disable': 'disabled',
      'module.configure': 'active.starting',
      'xstate.error.actor.detector': 'restarting',
      'xstate.done.actor.detector': 'restarting',
    },
  },
  {
    state: 'restarting',
    path: [tick(10_000), failure],
    leads: { 'late tick': 'active.starting', 'module.enable': 'active.starting', 'module.disable': 'disabled' },
  },
  {
    state: 'degraded',
    path: [tick(10_000), failure, tick(11_000), failure, tick(13_000), failure],
    leads: { 'module.enable': 'active.starting', 'module.configure': 'active.starting', 'module.disable': 'disabled' },
  },
];

describe('a detection module', () => {
  test('has a table row for every state it can rest in', () => {
    expect(rows.map((row) => row.state).sort()).toEqual([...restingStates(moduleMachine)].sort());
  });

  test.each(cells(rows, events))('$state + $event → $leads', ({ state, path, sent, leads }) => {
    expect(stateOf(driven(moduleMachine, input, path))).toBe(state);
    expect(stateOf(driven(moduleMachine, input, [...path, sent]))).toBe(leads);
  });

  test('starts disabled when it is not enabled, and remembers being enabled later', () => {
    const off = driven(moduleMachine, { ...input, isEnabled: false }, []);
    expect(stateOf(off)).toBe('disabled');
    expect(driven(moduleMachine, { ...input, isEnabled: false }, [{ type: 'module.enable' }]).context.isEnabled).toBe(true);
  });

  test('counts findings and failures, and shows the cause as safe text', () => {
    const { context } = driven(moduleMachine, input, [tick(10_000), ready, events['findings.received'], events['findings.received'], failure]);
    expect(context).toMatchObject({ findings: 6, lastFindingAt: 77, failures: 1, lastError: 'boom ␛[2J', nextStartAt: 11_000 });
  });

  test('gives up when the budget is spent, with the cause, and starts afresh when it is enabled again', () => {
    const path = rows.find((row) => row.state === 'degraded')?.path ?? [];
    const { context } = driven(moduleMachine, input, path);
    expect(context).toMatchObject({ restartCount: 2, degradedBecause: 'restarted 2 times within 60 s and failed again: boom ␛[2J' });
    expect(driven(moduleMachine, input, [...path, { type: 'module.enable' }]).context).toMatchObject({ restarts: [], degradedBecause: undefined });
  });

  test('takes a detector that is never ready for a failed one', () => {
    const late = driven(moduleMachine, input, [tick(10_000), tick(15_000), tick(10_000 + DETECTOR_START_MS)]);
    expect(stateOf(late)).toBe('restarting');
    expect(late.context.lastError).toBe('the detector was not ready after 10 s');
  });

  test('does not count the time it slept against a detector that has just been started again', () => {
    expect(stateOf(driven(moduleMachine, input, [tick(10_000), tick(500_000), tick(505_000)]))).toBe('active.starting');
  });

  test('hands new settings to a detector that is started again', () => {
    const started: unknown[] = [];
    const detector = fromCallback(({ input: given }) => void started.push(given));
    const actor = createActor(moduleMachine.provide({ actors: { detector } }), { input }).start();
    actor.send({ type: 'module.configure', settings: { threshold: 9 } });
    expect(started).toEqual([
      { id: 'auth_fortress', settings: { threshold: 5 } },
      { id: 'auth_fortress', settings: { threshold: 9 } },
    ]);
  });

  test('survives a detector that throws at its start, and one that was never provided', async () => {
    const throwing = fromCallback(() => {
      throw new Error('no memory');
    });
    const actor = createActor(moduleMachine.provide({ actors: { detector: throwing } }), { input }).start();
    expect([stateOf(actor.getSnapshot()), actor.getSnapshot().context.lastError]).toEqual(['restarting', 'no memory']);
    const bare = createActor(moduleMachine, { input }).start();
    await Promise.resolve();
    await Promise.resolve();
    expect(bare.getSnapshot().context.lastError).toBe('no detector was provided');
  });

  const paths = getShortestPaths(moduleMachine, {
    input,
    events: [tick(10_000), tick(11_000), tick(13_000), ready, failure, { type: 'module.enable' }, { type: 'module.disable' }] as never,
    serializeState: (snapshot) => `${stateOf(snapshot)} ${snapshot.context.restarts.length} ${snapshot.context.now}`,
    limit: 400,
  });

  test('wakes from every reachable state through JSON, a day later, and comes to run or stays where a person put it', () => {
    expect(new Set(paths.map((path) => stateOf(path.state)))).toEqual(new Set(restingStates(moduleMachine)));
    for (const path of paths) {
      const asleep = createActor(moduleMachine, { input, snapshot: moduleMachine.getPersistedSnapshot(path.state) });
      const stored = JSON.parse(JSON.stringify(persistable(asleep)));
      const fit = restorable(moduleMachine, stored);
      expect(fit.ok).toBe(true);
      if (!fit.ok) continue;
      const detector = fromCallback(({ sendBack }) => sendBack({ type: 'detector.ready' }));
      const awake = createActor(moduleMachine.provide({ actors: { detector } }), { input, snapshot: fit.value }).start();
      awake.send({ type: 'tick', now: 86_400_000 });
      const before = stateOf(path.state);
      expect(stateOf(awake.getSnapshot())).toBe(before === 'disabled' || before === 'degraded' ? before : 'active.running');
      expect(awake.getSnapshot().context.degradedBecause).toBe(path.state.context.degradedBecause);
      awake.stop();
    }
  });
});
