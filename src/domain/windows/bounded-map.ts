/** A map that forgets its oldest entry instead of growing past `max`. Setting a key again makes it the newest. */
export const createBoundedMap = <Key, Value>(max: number) => {
  const entries = new Map<Key, Value>();
  return {
    get: (key: Key): Value | undefined => entries.get(key),
    has: (key: Key): boolean => entries.has(key),
    set: (key: Key, value: Value): void => {
      entries.delete(key);
      if (entries.size >= max) {
        const oldest = entries.keys().next();
        if (oldest.done === false) entries.delete(oldest.value);
      }
      entries.set(key, value);
    },
    /** Drops what the test is true for. */
    prune: (isOver: (value: Value) => boolean): void => {
      for (const [key, value] of entries) if (isOver(value)) entries.delete(key);
    },
    size: (): number => entries.size,
  };
};
