/** Merges sequences that each go down into one that goes down. Closes all of them when its reader stops early. */
export function* mergeDescending(sources: readonly Iterable<string>[]): Generator<string> {
  const iterators = sources.map((source) => source[Symbol.iterator]());
  try {
    const heads = iterators.map((iterator) => next(iterator));
    for (;;) {
      let best: number | undefined;
      for (const [place, head] of heads.entries()) {
        if (head !== undefined && (best === undefined || head > (heads[best] ?? ''))) best = place;
      }
      const iterator = best === undefined ? undefined : iterators[best];
      if (best === undefined || iterator === undefined) return;
      yield heads[best] ?? '';
      heads[best] = next(iterator);
    }
  } finally {
    for (const iterator of iterators) iterator.return?.();
  }
}

const next = (iterator: Iterator<string>): string | undefined => {
  const step = iterator.next();
  return step.done === true ? undefined : step.value;
};
