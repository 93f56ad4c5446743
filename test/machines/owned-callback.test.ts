import { describe, expect, test } from 'vitest';
import { createActor, fromCallback } from 'xstate';
import { ownedCallback } from '../../machines/owned-callback.ts';

const runAll = (logic: ReturnType<typeof ownedCallback<{ readonly type: string }>>) => {
  const actor = createActor(logic, { input: 'input' });
  actor.subscribe({ error: () => undefined });
  return actor.start();
};

describe('a callback actor that owns what it opened', () => {
  test('cleans up once when it throws while it handles an event, which xstate itself does not do', () => {
    const ends: string[] = [];
    const body = (name: string) => (given: { readonly receive: (listener: (event: { readonly type: string }) => void) => void }) => {
      given.receive((event) => {
        if (event.type === 'throw') throw new Error('threw');
      });
      return () => void ends.push(name);
    };
    const owned = runAll(ownedCallback(body('owned')));
    const plain = runAll(fromCallback(body('plain')));
    for (const actor of [owned, plain]) actor.send({ type: 'throw' });
    expect([owned.getSnapshot().status, plain.getSnapshot().status]).toEqual(['error', 'error']);
    expect(ends).toEqual(['owned']);
  });

  test('cleans up once when it is stopped, and needs no cleanup to be stopped', () => {
    const ends: string[] = [];
    const actor = runAll(
      ownedCallback(
        ({ input }) =>
          () =>
            void ends.push(String(input)),
      ),
    );
    actor.send({ type: 'anything' });
    actor.stop();
    runAll(ownedCallback(() => undefined)).stop();
    expect(ends).toEqual(['input']);
  });
});
