import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import {
  ANSWER_WITHIN_MS,
  BROKEN_PAUSE_MS,
  type DeliveryInput,
  deliveryMachine,
  FAILURES_UNTIL_BROKEN,
  LONGEST_PAUSE_MS,
  LONGEST_RETRY_AFTER_MS,
  LOOK_EVERY_MS,
  pauseMs,
} from '../../machines/delivery.ts';
import { persistable, restorable } from '../../machines/snapshot.ts';
import { type AnyEvent, cells, driven, type Row, restingStates, stateOf } from './table.ts';

const input: DeliveryInput = { endpoint: 'ops', maxAttempts: 3 };
const T = 10_000_000;
/** Longer than any pause of these tests. */
const PAUSE = 120_000;
const tick = (now: number): AnyEvent => ({ type: 'tick', now });
const done = (actorId: string, output: unknown): AnyEvent => ({ type: `xstate.done.actor.${actorId}`, output, actorId });
const broken = (actorId: string): AnyEvent => ({ type: `xstate.error.actor.${actorId}`, error: new Error(`${actorId} broke`), actorId });
const reply = (more: { readonly [key: string]: unknown } = {}): AnyEvent =>
  done('deliver', { kind: 'failed', id: 'd1', attempts: 1, isFinal: false, reason: 'answered 503', dice: 1, at: T, ...more });
const delivered = done('deliver', { kind: 'delivered' });
const empty = done('deliver', { kind: 'empty' });
const changed: AnyEvent = { type: 'outbox.changed' };
const retry: AnyEvent = { type: 'delivery.retry' };
/** Fails in a row, each at the moment its pause is over. */
const failures = (count: number): readonly AnyEvent[] =>
  Array.from({ length: count }, (_, n) => T - (count - 1 - n) * PAUSE).flatMap((at) => [tick(at), reply({ at })]);

const events = {
  'outbox.changed': changed,
  'delivery.retry': retry,
  'early tick': tick(T + 100),
  'tick after 2 s': tick(T + 2000),
  'xstate.delivered': delivered,
  'xstate.empty': empty,
  'xstate.failed': reply(),
  'xstate.refused': reply({ isFinal: true }),
  'xstate.spent': reply({ attempts: 3 }),
  'xstate.deliver broke': broken('deliver'),
  'xstate.buried': done('bury', undefined),
  'xstate.bury broke': broken('bury'),
};
const rows: readonly Row[] = [
  {
    state: 'idle',
    path: [tick(T), empty],
    leads: { 'outbox.changed': 'sending', 'delivery.retry': 'sending' },
  },
  {
    state: 'sending',
    path: [tick(T)],
    leads: {
      'xstate.delivered': 'sending',
      'xstate.empty': 'idle',
      'xstate.failed': 'waiting',
      'xstate.refused': 'burying',
      'xstate.spent': 'burying',
      'xstate.deliver broke': 'waiting',
    },
  },
  { state: 'waiting', path: [tick(T), reply()], leads: { 'delivery.retry': 'sending', 'tick after 2 s': 'sending' } },
  {
    state: 'broken',
    path: failures(FAILURES_UNTIL_BROKEN),
    leads: { 'delivery.retry': 'sending' },
  },
  { state: 'burying', path: [tick(T), reply({ isFinal: true })], leads: { 'xstate.buried': 'sending', 'xstate.bury broke': 'waiting' } },
];

describe('an endpoint', () => {
  test('has a table row for every state it can rest in', () => {
    expect(rows.map((row) => row.state).sort()).toEqual([...restingStates(deliveryMachine)].sort());
  });

  test.each(cells(rows, events))('$state + $event → $leads', ({ state, path, sent, leads }) => {
    expect(stateOf(driven(deliveryMachine, input, path))).toBe(state);
    expect(stateOf(driven(deliveryMachine, input, [...path, sent]))).toBe(leads);
  });

  test('sends one after the other until nothing is left, then looks again every 30 s', () => {
    const after = driven(deliveryMachine, input, [tick(T), delivered, delivered, empty]);
    expect([stateOf(after), after.context.delivered, after.context.nextAt]).toEqual(['idle', 2, T + LOOK_EVERY_MS]);
    expect(stateOf(driven(deliveryMachine, input, [tick(T), empty, tick(T + LOOK_EVERY_MS - 1)]))).toBe('idle');
    expect(stateOf(driven(deliveryMachine, input, [tick(T), empty, tick(T + LOOK_EVERY_MS)]))).toBe('sending');
  });

  test('what is queued while it looks is not overlooked', () => {
    expect(stateOf(driven(deliveryMachine, input, [tick(T), changed, empty]))).toBe('sending');
    expect(stateOf(driven(deliveryMachine, input, [tick(T), changed, empty, empty]))).toBe('idle');
  });

  test('news do not shorten the pause after a failure', () => {
    expect(stateOf(driven(deliveryMachine, input, [tick(T), reply(), changed, tick(T + 900)]))).toBe('waiting');
  });

  test('a digest is sent when its time is over', () => {
    const later = done('deliver', { kind: 'later', at: T + 60_000 });
    expect(stateOf(driven(deliveryMachine, input, [tick(T), later, tick(T + 59_999)]))).toBe('idle');
    expect(stateOf(driven(deliveryMachine, input, [tick(T), later, tick(T + 60_000)]))).toBe('sending');
  });

  test('waits as long as the receiver asked, up to an hour', () => {
    const asked = (ms: number) => [tick(T), reply({ retryAfterMs: ms, dice: 0 })];
    expect(stateOf(driven(deliveryMachine, input, [...asked(90_000), tick(T + 89_999)]))).toBe('waiting');
    expect(stateOf(driven(deliveryMachine, input, [...asked(90_000), tick(T + 90_000)]))).toBe('sending');
    expect(driven(deliveryMachine, input, asked(10 ** 12)).context.nextAt).toBe(T + LONGEST_RETRY_AFTER_MS);
  });

  test('the pause counts from the failure, not from the tick before it', () => {
    const late = driven(deliveryMachine, input, [tick(T), reply({ retryAfterMs: 3000, at: T + 240 })]);
    expect(late.context.nextAt).toBe(T + 3240);
  });

  test('after five failures in a row it is left alone for a minute, then tried once; one success closes the circuit', () => {
    const open = driven(deliveryMachine, input, failures(FAILURES_UNTIL_BROKEN));
    const { now, nextAt } = open.context;
    expect([stateOf(open), (nextAt ?? 0) - now]).toEqual(['broken', BROKEN_PAUSE_MS]);
    const closed = driven(deliveryMachine, input, [...failures(FAILURES_UNTIL_BROKEN), tick(now + BROKEN_PAUSE_MS), delivered, reply()]);
    expect([stateOf(closed), closed.context.failuresInRow]).toEqual(['waiting', 1]);
  });

  test('an attempt that never answers is a failure after 30 s', () => {
    const silent = driven(deliveryMachine, input, [tick(T), tick(T + 1), tick(T + 1 + ANSWER_WITHIN_MS)]);
    expect([stateOf(silent), silent.context.detail]).toEqual(['waiting', 'no answer within 30 s']);
  });

  test('gives one up with its reason, and no other', () => {
    const burying = driven(deliveryMachine, input, [tick(T), reply({ isFinal: true, id: 'd9', reason: 'answered 410' })]);
    expect(burying.context.dying).toEqual({ id: 'd9', reason: 'answered 410' });
    const buried = driven(deliveryMachine, input, [tick(T), reply({ isFinal: true }), done('bury', undefined)]);
    expect([buried.context.dead, buried.context.dying]).toEqual([1, undefined]);
  });

  test('a clock set back does not stretch a pause beyond reason', () => {
    expect(stateOf(driven(deliveryMachine, input, [tick(T + 10 * LONGEST_RETRY_AFTER_MS), reply({ at: T + 10 * LONGEST_RETRY_AFTER_MS }), tick(T)]))).toBe(
      'sending',
    );
  });

  test('is woken from the store in whatever state it was', () => {
    const silent = deliveryMachine.provide({});
    for (const row of rows) {
      const actor = createActor(silent, { input });
      actor.start();
      for (const event of row.path.filter(({ type }) => !type.startsWith('xstate.'))) actor.send(event as never);
      const stored = persistable(actor);
      expect(stored).toBeDefined();
      expect(restorable(deliveryMachine, JSON.parse(JSON.stringify(stored)))).toMatchObject({ ok: true });
      actor.stop();
    }
  });
});

describe('the pause', () => {
  test('grows, is spread by chance, and is never longer than five minutes unless asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, dice) => {
        const pause = pauseMs(count, dice);
        expect(pause).toBeGreaterThanOrEqual(500);
        expect(pause).toBeLessThanOrEqual(LONGEST_PAUSE_MS);
        expect(pauseMs(count + 1, dice)).toBeGreaterThanOrEqual(pause);
      }),
    );
    expect([pauseMs(1, 0), pauseMs(1, 1), pauseMs(3, 0), pauseMs(3, 1)]).toEqual([500, 1000, 2000, 4000]);
  });
});
