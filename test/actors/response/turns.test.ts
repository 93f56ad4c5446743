import { describe, expect, test } from 'vitest';
import { createTurns } from '../../../src/actors/response/turns.ts';
import { createGate, settle } from './room.ts';

describe('turns', () => {
  test('work about one thing waits for the work before it, work about another does not', async () => {
    const turns = createTurns();
    const gate = createGate();
    const done: string[] = [];
    const first = turns.take('a', async () => {
      await gate.pass();
      done.push('a1');
    });
    const second = turns.take('a', async () => void done.push('a2'));
    await turns.take('b', async () => void done.push('b1'));
    await settle();
    expect(done).toEqual(['b1']);
    gate.open();
    await Promise.all([first, second]);
    expect(done).toEqual(['b1', 'a1', 'a2']);
  });

  test('a failure reaches whoever asked for it and nobody else', async () => {
    const turns = createTurns();
    const first = turns.take('a', () => Promise.reject(new Error('broken')));
    const second = turns.take('a', async () => 'fine');
    await expect(first).rejects.toThrow('broken');
    expect(await second).toBe('fine');
  });
});
