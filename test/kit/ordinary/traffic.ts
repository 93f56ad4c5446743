/** Seeded choices: the same seed gives the same log (mulberry32). */
export type Dice = {
  /** From 0 to below `below`. */
  readonly below: (below: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item;
  readonly hex: (digits: number) => string;
};

/** Dice of a seed. */
export const createDice = (seed: number): Dice => {
  let state = seed >>> 0;
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(random() * limit);
  return {
    below,
    chance: (share) => random() < share,
    pick: (items) => items[below(items.length)] ?? items[0],
    hex: (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join(''),
  };
};

/** A line and when it was written, wall-clock ms. */
export type Timed = { readonly at: number; readonly line: string };

/** Lines in order of time, as a log holds them. */
export const inOrder = (lines: readonly Timed[]): string =>
  lines
    .toSorted((a, b) => a.at - b.at)
    .map(({ line }) => `${line}\n`)
    .join('');
