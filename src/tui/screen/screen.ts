import type { AppState } from '../state/app-state.ts';
import { waitingCount } from '../state/selectors.ts';
import { type Line, lineOf, ruleOf, span } from '../text/line.ts';
import { detailLines } from './detail-lines.ts';
import { dialogLines } from './dialog-lines.ts';
import { maxScroll, pageOf } from './facts.ts';
import { footerLine } from './footer.ts';
import { connectionText, headerLine } from './header.ts';
import { helpLines } from './help-lines.ts';
import { type Layout, layoutOf } from './layout.ts';
import { listLines } from './list-lines.ts';
import { joinSide } from './side.ts';
import { mergedLine, tabsLine } from './tabs.ts';

/** The whole screen: exactly as many lines as the terminal has rows, none wider than its columns. */
export const screenLines = (state: AppState): readonly Line[] => {
  const layout = layoutOf(state);
  if (layout.isTooSmall) return pageOf([tooSmallLine(state, layout.columns)], 0, layout.rows);
  const header = headerLine(state, layout.isMerged ? layout.columns - 14 : layout.columns);
  const top = layout.isMerged ? [mergedLine(state, header, layout.columns)] : [header, tabsLine(state, layout.columns)];
  return [...top, ...pageOf(bodyLines(state, layout), 0, layout.bodyHeight), footerLine(state, layout.columns)];
};

const tooSmallLine = (state: AppState, columns: number): Line => {
  const { data } = state;
  return lineOf([span(`${connectionText(state).text} · ${data.alerts.length} alerts · ${waitingCount(state)} waiting · q quit`)], columns);
};

const bodyLines = (state: AppState, layout: Layout): readonly Line[] => {
  const { columns, bodyHeight } = layout;
  if (state.dialog !== undefined) return dialogLines(state, state.dialog);
  if (state.overlay?.kind === 'help') return scrolled('keys of this view', helpLines(state, columns), state.overlay.scroll, state, layout);
  if (state.overlay?.kind === 'detail')
    return scrolled('detail', detailLines(state, state.lists[state.view].selectedKey, columns), state.overlay.scroll, state, layout);
  const list = listLines(state);
  const { detail } = layout;
  if (detail.where === 'none') return list;
  const details = detailLines(state, state.detail.shownKey, detail.width);
  const pane = pageOf(details, 0, detail.height);
  if (detail.where === 'side') return joinSide(pageOf(list, 0, bodyHeight), pane, layout.listWidth, state.settings.glyphs.bar);
  const hidden = details.length - detail.height;
  return [...list, ruleOf(hidden > 0 ? `detail · Enter shows ${hidden} more lines` : 'detail', state.settings.glyphs.rule, columns), ...pane];
};

const scrolled = (title: string, lines: readonly Line[], scroll: number, state: AppState, layout: Layout): readonly Line[] => {
  const height = layout.bodyHeight - 1;
  const below = maxScroll(lines, height) - Math.min(scroll, maxScroll(lines, height));
  const more = below > 0 ? `${title} · ${below} more lines below` : title;
  return [ruleOf(more, state.settings.glyphs.rule, layout.columns), ...pageOf(lines, Math.min(scroll, maxScroll(lines, height)), height)];
};
