/** Where a list stands: by key, so that rows coming and going never move what a person is about to act on. */
export type ListState = {
  readonly selectedKey: string | undefined;
  /** First visible row. */
  readonly topKey: string | undefined;
  /** Last known index of the selection: where to go when the selected row is gone. */
  readonly index: number;
  readonly isFollowing: boolean;
  /** Newest key when following stopped. */
  readonly pausedAt: string | undefined;
};

export const EMPTY_LIST: ListState = { selectedKey: undefined, topKey: undefined, index: 0, isFollowing: false, pausedAt: undefined };

/** Which end of the list news arrive at. */
export type NewestEnd = 'first' | 'last';

export type ListShape = { readonly keys: readonly string[]; readonly height: number; readonly newest: NewestEnd };

/** First visible index, given the previous one: unchanged while the selection is inside, else turned by a page. */
export const pageTop = (total: number, selected: number, previousTop: number, height: number): number => {
  const lastTop = Math.max(0, total - Math.max(1, height));
  const top = Math.min(Math.max(0, previousTop), lastTop);
  if (selected < top) return Math.max(0, selected - Math.max(1, height) + 1);
  if (selected >= top + height) return Math.min(selected, lastTop);
  return top;
};

/** The list after its rows or its height changed: following goes to the newest row, else the selection stays on its key. */
export const settleList = (list: ListState, shape: ListShape): ListState => {
  const { keys, height, newest } = shape;
  if (keys.length === 0) return { ...list, selectedKey: undefined, topKey: undefined, index: 0 };
  if (list.isFollowing) return followNewest(list, shape);
  const found = list.selectedKey === undefined ? -1 : indexNear(keys, list.selectedKey, list.index);
  const index = found >= 0 ? found : Math.min(list.index, keys.length - 1);
  const topFound = list.topKey === undefined ? -1 : keys.indexOf(list.topKey);
  // A row that goes at the end leaves a blank line there: filling it would move all the others under the cursor.
  const isInView = topFound >= 0 && index >= topFound && index < topFound + height && found >= 0;
  const top = isInView ? topFound : pageTop(keys.length, index, topFound >= 0 ? topFound : newest === 'last' ? keys.length : 0, height);
  return sameOr(list, { ...list, selectedKey: keys[index], topKey: keys[top], index });
};

/** Moves the selection by `delta` rows. Moving away from the newest end stops following; reaching it does not start it. */
export const moveBy = (list: ListState, shape: ListShape, delta: number): ListState => {
  const { keys, newest } = shape;
  if (keys.length === 0) return list;
  const from = list.selectedKey === undefined ? 0 : Math.max(0, indexNear(keys, list.selectedKey, list.index));
  const index = Math.min(keys.length - 1, Math.max(0, from + delta));
  const isAway = newest === 'last' ? delta < 0 : delta > 0;
  const paused = list.isFollowing && isAway && index !== from ? pause(list, shape) : list;
  return settleList({ ...paused, selectedKey: keys[index], index }, shape);
};

/** Goes to one end. The newest end follows from then on. */
export const moveToEnd = (list: ListState, shape: ListShape, end: 'first' | 'last'): ListState => {
  if (end === shape.newest) return settleList(follow(list), shape);
  return moveBy(list, shape, end === 'first' ? -shape.keys.length : shape.keys.length);
};

/** Goes to the newest row and stays there. */
export const follow = (list: ListState): ListState => ({ ...list, isFollowing: true, pausedAt: undefined });

/** Holds still; news are counted from here. */
export const pause = (list: ListState, shape: ListShape): ListState => ({ ...list, isFollowing: false, pausedAt: newestKey(shape) });

/** How many rows came since following stopped. Keys of news sort after the one it stopped at. */
export const unseenCount = (list: ListState, shape: ListShape): number => {
  const { pausedAt } = list;
  if (list.isFollowing || pausedAt === undefined) return 0;
  const { keys } = shape;
  let count = 0;
  for (let step = 0; step < keys.length; step += 1) {
    const key = keys[shape.newest === 'last' ? keys.length - 1 - step : step];
    if (key === undefined || key <= pausedAt) break;
    count += 1;
  }
  return count;
};

const newestKey = ({ keys, newest }: ListShape): string | undefined => (newest === 'last' ? keys.at(-1) : keys[0]);

const followNewest = (list: ListState, { keys, height, newest }: ListShape): ListState => {
  const index = newest === 'last' ? keys.length - 1 : 0;
  const top = newest === 'last' ? Math.max(0, keys.length - Math.max(1, height)) : 0;
  return sameOr(list, { ...list, selectedKey: keys[index], topKey: keys[top], index });
};

const indexNear = (keys: readonly string[], key: string, hint: number): number => (keys[hint] === key ? hint : keys.indexOf(key));

const sameOr = (before: ListState, after: ListState): ListState =>
  before.selectedKey === after.selectedKey &&
  before.topKey === after.topKey &&
  before.index === after.index &&
  before.isFollowing === after.isFollowing &&
  before.pausedAt === after.pausedAt
    ? before
    : after;
