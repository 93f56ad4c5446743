import { useApp, useInput, usePaste, useWindowSize } from 'ink';
import { type ReactElement, useEffect, useSyncExternalStore } from 'react';
import type { Clock } from '../../domain/clock.ts';
import { keysOf } from '../key-names.ts';
import { screenLines } from '../screen/screen.ts';
import type { Store } from '../state/store.ts';
import { themeOf } from '../theme.ts';
import { Lines } from './lines.tsx';

type Props = {
  readonly store: Store;
  readonly clock: Clock;
  /** Where a bug in a handler goes: React does not catch those. */
  readonly onError: (error: unknown) => void;
  /** Draw key strokes at once instead of with the next frame. Off on slow links. */
  readonly isEager: boolean;
};

/** The root: the only place that hears keys and pastes. State in, lines out. */
export const App = ({ store, clock, onError, isEager }: Props): ReactElement => {
  const state = useSyncExternalStore(store.subscribe, store.getState);
  const { columns, rows } = useWindowSize();
  const { waitUntilRenderFlush } = useApp();

  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      onError(error);
    }
  };

  useEffect(() => store.dispatch({ type: 'terminal.resized', columns, rows }), [store, columns, rows]);

  useInput((input, key) =>
    guarded(() => {
      const batch = keysOf(input, key);
      if (batch.presses.length === 0) return;
      store.dispatch({ type: 'keys.pressed', batch, now: clock.now() });
      if (isEager) void waitUntilRenderFlush();
    }),
  );

  // Stays mounted all the time: without it a paste would arrive as key strokes.
  usePaste((text) => guarded(() => store.dispatch({ type: 'text.pasted', text, now: clock.now() })));

  // The size of this very frame, not of the last one the state heard of: the root must never be higher than the terminal.
  const current = state.size.columns === columns && state.size.rows === rows ? state : { ...state, size: { columns, rows } };
  const { settings } = state;
  return <Lines lines={screenLines(current)} columns={columns} theme={themeOf(settings.theme)} isAscii={settings.isAscii} />;
};
