import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { RootEmitted } from '../../machines/root.ts';
import { createToyWorld, toySpec } from './toy-children.ts';

const SPECS = [toySpec('enforcer', 'e', true), toySpec('module', 'm'), toySpec('collector', 'c'), toySpec('approval', 'a')];
const IDS = SPECS.map((spec) => spec.id);
const id = fc.constantFrom(...IDS);

type Command =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'poke'; readonly id: string; readonly type: string }
  | { readonly do: 'reject' | 'end' | 'restart' | 'stop' | 'remove' | 'add' | 'restore' | 'restore without'; readonly id: string }
  | { readonly do: 'doom'; readonly id: string; readonly fate: 'lives' | 'throws at start' | 'throws when built' };

const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 8_000 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('poke' as const), id, type: fc.constantFrom('toy.throw', 'toy.strange', 'toy.grandchild', 'toy.done', 'toy.busy') }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('reject' as const, 'end' as const), id }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('doom' as const),
      id,
      fate: fc.constantFrom('lives' as const, 'throws at start' as const, 'throws when built' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'stop' as const, 'remove' as const, 'add' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restore' as const, 'restore without' as const), id }) },
);

const microtasks = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('the root, whatever happens to its children', () => {
  test('stays alive, never exceeds a budget, and never runs one child twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { maxLength: 60 }), async (script) => {
        const world = createToyWorld();
        let now = 1_000;
        /** Restarts the budget paid for, since the last time an operator renewed it. */
        const paid = new Map<string, number[]>();
        const wake = (snapshot?: ReturnType<typeof JSON.parse>) => {
          const root = createActor(world.root, { input: { specs: SPECS, now }, ...(snapshot === undefined ? {} : { snapshot }) });
          root.on('*', (event: RootEmitted) => {
            if (event.type !== 'child.restarted') return;
            paid.set(event.id, event.by === 'operator' ? [] : [...(paid.get(event.id) ?? []), now]);
          });
          return root.start();
        };
        let root = wake();
        for (const command of script) {
          if (command.do === 'wait') {
            now += command.ms;
            root.send({ type: 'tick', now });
          } else if (command.do === 'poke') root.getSnapshot().children[command.id]?.send({ type: command.type });
          else if (command.do === 'reject') world.failing.get(command.id)?.(new Error('rejected'));
          else if (command.do === 'end') world.ending.get(command.id)?.();
          else if (command.do === 'doom') world.fates.set(command.id, command.fate);
          else if (command.do === 'restart') root.send({ type: 'child.restart', id: command.id });
          else if (command.do === 'stop') root.send({ type: 'child.stop', id: command.id });
          else if (command.do === 'remove') {
            root.send({ type: 'child.remove', id: command.id });
            paid.delete(command.id);
          } else if (command.do === 'add') {
            const spec = SPECS.find((one) => one.id === command.id);
            if (spec !== undefined) root.send({ type: 'child.add', spec });
          } else {
            const snapshot = JSON.parse(JSON.stringify(root.getPersistedSnapshot()));
            root.stop();
            if (command.do === 'restore without') delete snapshot.children[command.id];
            root = wake(snapshot);
          }
          if (command.do === 'reject' || command.do === 'end') await microtasks();

          const { status, context, children, value } = root.getSnapshot();
          expect(status).toBe('active');
          expect(world.alive.get('e') ?? 0).toBeLessThanOrEqual(1);
          const isDegraded = context.children['e']?.state === 'degraded';
          expect(value === 'escalated').toBe(isDegraded);
          for (const record of Object.values(context.children)) {
            expect(record.restarts.length).toBeLessThanOrEqual(record.spec.intensity);
            if (record.state !== 'running') expect(children[record.spec.id]).toBeUndefined();
            if (record.state === 'degraded') expect(record.parkedBecause).toBeTruthy();
            if (record.state === 'backing-off') expect(record.nextRestartAt).toBeGreaterThanOrEqual(record.lastErrorAt ?? Number.POSITIVE_INFINITY);
          }
        }
        for (const spec of SPECS) {
          const times = paid.get(spec.id) ?? [];
          for (const end of times) expect(times.filter((at) => at > end - spec.periodMs && at <= end).length).toBeLessThanOrEqual(spec.intensity);
        }
        root.stop();
      }),
      { numRuns: 150 },
    );
  });

  test('a child that always fails at once is parked in the end, under any rhythm of ticks', () => {
    fc.assert(
      fc.property(fc.constantFrom('m', 'c', 'e'), fc.array(fc.integer({ min: 1, max: 1_500 }), { minLength: 60, maxLength: 60 }), (doomed, rhythm) => {
        const world = createToyWorld();
        world.fates.set(doomed, 'throws at start');
        const root = createActor(world.root, { input: { specs: SPECS, now: 0 } }).start();
        let now = 0;
        for (const ms of [...rhythm, 4_000, 4_000, 4_000, 4_000]) {
          now += ms;
          root.send({ type: 'tick', now });
        }
        expect(root.getSnapshot().context.children[doomed]).toMatchObject({ state: 'degraded', restartCount: 3 });
        root.stop();
      }),
    );
  });
});
