import { describe, expect, test } from 'vitest';
import { createActor, fromCallback, fromPromise } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { type CollectorInput, collectorMachine } from '../../machines/collector.ts';
import { persistable, restorable } from '../../machines/snapshot.ts';
import { SecError } from '../../src/domain/errors.ts';
import { type AnyEvent, cells, driven, type Row, restingStates, stateOf } from './table.ts';

const input: CollectorInput = {
  id: 'file:/var/log/auth.log',
  collector: 'file',
  grammar: 'auth',
  path: '/var/log/auth.log',
  retryMs: { first: 1_000, max: 300_000, factor: 2 },
};
const tick = (now: number): AnyEvent => ({ type: 'tick', now });
const told = (state: string, detail = ''): AnyEvent => ({ type: 'source.state', state, detail });
const error: AnyEvent = { type: 'xstate.error.actor.source', error: new SecError('SEC_SOURCE_UNREADABLE', '/var/log/auth.log: EACCES'), actorId: 'source' };

const events = {
  starting: told('starting'),
  running: told('running'),
  waiting: told('waiting', 'no such file'),
  parked: told('parked', 'not readable'),
  stopped: told('stopped'),
  progress: { type: 'source.progress', lines: 10, parsed: 8, dropped: 1, lagBytes: 40, now: 10_100 },
  'collector.stop': { type: 'collector.stop' },
  'collector.start': { type: 'collector.start' },
  'early tick': tick(10_500),
  'late tick': tick(11_000),
  'xstate.error.actor.source': error,
  'xstate.done.actor.source': { type: 'xstate.done.actor.source', output: undefined, actorId: 'source' },
};
const whileActive = {
  running: 'active.running',
  waiting: 'active.waiting',
  parked: 'parked',
  'collector.stop': 'stopped',
  'xstate.error.actor.source': 'parked',
  'xstate.done.actor.source': 'parked',
};
const rows: readonly Row[] = [
  { state: 'active.starting', path: [tick(10_000)], leads: whileActive },
  { state: 'active.running', path: [tick(10_000), told('running')], leads: whileActive },
  { state: 'active.waiting', path: [tick(10_000), told('waiting')], leads: whileActive },
  {
    state: 'parked',
    path: [tick(10_000), error],
    leads: { 'late tick': 'active.starting', 'collector.start': 'active.starting', 'collector.stop': 'stopped' },
  },
  { state: 'stopped', path: [tick(10_000), { type: 'collector.stop' }], leads: { 'collector.start': 'active.starting' } },
];

describe('a collector', () => {
  test('has a table row for every state it can rest in', () => {
    expect(rows.map((row) => row.state).sort()).toEqual([...restingStates(collectorMachine)].sort());
  });

  test.each(cells(rows, events))('$state + $event → $leads', ({ state, path, sent, leads }) => {
    expect(stateOf(driven(collectorMachine, input, path))).toBe(state);
    expect(stateOf(driven(collectorMachine, input, [...path, sent]))).toBe(leads);
  });

  test('adds up progress and remembers when lines last came', () => {
    const idle = { ...events.progress, lines: 0, parsed: 0, dropped: 0, lagBytes: 0, now: 99_000 };
    expect(driven(collectorMachine, input, [events.progress, events.progress, idle]).context).toMatchObject({
      lines: 20,
      parsed: 16,
      dropped: 2,
      lagBytes: 0,
      lastLineAt: 10_100,
    });
  });

  test('parks with the cause, waits longer each time, and forgets the pauses once it runs', () => {
    const once = driven(collectorMachine, input, [tick(10_000), error]).context;
    expect(once).toMatchObject({ nextTryAt: 11_000, attempts: 1 });
    expect(once.detail).toContain('SEC_SOURCE_UNREADABLE');
    const twice = [tick(10_000), error, tick(11_000), error];
    expect(driven(collectorMachine, input, twice).context).toMatchObject({ nextTryAt: 13_000, attempts: 2 });
    expect(driven(collectorMachine, input, [...twice, tick(13_000), told('running')]).context).toMatchObject({ nextTryAt: undefined, attempts: 0 });
  });

  test('makes what a source says about itself safe to show', () => {
    expect(driven(collectorMachine, input, [told('waiting', 'gone\u001b[2J')]).context.detail).toBe('gone␛[2J');
  });

  test('tries a source again after a real rejection, and says so when no source was provided', async () => {
    let tries = 0;
    const source = fromPromise(() => {
      tries += 1;
      return Promise.reject(new SecError('SEC_SOURCE_UNREADABLE'));
    });
    const actor = createActor(collectorMachine.provide({ actors: { source } }), { input }).start();
    const bare = createActor(collectorMachine, { input }).start();
    await new Promise(setImmediate);
    expect(stateOf(actor.getSnapshot())).toBe('parked');
    actor.send({ type: 'tick', now: 60_000 });
    await new Promise(setImmediate);
    expect(tries).toBe(2);
    expect(bare.getSnapshot().context.detail).toBe('no source was provided');
  });

  test('wakes from every reachable state through JSON, a day later, and reads on', () => {
    const paths = getShortestPaths(collectorMachine, {
      input,
      events: [tick(10_000), tick(11_000), told('running'), told('waiting'), told('parked'), events['collector.stop'], events['collector.start']] as never,
      serializeState: (snapshot) => `${stateOf(snapshot)} ${snapshot.context.attempts} ${snapshot.context.now}`,
      limit: 300,
    });
    expect(new Set(paths.map((path) => stateOf(path.state)))).toEqual(new Set(restingStates(collectorMachine)));
    for (const path of paths) {
      const asleep = createActor(collectorMachine, { input, snapshot: collectorMachine.getPersistedSnapshot(path.state) });
      const fit = restorable(collectorMachine, JSON.parse(JSON.stringify(persistable(asleep))));
      expect(fit.ok).toBe(true);
      if (!fit.ok) continue;
      const source = fromCallback(({ sendBack }) => sendBack(told('running')));
      const awake = createActor(collectorMachine.provide({ actors: { source } }), { input, snapshot: fit.value }).start();
      awake.send({ type: 'tick', now: 86_400_000 });
      expect(stateOf(awake.getSnapshot())).toBe(stateOf(path.state) === 'stopped' ? 'stopped' : 'active.running');
      awake.stop();
    }
  });
});
