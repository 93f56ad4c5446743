import type { ActionId } from '../keymap.ts';

/** The scroll position after a scroll action, within 0 and `max`. Other actions leave it. */
export const scrollBy = (action: ActionId, from: number, height: number, max: number): number => {
  const page = Math.max(1, height - 1);
  const to = {
    'scroll.down': from + 1,
    'scroll.up': from - 1,
    'scroll.page-down': from + page,
    'scroll.page-up': from - page,
    'scroll.first': 0,
    'scroll.last': max,
  };
  const wanted = action in to ? to[action as keyof typeof to] : from;
  return Math.min(max, Math.max(0, wanted));
};
