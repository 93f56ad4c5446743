import { type AnyActorLogic, assign, fromPromise, setup } from 'xstate';
import { backoffMs, isRestartDue, type RestartPolicy } from '../src/domain/restart-budget.ts';
import { toSafe } from '../src/domain/safe-text.ts';
import { failureText } from './failure-text.ts';

/** What to read, as the collector's source spec has it. */
export type CollectorInput = {
  readonly id: string;
  readonly collector: string;
  readonly grammar?: string | undefined;
  readonly path?: string | undefined;
  /** Pauses between tries of a source that cannot be read. It is tried for ever: a log may become readable. */
  readonly retryMs: RestartPolicy['backoffMs'];
};

export type CollectorContext = CollectorInput & {
  readonly now: number;
  readonly lines: number;
  readonly parsed: number;
  readonly dropped: number;
  /** Lines that are not of the source's grammar; left out by snapshots of before it was counted. */
  readonly unparsed?: number | undefined;
  readonly lagBytes: number;
  readonly detail: string;
  /** When lines last came, wall-clock ms: for the silent-source alarm. */
  readonly lastLineAt?: number | undefined;
  /** Failed tries since the source last ran. */
  readonly attempts: number;
  readonly nextTryAt?: number | undefined;
};

export type CollectorEvent =
  | { readonly type: 'source.state'; readonly state: 'starting' | 'running' | 'waiting' | 'parked' | 'stopped'; readonly detail: string }
  /** Counts since the last progress of this source. */
  | {
      readonly type: 'source.progress';
      readonly lines: number;
      readonly parsed: number;
      readonly dropped: number;
      readonly unparsed?: number | undefined;
      readonly lagBytes: number;
      readonly now: number;
    }
  | { readonly type: 'collector.start' }
  | { readonly type: 'collector.stop' }
  | { readonly type: 'tick'; readonly now: number };

const parked = (context: CollectorContext, detail: string) => ({
  detail,
  attempts: context.attempts + 1,
  nextTryAt: context.now + backoffMs({ intensity: 0, periodMs: 0, backoffMs: context.retryMs }, context.attempts),
});

const collectorSetup = setup({
  types: { context: {} as CollectorContext, events: {} as CollectorEvent, input: {} as CollectorInput },
  actors: {
    // Reads the source; input is the collector's own. Sends `source.state` and `source.progress`, rejects when it cannot read.
    source: fromPromise(() => Promise.reject(new Error('no source was provided'))) as AnyActorLogic,
  },
  actions: {
    describe: assign(({ event }) => (event.type === 'source.state' ? { detail: toSafe(event.detail, 300) } : {})),
    count: assign(({ context, event }) =>
      event.type !== 'source.progress'
        ? {}
        : {
            lines: context.lines + event.lines,
            parsed: context.parsed + event.parsed,
            dropped: context.dropped + event.dropped,
            unparsed: (context.unparsed ?? 0) + (event.unparsed ?? 0),
            lagBytes: event.lagBytes,
            lastLineAt: event.lines > 0 ? event.now : context.lastLineAt,
          },
    ),
    park: assign(({ context }, params: { readonly thrown: unknown }) => parked(context, failureText(params.thrown))),
    settle: assign({ attempts: 0, nextTryAt: undefined }),
    keepTime: assign(({ event }) => (event.type === 'tick' ? { now: event.now } : {})),
  },
  guards: {
    isTryDue: ({ context, event }) =>
      event.type === 'tick' && isRestartDue({ intensity: 0, periodMs: 0, backoffMs: context.retryMs }, context.nextTryAt ?? 0, event.now),
  },
});

/** The life of one source: it runs, waits for its file, or is parked with its cause and tried again. */
export const collectorMachine = collectorSetup.createMachine({
  id: 'collector',
  version: '1',
  context: ({ input }) => ({ ...input, now: 0, lines: 0, parsed: 0, dropped: 0, lagBytes: 0, detail: '', attempts: 0 }),
  initial: 'active',
  on: { tick: { actions: 'keepTime' } },
  states: {
    active: {
      invoke: {
        id: 'source',
        src: 'source',
        input: ({ context }: { readonly context: CollectorContext }) => ({
          id: context.id,
          collector: context.collector,
          grammar: context.grammar,
          path: context.path,
        }),
        onDone: { target: 'parked', actions: { type: 'park', params: { thrown: 'the source ended by itself' } } },
        onError: { target: 'parked', actions: { type: 'park', params: ({ event }) => ({ thrown: event.error }) } },
      },
      on: {
        'collector.stop': 'stopped',
        'source.progress': { actions: 'count' },
        'source.state': [
          { guard: ({ event }) => event.state === 'running', target: '.running', actions: ['describe', 'settle'] },
          { guard: ({ event }) => event.state === 'waiting', target: '.waiting', actions: ['describe', 'settle'] },
          {
            guard: ({ event }) => event.state === 'parked',
            target: 'parked',
            actions: { type: 'park', params: ({ event }) => ({ thrown: event.detail }) },
          },
          { actions: 'describe' },
        ],
      },
      initial: 'starting',
      states: { starting: { tags: 'starting' }, running: {}, waiting: {} },
    },
    parked: {
      on: {
        'collector.stop': 'stopped',
        'collector.start': { target: 'active', actions: 'settle' },
        tick: [{ guard: 'isTryDue', target: 'active', actions: 'keepTime' }, { actions: 'keepTime' }],
      },
    },
    stopped: {
      entry: [{ type: 'settle' }, assign({ detail: 'stopped by an operator' })],
      on: { 'collector.start': { target: 'active', actions: assign({ detail: '' }) } },
    },
  },
});
