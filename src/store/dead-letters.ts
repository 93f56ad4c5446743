import type { Store } from './contract.ts';
import type { Engine } from './engine.ts';
import { numberKey } from './keys.ts';
import type { RecordCodec } from './records.ts';

/** Input that was set aside, newest first; the oldest go beyond `maxLetters`. A letter over 64 KiB keeps its first 4,096 characters as text. */
export const createDeadLetters = (engine: Engine, codec: RecordCodec, maxLetters: number): Store['deadLetters'] & { readonly reload: () => void } => {
  let count = 0;
  let next = 1;
  return {
    put: (kind, at, value) => {
      const whole = codec.encode({ kind, at, value } satisfies Letter);
      const text = whole.length <= MAX_CHARACTERS ? whole : codec.encode({ kind: kind.slice(0, 100), at, value: whole.slice(0, KEPT_CHARACTERS) });
      engine.put('deadLetters', numberKey(next), text);
      next += 1;
      count += 1;
      if (count <= maxLetters) return;
      const surplus = [];
      for (const { key } of engine.range('deadLetters', ALL)) if (surplus.push(key) >= count - maxLetters) break;
      for (const key of surplus) engine.remove('deadLetters', key);
      count -= surplus.length;
    },
    page: (limit) => {
      const letters: Letter[] = [];
      if (limit <= 0) return letters;
      for (const { value } of engine.range('deadLetters', { ...ALL, isReverse: true })) {
        const letter = codec.decode<Letter>(value);
        if (letter !== undefined && letters.push(letter) >= limit) break;
      }
      return letters;
    },
    reload: () => {
      count = engine.count('deadLetters');
      next = 1;
      for (const { key } of engine.range('deadLetters', { ...ALL, isReverse: true })) {
        next = Number(key) + 1;
        break;
      }
    },
  };
};

const MAX_CHARACTERS = 65_536;
const KEPT_CHARACTERS = 4_096;
const ALL = { from: '!', to: '\x7f' };

type Letter = { readonly kind: string; readonly at: number; readonly value: unknown };
