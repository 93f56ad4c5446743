import { setTimeout as sleep } from 'node:timers/promises';
import { createActor } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';
import type { Client, ConnectionState } from '../client/contract.ts';
import type { Clock } from '../domain/clock.ts';
import type { StreamMessage } from '../protocol/schemas.ts';
import { createCalls } from './calls.ts';
import type { Settings } from './environment.ts';
import { osc52 } from './osc52.ts';
import { type AppState, initialState } from './state/app-state.ts';
import type { Effect } from './state/events.ts';
import { createStore, type Store } from './state/store.ts';

/** Waits so many ms; rejects when the signal aborts. Tests bring their own. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** What only the terminal's owner can do. */
export type TerminalPort = {
  readonly write: (bytes: string) => void;
  readonly quit: () => void;
  readonly suspend: () => void;
  readonly redraw: () => void;
  readonly fail: (error: unknown) => void;
};

export type Runtime = {
  readonly store: Store;
  /** Connects, follows the stream, drives the clock; settles when the signal aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Binds the terminal; effects before that are dropped. */
  readonly attach: (port: TerminalPort) => void;
};

/** Messages that may wait for the next frame; more are dropped and counted. */
const MAX_QUEUED = 10_000;
const DETAIL_DELAY_MS = 150;
/** Nobody reads this many new rows in one frame: fewer frames then, to spare the link. */
const FLOOD = 20;
const FLOOD_FRAME_MS = 250;

/** Store, client and timers of one run, without any drawing. */
export const createRuntime = (options: {
  readonly client: Client;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly size: AppState['size'];
  readonly frameMs: number;
  readonly wait?: Wait | undefined;
}): Runtime => {
  const { client, clock, frameMs } = options;
  const wait: Wait = options.wait ?? ((ms, signal) => sleep(ms, undefined, { signal }));
  let port: TerminalPort | undefined;
  let lifetime: AbortSignal = AbortSignal.abort();
  let detailTimer = new AbortController();
  let queue: StreamMessage[] = [];
  let dropped = 0;
  let isFrameDue = false;
  let isFlood = false;

  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      // A bug must reach the operator after the terminal is restored, not vanish with the alternate screen.
      port?.fail(error);
    }
  };

  const later = (ms: number, signal: AbortSignal, work: () => void): void => {
    wait(ms, signal).then(
      () => guarded(work),
      () => undefined, // aborted: the work is no longer wanted
    );
  };

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case 'quit':
        port?.quit();
        break;
      case 'suspend':
        port?.suspend();
        break;
      case 'redraw':
        port?.redraw();
        break;
      case 'copy': {
        const bytes = osc52(effect.text);
        if (bytes !== undefined) port?.write(bytes);
        const text =
          bytes === undefined
            ? `${effect.what} is too long for the terminal's clipboard`
            : `${effect.what} sent to your terminal (OSC 52, ${Buffer.byteLength(effect.text)} B)`;
        store.dispatch({ type: 'copied', text, tone: bytes === undefined ? 'warn' : 'ok', now: clock.now() });
        break;
      }
      case 'show-detail-soon':
        detailTimer.abort();
        detailTimer = new AbortController();
        later(DETAIL_DELAY_MS, AbortSignal.any([lifetime, detailTimer.signal]), () => store.dispatch({ type: 'detail.due' }));
        break;
      default:
        calls(effect);
    }
  };

  const store = createStore(initialState(options.settings, options.size, clock.now()), perform);
  const calls = createCalls({ client, dispatch: (event) => guarded(() => store.dispatch(event)), now: clock.now });

  const onMessage = (message: StreamMessage): void => {
    if (queue.length >= MAX_QUEUED) dropped += 1;
    else queue.push(message);
    if (isFrameDue) return;
    isFrameDue = true;
    later(isFlood ? Math.max(frameMs, FLOOD_FRAME_MS) : frameMs, lifetime, () => {
      const messages = queue;
      const lost = dropped;
      queue = [];
      dropped = 0;
      isFrameDue = false;
      isFlood = messages.length > FLOOD;
      store.dispatch({ type: 'stream.received', messages, dropped: lost, now: clock.now() });
    });
  };

  const link = createActor(connectionMachine, { input: { now: clock.now() } });
  link.subscribe((snapshot) =>
    guarded(() => store.dispatch({ type: 'connection.changed', connection: { state: snapshot.value, ...snapshot.context }, now: clock.now() })),
  );

  const onConnection = (connection: ConnectionState): void => link.send(connectionEvent(connection, clock.now()));

  const tick = async (signal: AbortSignal): Promise<void> => {
    for (let second = 1; ; second += 1) {
      await wait(1000, signal);
      const state = store.getState();
      const isWatched =
        state.dialog !== undefined || state.connection.state === 'reconnecting' || state.connection.state === 'connecting' || state.toast !== undefined;
      if (!isWatched && second % 10 !== 0) continue;
      link.send({ type: 'clock.ticked', now: clock.now() });
      guarded(() => store.dispatch({ type: 'clock.ticked', now: clock.now() }));
    }
  };

  return {
    store,
    attach: (bound) => {
      port = bound;
    },
    run: async (signal) => {
      lifetime = signal;
      link.start();
      const ticking = tick(signal).catch(() => undefined); // ends by abort alone
      try {
        await client.stream({ signal, onMessage, onConnection });
        await ticking;
      } finally {
        link.stop();
      }
    },
  };
};

const connectionEvent = (connection: ConnectionState, now: number) => {
  switch (connection.state) {
    case 'connecting':
      return { type: 'link.opening', at: now } as const;
    case 'live':
      return { type: 'link.opened', at: now } as const;
    case 'reconnecting':
      return { type: 'link.lost', at: now, attempt: connection.attempt, reason: connection.reason } as const;
  }
};
