import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChainEvent, chainMachine, nextRun, nextToUndo, RETRY_AFTER_MS } from '../../machines/chain.ts';
import { CHAIN_STATES, type ChainRun, type ChainState, isLiveRun, latestStep } from '../../src/domain/chain.ts';
import { asId } from '../../src/domain/ids.ts';
import { sampleChain, sampleRun, sampleStep } from '../kit/chains.ts';
import { restingStates } from './table.ts';

const NOW = 1_700_000_000_000;
const BY = { name: 'ops', uid: 1000, via: 'cli' } as const;
const events = {
  begin: { type: 'step.begin', actionId: asId('A1'), target: '203.0.113.7', now: NOW },
  asked: { type: 'step.asked', approvalId: asId('P1'), actionId: asId('A1'), now: NOW },
  succeeded: { type: 'step.succeeded', detail: 'in force', now: NOW },
  failed: { type: 'step.failed', detail: 'no such table', isFinal: false, now: NOW },
  'failed for good': { type: 'step.failed', detail: 'refused', isFinal: true, now: NOW },
  tick: { type: 'tick', now: NOW + 1 },
  'tick after its time': { type: 'tick', now: NOW + 60_000 },
  cancel: { type: 'run.cancel', reason: 'cleanup', now: NOW },
  undo: { type: 'undo.begin', by: BY, reason: 'mistake', now: NOW },
  back: { type: 'undo.stepped', isUndone: true, detail: 'gone', now: NOW },
} as const satisfies { readonly [name: string]: ChainEvent };
type Name = keyof typeof events;

/** How a run gets there, and where each event leads; what is not named changes nothing. */
const rows: { readonly [state in ChainState]: { readonly path: readonly Name[]; readonly leads: { readonly [event in Name]?: ChainState } } } = {
  ready: { path: [], leads: { begin: 'acting', cancel: 'failed' } },
  acting: {
    path: ['begin'],
    leads: {
      asked: 'asking',
      succeeded: 'ready',
      failed: 'ready',
      'failed for good': 'ready',
      tick: 'acting',
      'tick after its time': 'ready',
      cancel: 'failed',
    },
  },
  asking: { path: ['begin', 'asked'], leads: { succeeded: 'ready', failed: 'ready', 'failed for good': 'ready', cancel: 'failed' } },
  completed: { path: ['begin', 'succeeded', 'begin', 'succeeded'], leads: { undo: 'undoing' } },
  partial: { path: ['begin', 'succeeded', 'begin', 'failed'], leads: { undo: 'undoing' } },
  failed: { path: ['begin', 'cancel'], leads: { undo: 'undone' } },
  undoing: { path: ['begin', 'succeeded', 'begin', 'succeeded', 'undo'], leads: { back: 'undoing' } },
  undone: { path: ['begin', 'cancel', 'undo'], leads: {} },
};
const driven = (names: readonly Name[], run = sampleRun()): ChainRun => names.reduce((before, name) => nextRun(before, events[name]), run);

describe('a run of a chain', () => {
  test('has exactly the states of the record', () => {
    expect([...restingStates(chainMachine)].sort()).toEqual([...CHAIN_STATES].sort());
  });

  const cells = CHAIN_STATES.flatMap((state) => (Object.keys(events) as Name[]).map((event) => [state, event, rows[state].leads[event] ?? state] as const));
  test.each(cells)('%s, %s → %s', (state, event, leads) => {
    const before = driven(rows[state].path);
    expect(before.state).toBe(state);
    const after = nextRun(before, events[event]);
    expect(after.state).toBe(leads);
    if (!(event in rows[state].leads)) expect(after).toBe(before);
  });

  test('a step that failed is tried again after a pause, as often as it says, then goes its way for failures', () => {
    const once = driven(['begin', 'failed']);
    expect(once).toMatchObject({ state: 'ready', current: 'block', retryAt: NOW + RETRY_AFTER_MS });
    expect(nextRun(once, events.begin)).toBe(once);
    const again = nextRun(once, { ...events.begin, actionId: asId('A2'), now: NOW + RETRY_AFTER_MS });
    expect(again.steps).toMatchObject([{ step: 'block', attempts: 2, actionId: 'A2', deadlineAt: NOW + 30_000 }]);
    expect(nextRun(again, events.failed)).toMatchObject({ state: 'ready', current: 'tell', steps: [{ state: 'failed', next: 'tell' }] });
  });

  test('there is no attempt after the time of the step', () => {
    const late = nextRun(driven(['begin']), { ...events.failed, now: NOW + 29_500 });
    expect(late).toMatchObject({ state: 'ready', current: 'tell' });
  });

  test('its end says what became of the steps', () => {
    expect(driven(['begin', 'succeeded', 'begin', 'succeeded'])).toMatchObject({ state: 'completed', endedAt: NOW });
    expect(driven(['begin', 'failed for good', 'begin', 'succeeded'])).toMatchObject({ state: 'partial' });
    expect(driven(['begin', 'failed for good', 'begin', 'failed for good'])).toMatchObject({ state: 'failed' });
  });

  test('is taken back step by step, the last first, and what failed is not', () => {
    let run = driven(['begin', 'succeeded', 'begin', 'succeeded', 'undo']);
    const order: (string | undefined)[] = [];
    while (run.state === 'undoing') {
      order.push(nextToUndo(run)?.step);
      run = nextRun(run, { ...events.back, isUndone: order.length === 1 });
    }
    expect([order, run.state, run.steps.map(({ state }) => state)]).toEqual([['note', 'block'], 'undone', ['kept', 'undone']]);
  });

  test('whatever happens in whatever order, over restarts: it ends, no step acts twice after an outcome, nothing is undone that did not succeed', () => {
    const long = sampleChain({
      entryPoint: 'a',
      steps: [
        sampleStep('a', { onSuccess: 'b', onFailure: 'c', maxRetries: 2 }),
        sampleStep('b', { onSuccess: 'c', onFailure: 'd' }),
        sampleStep('c', { onSuccess: 'd', maxRetries: 1 }),
        sampleStep('d'),
      ],
    });
    const ends = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...(Object.keys(events) as Name[])), fc.integer({ min: 0, max: 3000 })), { maxLength: 60 }), (moves) => {
        let run = sampleRun({ chain: long, current: 'a' });
        let now = NOW;
        for (const [name, wait] of moves) {
          now += wait;
          const before = run;
          run = JSON.parse(JSON.stringify(nextRun(run, { ...events[name], now })));
          const names = run.steps.map(({ step }) => step);
          expect(new Set(names).size).toBe(names.length);
          for (const step of run.steps) {
            const rule = long.steps.find((one) => one.name === step.step);
            expect(step.attempts).toBeLessThanOrEqual((rule?.maxRetries ?? 0) + 1);
            const earlier = before.steps.find((one) => one.step === step.step);
            if (earlier?.state === 'succeeded') expect(['succeeded', 'undone', 'kept']).toContain(step.state);
            if (step.state === 'undone' || step.state === 'kept') expect(['succeeded', 'undone', 'kept']).toContain(earlier?.state);
          }
          if (run.state === 'acting' || run.state === 'asking') expect(latestStep(run)?.step).toBe(run.current);
          if (!isLiveRun(run)) expect(run.steps.some(({ state }) => state === 'acting' || state === 'asking')).toBe(false);
          if (!isLiveRun(before) && name !== 'undo') expect(run.state).toBe(before.state);
        }
        ends.add(run.state);
      }),
      { numRuns: 1000 },
    );
    expect([...ends]).toEqual(expect.arrayContaining(['ready', 'acting', 'asking', 'partial', 'failed', 'undone']));
  });
});
