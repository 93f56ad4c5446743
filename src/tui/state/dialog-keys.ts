import { whyNoWrite } from '../disabled.ts';
import type { KeyPress } from '../key-names.ts';
import { bindingFor } from '../keymap.ts';
import { dialogPage } from '../screen/dialog-lines.ts';
import type { AppState } from './app-state.ts';
import { confirmEffect } from './dialog.ts';
import { DEAD_TIME_MS, type Dialog } from './dialog-state.ts';
import { doing, type Step, still } from './events.ts';
import { scrollBy } from './scroll.ts';

/**
 * A key in an open dialog. Nothing counts before 300 ms of quiet have passed since it opened: held keys, fast typing and chunks
 * (a slow link, a paste without brackets) only prolong the wait. Then `y` confirms once, and every way out is harmless;
 * leaving a dialog whose answer was sent takes nothing back, its result is told later.
 */
export const pressInDialog = (state: AppState, press: KeyPress, isChunk: boolean): Step => {
  const { dialog } = state;
  if (dialog === undefined) return still(state);
  if (isChunk || press.isRepeat || state.now - dialog.quietSince < DEAD_TIME_MS) return still(withDialog(state, { ...dialog, quietSince: state.now }));
  const action = bindingFor('dialog', press.name)?.id;
  switch (action) {
    case undefined:
      return still(state);
    case 'dialog.cancel':
      return still({ ...state, dialog: undefined });
    case 'dialog.confirm':
      return dialog.phase !== 'asking' ? still(state) : confirm(state, dialog);
    case 'dialog.reason':
      return dialog.phase !== 'asking' ? still(state) : still(withDialog(state, { ...dialog, phase: 'typing', note: '' }));
    default: {
      const page = dialogPage(state, dialog);
      return still(withDialog(state, { ...dialog, scroll: scrollBy(action, dialog.scroll, page.height, page.maxScroll) }));
    }
  }
};

const confirm = (state: AppState, dialog: Dialog): Step => {
  const refused = whyNoWrite(state);
  if (refused !== undefined) return still(withDialog(state, { ...dialog, note: refused }));
  if (dialog.scroll < dialogPage(state, dialog).maxScroll) return still(withDialog(state, { ...dialog, note: 'read to the end first' }));
  return doing(withDialog(state, { ...dialog, phase: 'sending', note: '' }), confirmEffect(dialog));
};

const withDialog = (state: AppState, dialog: Dialog): AppState => ({ ...state, dialog });
