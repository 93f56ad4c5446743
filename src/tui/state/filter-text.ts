import { MAX_FILTER_LENGTH, parseFilter } from '../filter/grammar.ts';
import type { AppState, ViewFilter } from './app-state.ts';

/** The view's filter with this text, in force at once. Text that cannot be read filters nothing away and says what is wrong. */
export const setFilterText = (state: AppState, text: string): AppState => {
  const kept = text.slice(0, MAX_FILTER_LENGTH);
  const parsed = parseFilter(kept);
  return setFilter(state, { text: kept, filter: parsed.ok ? parsed.value : [], problem: parsed.ok ? undefined : parsed.error });
};

/** The view's filter as a whole. */
export const setFilter = (state: AppState, filter: ViewFilter): AppState => ({ ...state, filters: { ...state.filters, [state.view]: filter } });
