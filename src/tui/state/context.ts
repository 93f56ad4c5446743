import type { Context } from '../keymap.ts';
import { layoutOf } from '../screen/layout.ts';
import type { AppState } from './app-state.ts';

/** The one context whose keys are in force. A screen too small to show a question takes no answer. */
export const contextOf = (state: AppState): Context => {
  if (layoutOf(state).isTooSmall) return 'too-small';
  if (state.dialog !== undefined) return state.dialog.phase === 'typing' ? 'reason' : 'dialog';
  switch (state.overlay?.kind) {
    case 'help':
      return 'help';
    case 'detail':
      return 'detail';
    case 'filter-input':
      return 'filter';
    case undefined:
      return state.view;
  }
};
