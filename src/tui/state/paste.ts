import { toSafe } from '../../domain/safe-text.ts';
import { MAX_FILTER_LENGTH } from '../filter/grammar.ts';
import type { AppState } from './app-state.ts';
import { contextOf } from './context.ts';
import { MAX_REASON_LENGTH } from './dialog-state.ts';
import { withToast } from './events.ts';
import { setFilterText } from './filter-text.ts';

/** A paste is text for a text field and nothing anywhere else: it can neither press keys nor confirm. */
export const paste = (state: AppState, text: string): AppState => {
  const context = contextOf(state);
  if (context === 'filter') return setFilterText(state, `${state.filters[state.view].text}${oneLine(text, MAX_FILTER_LENGTH)}`);
  if (context === 'reason' && state.dialog !== undefined) {
    return { ...state, dialog: { ...state.dialog, reason: `${state.dialog.reason}${oneLine(text, MAX_REASON_LENGTH)}`.slice(0, MAX_REASON_LENGTH) } };
  }
  if (context === 'too-small' || context === 'dialog') return state;
  return withToast(state, 'paste ignored', 'warn', 3000);
};

const oneLine = (text: string, maxLength: number): string => toSafe((text.slice(0, maxLength).split(/[\r\n]/)[0] ?? '').trim(), maxLength);
