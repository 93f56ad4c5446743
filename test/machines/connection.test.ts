import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createActor, type SnapshotFrom, transition } from 'xstate';
import { type ConnectionEvent, connectionMachine, STALE_AFTER_MS } from '../../machines/connection.ts';

const start = 1000;
const fresh = () => createActor(connectionMachine, { input: { now: start } }).getSnapshot();
const resultOf = (...events: readonly ConnectionEvent[]): SnapshotFrom<typeof connectionMachine> =>
  events.reduce<SnapshotFrom<typeof connectionMachine>>((snapshot, event) => transition(connectionMachine, snapshot, event)[0], fresh());

const opened = (at: number): ConnectionEvent => ({ type: 'link.opened', at });
const lost = (at: number, attempt = 1): ConnectionEvent => ({ type: 'link.lost', at, attempt, reason: 'socket closed' });
const ticked = (now: number): ConnectionEvent => ({ type: 'clock.ticked', now });

describe('connection', () => {
  test.each<readonly [string, readonly ConnectionEvent[], string, number]>([
    ['starts connecting', [], 'connecting', start],
    ['is live once the link opened', [opened(2000)], 'live', 2000],
    ['reconnects when the link is lost, counted from the loss', [opened(2000), lost(3000)], 'reconnecting', 3000],
    ['keeps the instant of the loss through failed attempts', [opened(2000), lost(3000), lost(9000, 2)], 'reconnecting', 3000],
    ['a first attempt that fails counts from the start', [lost(4000)], 'reconnecting', start],
    ['is not yet stale just before the limit', [opened(2000), lost(3000), ticked(3000 + STALE_AFTER_MS - 1)], 'reconnecting', 3000],
    ['is stale at the limit', [opened(2000), lost(3000), ticked(3000 + STALE_AFTER_MS)], 'stale', 3000],
    ['is stale when it never connected', [ticked(start + STALE_AFTER_MS)], 'stale', start],
    ['stays stale through further attempts', [ticked(start + STALE_AFTER_MS), lost(90_000, 9)], 'stale', start],
    ['is live again from stale', [ticked(start + STALE_AFTER_MS), opened(99_000)], 'live', 99_000],
    ['a live link does not grow stale by ticks', [opened(2000), ticked(9_000_000)], 'live', 2000],
    ['a second opening does not restart the count', [opened(2000), opened(5000)], 'live', 2000],
  ])('%s', (_name, events, state, since) => {
    const snapshot = resultOf(...events);
    expect(snapshot.value).toBe(state);
    expect(snapshot.context.since).toBe(since);
  });

  test('tells attempt and reason while reconnecting, and forgets them when live', () => {
    expect(resultOf(opened(2000), lost(3000), lost(4000, 7)).context).toMatchObject({ attempt: 7, reason: 'socket closed' });
    expect(resultOf(opened(2000), lost(3000), opened(4000)).context).toMatchObject({ attempt: 0, reason: '' });
  });

  test('only an opening makes it live, whatever else happens', () => {
    const event = fc.oneof(
      fc.record({ type: fc.constant('link.opening' as const), at: fc.nat() }),
      fc.record({ type: fc.constant('link.opened' as const), at: fc.nat() }),
      fc.record({ type: fc.constant('link.lost' as const), at: fc.nat(), attempt: fc.nat(), reason: fc.string() }),
      fc.record({ type: fc.constant('clock.ticked' as const), now: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const meaningful = events.filter((one) => one.type === 'link.opened' || one.type === 'link.lost').at(-1);
        expect(resultOf(...events).value === 'live').toBe(meaningful?.type === 'link.opened');
      }),
    );
  });
});
