import type { KeyPress } from '../key-names.ts';
import type { ActionId } from '../keymap.ts';
import type { AppState } from './app-state.ts';
import { type Dialog, MAX_REASON_LENGTH } from './dialog-state.ts';
import { type Step, still } from './events.ts';
import { setFilter, setFilterText } from './filter-text.ts';

/** A key while text is typed: into the filter, which is in force at once, or into the reason of a dialog. */
export const pressInText = (state: AppState, press: KeyPress, action: ActionId | undefined): Step => {
  const { dialog, overlay } = state;
  if (dialog !== undefined) return still({ ...state, dialog: reasonAfter(dialog, press, action, state.now) });
  if (overlay?.kind !== 'filter-input') return still(state);
  if (action === 'text.done') return still({ ...state, overlay: undefined });
  if (action === 'text.cancel') return still(setFilter({ ...state, overlay: undefined }, overlay.before));
  return still(setFilterText(state, edited(state.filters[state.view].text, press, action)));
};

const reasonAfter = (dialog: Dialog, press: KeyPress, action: ActionId | undefined, now: number): Dialog => {
  // The dead time runs again after typing: the Enter that ends it, held down, must not press anything else.
  if (action === 'text.done') return { ...dialog, phase: 'asking', quietSince: now };
  if (action === 'text.cancel') return { ...dialog, phase: 'asking', reason: '', quietSince: now };
  return { ...dialog, reason: edited(dialog.reason, press, action).slice(0, MAX_REASON_LENGTH) };
};

const edited = (text: string, press: KeyPress, action: ActionId | undefined): string => {
  if (action === 'text.erase') return [...text].slice(0, -1).join('');
  if (action === 'text.clear') return '';
  if (!press.isText) return text;
  return text + (press.name === 'space' ? ' ' : press.name);
};
