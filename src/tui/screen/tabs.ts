import { type AppState, VIEWS, type ViewId } from '../state/app-state.ts';
import { waitingCount } from '../state/selectors.ts';
import { type Line, lineOf, type Span, span, spansWidth, spread } from '../text/line.ts';

/** The views, the current one marked, and the filter in force at the right. */
export const tabsLine = (state: AppState, width: number): Line => {
  const tabs = VIEWS.flatMap((view, index): readonly Span[] => {
    const name = titleOf(state, view);
    return [span(index === 0 ? ' ' : '  '), view === state.view ? span(`[${name}]`, 'heading') : span(` ${name} `, 'dim')];
  });
  const chip = chipOf(state);
  if (chip.length > 0 && spansWidth(tabs) + spansWidth(chip) + 1 > width) return spread([span(`[${titleOf(state, state.view)}]`, 'heading')], chip, width);
  return spread(tabs, chip, width);
};

/** On a low screen: the current view and the header share a row. */
export const mergedLine = (state: AppState, header: Line, width: number): Line =>
  lineOf([span(`[${titleOf(state, state.view)}] `, 'heading'), ...header.spans], width);

/** The filter in force, or what is wrong with it. */
export const chipOf = (state: AppState): readonly Span[] => {
  const { text, problem } = state.filters[state.view];
  if (problem !== undefined) return [span(`filter: ${problem}`, 'danger', 80)];
  return text === '' ? [] : [span(`filter: ${text}`, 'accent', 80)];
};

const titleOf = (state: AppState, view: ViewId): string => {
  const waiting = waitingCount(state);
  return { alerts: 'Alerts', approvals: waiting > 0 ? `Approvals(${waiting})` : 'Approvals', history: 'History', status: 'Status' }[view];
};
