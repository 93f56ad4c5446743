import { type AnyActorLogic, createMachine, fromCallback, fromPromise } from 'xstate';
import type { ChildKind, ChildSpec } from '../../machines/child-spec.ts';
import { ownedCallback } from '../../machines/owned-callback.ts';
import { rootMachine } from '../../machines/root.ts';

/** What a toy child was told to do the next time it starts; anything else lets it live. */
export type Fate = 'lives' | 'throws at start' | 'throws when built';

/** Children that can be made to fail in every way there is, and a diary of their lives. */
export const createToyWorld = () => {
  const fates = new Map<string, Fate>();
  const diary: string[] = [];
  const failing = new Map<string, (error: unknown) => void>();
  const ending = new Map<string, () => void>();
  const alive = new Map<string, number>();
  const count = (id: string, by: number): void => {
    alive.set(id, (alive.get(id) ?? 0) + by);
  };
  const start = (id: string): void => {
    diary.push(`start ${id}`);
    if (fates.get(id) === 'throws at start') throw new Error(`${id} threw at start`);
  };

  // Throws in receive on `toy.throw`.
  const module: AnyActorLogic = fromCallback(({ input, receive }) => {
    const { id } = input as { readonly id: string };
    start(id);
    receive((event) => {
      if (event.type === 'toy.throw') throw new Error(`${id} threw in receive`);
      if (event.type === 'toy.strange') throw { toString: null, message: Symbol('not text') };
    });
    return () => diary.push(`end ${id}`);
  });

  // Rejects or resolves on demand.
  const collector: AnyActorLogic = fromPromise(({ input }) => {
    const { id } = input as { readonly id: string };
    start(id);
    return new Promise<void>((resolve, reject) => {
      failing.set(id, reject);
      ending.set(id, resolve);
    });
  });

  // A machine with a child of its own that it does not watch: the grandchild's failure is the child's end.
  const grandchild: AnyActorLogic = ownedCallback(({ input, receive }) => {
    const { id } = input as { readonly id: string };
    count(id, 1);
    receive((event) => {
      if (event.type === 'toy.throw') throw new Error(`grandchild of ${id} threw`);
    });
    return () => count(id, -1);
  });
  const enforcer: AnyActorLogic = createMachine({
    types: { context: {} as { readonly id: string } },
    context: ({ input }) => {
      const { id } = input as { readonly id: string };
      if (fates.get(id) === 'throws when built') throw new Error(`${id} threw when built`);
      return { id };
    },
    initial: 'on',
    states: {
      on: {
        entry: ({ context }) => start(context.id),
        invoke: { id: 'grandchild', src: grandchild, input: ({ context }) => ({ id: context.id }) },
        on: {
          'toy.throw': {
            actions: ({ context }) => {
              throw new Error(`${context.id} threw in a transition`);
            },
          },
          'toy.grandchild': { actions: ({ self }) => self.getSnapshot().children['grandchild']?.send({ type: 'toy.throw' }) },
        },
      },
    },
  });

  // Comes to an end by itself, as approvals do; `toy.busy` keeps it in a step.
  const approval: AnyActorLogic = createMachine({
    initial: 'on',
    states: {
      on: { on: { 'toy.done': 'done', 'toy.busy': 'working' } },
      working: { tags: 'busy', on: { 'toy.done': 'done', 'toy.fail': { actions: () => Promise.reject() } } },
      done: { type: 'final' },
    },
  });

  return { root: rootMachine.provide({ actors: { module, collector, enforcer, approval } }), fates, diary, failing, ending, alive };
};

export type ToyWorld = ReturnType<typeof createToyWorld>;

const POLICY = { intensity: 3, periodMs: 60_000, backoffMs: { first: 1_000, max: 4_000, factor: 2 } };

/** A spec whose input is only its id: the toys need no more. */
export const toySpec = (kind: ChildKind, id: string, critical = false): ChildSpec => ({ id, kind, critical, ...POLICY, input: { id } }) as unknown as ChildSpec; // toys take less than the real children
