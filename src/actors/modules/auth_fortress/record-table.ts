import { createKeyedSlots } from '../../../domain/windows/keyed-slots.ts';
import { SPAN } from './time-windows.ts';

/** A bounded table of small records by text key, for what is too varied for counters. */
export type RecordTable<Value> = {
  readonly get: (key: string) => Value | undefined;
  readonly set: (key: string, value: Value, at: number) => void;
  readonly delete: (key: string) => void;
  readonly size: () => number;
  readonly sweep: (now: number) => void;
};

const MAX_KEY = 128;

/** At most `capacity` records, forgotten `keepMs` after their last `set`. Keys are cut to 128 characters. */
export const createRecordTable = <Value>(capacity: number, keepMs: number): RecordTable<Value> => {
  const values: (Value | undefined)[] = [];
  const slots = createKeyedSlots(capacity, (slot) => {
    values[slot] = undefined;
  });
  const cut = (key: string): string => (key.length > MAX_KEY ? key.slice(0, MAX_KEY) : key);
  return {
    get: (key) => values[slots.find(cut(key))],
    set: (key, value, at) => {
      values[slots.claim(cut(key), at)] = value;
    },
    delete: (key) => {
      const slot = slots.find(cut(key));
      if (slot >= 0) slots.release(slot);
    },
    size: slots.size,
    sweep: (now) => slots.releaseOutside(now - keepMs, now + SPAN.day),
  };
};
