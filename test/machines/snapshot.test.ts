import { describe, expect, test } from 'vitest';
import { createActor, fromCallback, fromPromise } from 'xstate';
import { collectorMachine } from '../../machines/collector.ts';
import { enforcerMachine } from '../../machines/enforcer.ts';
import { moduleMachine } from '../../machines/module.ts';
import { persistable, restorable } from '../../machines/snapshot.ts';

const input = { id: 'm', isEnabled: true, settings: {}, detectorRestart: { intensity: 1, periodMs: 1, backoffMs: { first: 1, max: 1, factor: 1 } } };
const detector = fromCallback(() => undefined);
const stored = () => JSON.parse(JSON.stringify(persistable(createActor(moduleMachine.provide({ actors: { detector } }), { input }).start())));

describe('a stored snapshot', () => {
  test('names its machine and version, is plain JSON, and wakes the machine again', () => {
    const one = stored();
    expect([one.schema, one.version]).toEqual(['module', '1']);
    const fit = restorable(moduleMachine, one);
    expect(fit.ok && fit.value).toEqual(one.snapshot);
    expect(fit.ok && fit.value).not.toBe(one.snapshot);
  });

  test('is not made of what is no machine, or has ended', () => {
    expect(persistable(createActor(fromPromise(() => Promise.resolve())))).toBeUndefined();
    const actor = createActor(moduleMachine.provide({ actors: { detector } }), { input }).start();
    actor.stop();
    expect(persistable(actor)).toBeUndefined();
  });

  const breakages: readonly [string, (one: ReturnType<typeof stored>) => unknown, string][] = [
    ['nothing at all', () => undefined, 'it is no stored snapshot'],
    ['text', () => 'garbage', 'it is no stored snapshot'],
    ['a list', () => [], 'it is no stored snapshot'],
    ['another machine', (one) => ({ ...one, schema: 'enforcer' }), 'expected a module, got enforcer'],
    ['an older version', (one) => ({ ...one, version: '0' }), 'expected version 1, got 0'],
    ['one that had ended', (one) => ({ ...one, snapshot: { ...one.snapshot, status: 'done' } }), 'it was not running'],
    [
      'a context of another shape',
      (one) => ({ ...one, snapshot: { ...one.snapshot, context: { ...one.snapshot.context, restarts: 'many' } } }),
      'its context does not have the right shape',
    ],
    ['children that are no table', (one) => ({ ...one, snapshot: { ...one.snapshot, children: [] } }), 'its children are not a table'],
    ['a state that is no state', (one) => ({ ...one, snapshot: { ...one.snapshot, value: 7 } }), 'its state is not a state'],
    ['a state that does not exist', (one) => ({ ...one, snapshot: { ...one.snapshot, value: 'flying' } }), 'its state does not exist'],
    ['a lost detector', (one) => ({ ...one, snapshot: { ...one.snapshot, children: {} } }), 'what it invokes is missing: detector'],
    [
      'a detector that had just failed',
      (one) => ({ ...one, snapshot: { ...one.snapshot, children: { detector: { src: 'detector', snapshot: { status: 'error' } } } } }),
      'what it invokes is missing: detector',
    ],
  ];

  test.each(breakages)('is not taken when it is %s', (_, damage, words) => {
    expect(restorable(moduleMachine, damage(stored()))).toEqual({ ok: false, error: words });
  });

  test('of each kind of child is taken by its own machine only', () => {
    const machines = [moduleMachine, collectorMachine, enforcerMachine];
    const retryMs = { first: 1, max: 1, factor: 1 };
    const actors = [
      createActor(moduleMachine, { input }),
      createActor(collectorMachine, { input: { id: 'c', collector: 'file', retryMs } }),
      createActor(enforcerMachine, { input: { action: 'block_ip', canReconcile: true } }),
    ];
    const fits = actors.map((actor) => machines.map((machine) => restorable(machine, JSON.parse(JSON.stringify(persistable(actor)))).ok));
    expect(fits).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ]);
  });
});
