import { type Binding, bindingsOf, keyLabel } from '../keymap.ts';
import type { AppState } from '../state/app-state.ts';
import { contextOf } from '../state/context.ts';
import { unseenCount } from '../state/list-window.ts';
import { shapeOf } from '../state/selectors.ts';
import { type Line, lineOf, type Span, span, spansWidth, spread } from '../text/line.ts';

/** What can be done here: hints from the keymap, or what just happened, or the filter being typed. */
export const footerLine = (state: AppState, width: number): Line => {
  if (state.overlay?.kind === 'filter-input' && state.dialog === undefined) return filterInput(state, width);
  if (state.toast !== undefined) return spread([span(` ${state.toast.text}`, state.toast.tone, 400)], follows(state), width);
  const right = state.dialog === undefined && state.overlay === undefined ? follows(state) : [];
  return spread(hints(state, width - spansWidth(right) - 1), right, width);
};

const filterInput = (state: AppState, width: number): Line => {
  const { text, problem } = state.filters[state.view];
  const tail = text.slice(-Math.max(8, width - 40));
  const note = problem === undefined ? span('   Enter keep  Esc back', 'dim') : span(`   ${problem}`, 'danger');
  return lineOf([span(' / ', 'accent'), span(tail), span('▏', 'accent'), note], width);
};

/** `⏸ 37 new · G to follow` while the list is held still. */
const follows = (state: AppState): readonly Span[] => {
  if (state.view !== 'alerts' && state.view !== 'history') return [];
  const list = state.lists[state.view];
  if (list.isFollowing) return [];
  const unseen = unseenCount(list, shapeOf(state, state.view));
  return [span(`${state.settings.glyphs.paused} ${unseen} new · ${state.view === 'alerts' ? 'G' : 'g'} to follow `, unseen > 0 ? 'warn' : 'dim')];
};

// What is possible comes first; what is not stays, dimmed, with the first reason where there is room. Narrow screens drop from the right.
const hints = (state: AppState, width: number): readonly Span[] => {
  const shown = bindingsOf(contextOf(state))
    .filter((binding) => binding.footer !== undefined)
    .sort((a, b) => (a.footer ?? 0) - (b.footer ?? 0))
    .map((binding) => ({ binding, reason: binding.disabledReason?.(state) }));
  const spans: Span[] = [];
  for (const { binding, reason } of [...shown.filter((one) => one.reason === undefined), ...shown.filter((one) => one.reason !== undefined)]) {
    const piece = hint(binding, reason);
    if (spansWidth(spans) + spansWidth(piece) > width) break;
    spans.push(...piece);
  }
  return spans;
};

const hint = (binding: Binding, reason: string | undefined): readonly Span[] => {
  const key = keyLabel(binding.keys[0] ?? '');
  return reason === undefined ? [span(` ${key}`, 'accent'), span(` ${binding.label} `, 'plain')] : [span(` ${key} ${binding.label} `, 'dim')];
};
