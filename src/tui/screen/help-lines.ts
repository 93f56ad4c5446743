import { type Binding, bindingsOf, type Context, keyLabel } from '../keymap.ts';
import type { AppState } from '../state/app-state.ts';
import { fitCells, toCells, wrapCells } from '../text/cells.ts';
import { EMPTY_LINE, type Line, lineOf, span } from '../text/line.ts';

const GROUPS: readonly { readonly group: Binding['group']; readonly title: string }[] = [
  { group: 'act', title: 'Act' },
  { group: 'look', title: 'Look' },
  { group: 'move', title: 'Move' },
  { group: 'copy', title: 'Copy' },
  { group: 'screen', title: 'Screen' },
];

/** The keys of the current view, grouped; a key that does nothing just now says why. */
export const helpLines = (state: AppState, width: number): readonly Line[] => {
  const context: Context = state.view;
  const bindings = bindingsOf(context);
  return GROUPS.flatMap(({ group, title }) => {
    const ofGroup = bindings.filter((binding) => binding.group === group);
    if (ofGroup.length === 0) return [];
    return [lineOf([span(` ${title}`, 'heading')], width), ...ofGroup.flatMap((binding) => bindingLines(state, binding, width)), EMPTY_LINE];
  });
};

const KEYS_WIDTH = 22;

const bindingLines = (state: AppState, binding: Binding, width: number): readonly Line[] => {
  const reason = binding.disabledReason?.(state);
  const text = toCells(reason === undefined ? binding.tooltip : `${binding.tooltip} (now: ${reason})`);
  const keysWidth = Math.min(KEYS_WIDTH, Math.floor(width / 3));
  return wrapCells(text, width - keysWidth - 2).map((line, index) =>
    lineOf(
      [
        { text: fitCells(toCells(index === 0 ? `  ${binding.keys.map(keyLabel).join(' ')}` : ''), keysWidth), tone: 'accent' },
        span(' '),
        { text: line, tone: reason === undefined ? 'plain' : 'dim' },
      ],
      width,
    ),
  );
};
