import type { AppState } from './app-state.ts';
import type { AppEvent, Effect } from './events.ts';
import { update } from './update.ts';

/** The one place the state lives. Listeners hear once per dispatch, and only when something changed. */
export type Store = {
  readonly getState: () => AppState;
  readonly dispatch: (event: AppEvent) => void;
  readonly subscribe: (listener: () => void) => () => void;
};

/** A store whose effects are handed to `perform` after the listeners heard. */
export const createStore = (initial: AppState, perform: (effect: Effect) => void): Store => {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    getState: () => state,
    dispatch: (event) => {
      const step = update(state, event);
      const isChanged = step.state !== state;
      state = step.state;
      if (isChanged) for (const listener of listeners) listener();
      for (const effect of step.effects) perform(effect);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
};
