import { type AnyActorLogic, assign, fromPromise, setup } from 'xstate';
import { isRestartDue, planRestart, type RestartPolicy } from '../src/domain/restart-budget.ts';
import { toSafe } from '../src/domain/safe-text.ts';
import { deadlineOf } from './deadline.ts';
import { failureText } from './failure-text.ts';

/** A module that has not said `detector.ready` this long after its start has failed. */
export const DETECTOR_START_MS = 10_000;

export type ModuleInput = {
  readonly id: string;
  readonly isEnabled: boolean;
  readonly settings: unknown;
  /** Budget for a detector that fails on its input; the root's budget is for the actor itself. */
  readonly detectorRestart: RestartPolicy;
};

export type ModuleContext = ModuleInput & {
  readonly now: number;
  readonly restarts: readonly number[];
  readonly restartCount: number;
  readonly findings: number;
  readonly failures: number;
  readonly lastFindingAt?: number | undefined;
  readonly lastError?: string | undefined;
  /** Deadline of the start that is under way. */
  readonly startBy?: number | undefined;
  readonly nextStartAt?: number | undefined;
  readonly degradedBecause?: string | undefined;
};

export type ModuleEvent =
  | { readonly type: 'detector.ready' }
  | { readonly type: 'detector.failed'; readonly message: string }
  | { readonly type: 'findings.received'; readonly count: number; readonly at: number }
  | { readonly type: 'module.enable' }
  | { readonly type: 'module.disable' }
  | { readonly type: 'module.configure'; readonly settings: unknown }
  | { readonly type: 'tick'; readonly now: number };

const fresh = { restarts: [], startBy: undefined, nextStartAt: undefined, degradedBecause: undefined };

const failed = (context: ModuleContext, thrown: unknown) => {
  const plan = planRestart(context.detectorRestart, context.restarts, context.now);
  const common = { lastError: failureText(thrown), failures: context.failures + 1, restarts: plan.recent, startBy: undefined };
  if (plan.kind === 'restart') return { ...common, nextStartAt: plan.at };
  return { ...common, nextStartAt: undefined, degradedBecause: toSafe(`${plan.because}: ${common.lastError}`) };
};

const startDeadline = (context: ModuleContext, now: number): number => deadlineOf({ at: context.startBy, before: context.now, now, waitMs: DETECTOR_START_MS });

const moduleSetup = setup({
  types: { context: {} as ModuleContext, events: {} as ModuleEvent, input: {} as ModuleInput },
  actors: {
    // Runs the detector; input `{ id, settings }`. Sends `detector.ready`, `findings.received`, `detector.failed`.
    detector: fromPromise(() => Promise.reject(new Error('no detector was provided'))) as AnyActorLogic,
  },
  actions: {
    fail: assign(({ context }, params: { readonly thrown: unknown }) => failed(context, params.thrown)),
    renew: assign(fresh),
    configure: assign(({ event }) => (event.type === 'module.configure' ? { settings: event.settings } : {})),
    countStart: assign(({ context }) => ({
      restarts: [...context.restarts, context.now],
      restartCount: context.restartCount + 1,
      nextStartAt: undefined,
    })),
    awaitStart: assign(({ context, event }) => (event.type === 'tick' ? { now: event.now, startBy: startDeadline(context, event.now) } : {})),
    keepTime: assign(({ event }) => (event.type === 'tick' ? { now: event.now } : {})),
  },
  guards: {
    isStartOverdue: ({ context, event }) => event.type === 'tick' && event.now >= startDeadline(context, event.now),
    isStartDue: ({ context, event }) => event.type === 'tick' && isRestartDue(context.detectorRestart, context.nextStartAt ?? 0, event.now),
  },
});

/** The life of one detection module: its detector is started, watched, restarted within a budget, and given up visibly. */
export const moduleMachine = moduleSetup.createMachine({
  id: 'module',
  version: '1',
  context: ({ input }) => ({ ...input, now: 0, restarts: [], restartCount: 0, findings: 0, failures: 0 }),
  initial: 'idle',
  on: {
    'module.configure': { actions: 'configure' },
    'module.disable': '.disabled',
    tick: { actions: 'keepTime' },
  },
  states: {
    idle: { always: [{ guard: ({ context }) => context.isEnabled, target: 'active' }, { target: 'disabled' }] },
    disabled: {
      entry: [{ type: 'renew' }, assign({ isEnabled: false })],
      exit: assign({ isEnabled: true }),
      on: { 'module.enable': 'active' },
    },
    active: {
      invoke: {
        id: 'detector',
        src: 'detector',
        input: ({ context }: { readonly context: ModuleContext }) => ({ id: context.id, settings: context.settings }),
        onDone: { target: 'failing', actions: { type: 'fail', params: { thrown: 'the detector ended by itself' } } },
        onError: { target: 'failing', actions: { type: 'fail', params: ({ event }) => ({ thrown: event.error }) } },
      },
      on: {
        'module.configure': { target: 'active', reenter: true, actions: ['configure', 'renew'] },
        'findings.received': {
          actions: assign(({ context, event }) => ({ findings: context.findings + event.count, lastFindingAt: event.at })),
        },
        'detector.failed': { target: 'failing', actions: { type: 'fail', params: ({ event }) => ({ thrown: event.message }) } },
      },
      initial: 'starting',
      states: {
        starting: {
          tags: 'starting',
          on: {
            'detector.ready': { target: 'running', actions: assign({ startBy: undefined }) },
            tick: [
              {
                guard: 'isStartOverdue',
                target: '#module.failing',
                actions: ['keepTime', { type: 'fail', params: { thrown: `the detector was not ready after ${DETECTOR_START_MS / 1000} s` } }],
              },
              { actions: 'awaitStart' },
            ],
          },
        },
        running: {},
      },
    },
    failing: { always: [{ guard: ({ context }) => context.degradedBecause !== undefined, target: 'degraded' }, { target: 'restarting' }] },
    restarting: {
      on: {
        'module.enable': { target: 'active', actions: 'renew' },
        tick: [{ guard: 'isStartDue', target: 'active', actions: ['keepTime', 'countStart'] }, { actions: 'keepTime' }],
      },
    },
    degraded: {
      on: {
        'module.enable': { target: 'active', actions: 'renew' },
        'module.configure': { target: 'active', actions: ['configure', 'renew'] },
      },
    },
  },
});
