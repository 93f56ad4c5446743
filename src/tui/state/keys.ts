import type { KeyBatch, KeyPress } from '../key-names.ts';
import { bindingFor } from '../keymap.ts';
import { runAction } from './actions.ts';
import type { AppState } from './app-state.ts';
import { contextOf } from './context.ts';
import { pressInDialog } from './dialog-keys.ts';
import { type Effect, type Step, still, withToast } from './events.ts';
import { pressInText } from './text-keys.ts';

/** Keys one after the other, each in the context that the one before left behind. */
export const pressKeys = (state: AppState, batch: KeyBatch): Step => {
  const effects: Effect[] = [];
  let current = state;
  for (const press of batch.presses) {
    const step = pressOne(current, press, batch.isChunk);
    current = step.state;
    effects.push(...step.effects);
  }
  return { state: current, effects };
};

const pressOne = (state: AppState, press: KeyPress, isChunk: boolean): Step => {
  const context = contextOf(state);
  const binding = bindingFor(context, press.name);
  // Leaving, suspending and redrawing work everywhere, at any time.
  if (binding?.id === 'app.quit-now' || binding?.id === 'app.suspend' || binding?.id === 'app.redraw') return runAction(state, binding.id);
  if (context === 'dialog') return pressInDialog(state, press, isChunk);
  if (context === 'filter' || context === 'reason') return pressInText(state, press, binding?.id);
  if (binding === undefined) return still(state);
  const reason = binding.disabledReason?.(state);
  if (reason !== undefined) return still(withToast(state, `${binding.label}: ${reason}`, 'warn'));
  return runAction(state, binding.id);
};
