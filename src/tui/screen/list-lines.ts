import type { AlertItem, AppState } from '../state/app-state.ts';
import { alertRows, approvalRows, type Rows, recordRows, type StatusRow, statusRows } from '../state/rows.ts';
import { EMPTY_LINE, type Line, lineOf, span } from '../text/line.ts';
import { alertColumns, approvalColumns, recordColumns, statusColumns } from './columns.ts';
import { layoutOf } from './layout.ts';
import { type Column, fitColumns, headLine, rowLine } from './table.ts';

/** Column heads and the visible rows of the current view: `listHeight + 1` lines, only what can be seen. */
export const listLines = (state: AppState): readonly Line[] => {
  switch (state.view) {
    case 'alerts':
      return tableLines(state, alertRows(state.data.alerts, state.filters.alerts.filter), alertColumns(state), gapLine);
    case 'approvals':
      return tableLines(state, approvalRows(state.data.approvals, state.filters.approvals.filter), approvalColumns(state));
    case 'history':
      return tableLines(state, recordRows(state.data.records, state.filters.history.filter), recordColumns(state));
    case 'status':
      return tableLines(
        state,
        state.data.status === undefined ? { items: [], keys: [] } : statusRows(state.data.status, state.filters.status.filter),
        statusColumns(state),
        headingLine,
      );
  }
};

// A row that is not a table row (a gap, a heading); undefined for ordinary items.
type SpecialLine<Item> = (item: Item, width: number) => Line | undefined;

const tableLines = <Item>(state: AppState, rows: Rows<Item>, columns: readonly Column<Item>[], special?: SpecialLine<Item>): readonly Line[] => {
  const { listWidth, listHeight } = layoutOf(state);
  const list = state.lists[state.view];
  const fitted = fitColumns(columns, listWidth);
  const lines: Line[] = [headLine(fitted, listWidth)];
  if (rows.items.length === 0) lines.push(lineOf([span(`  ${emptyText(state)}`, 'dim')], listWidth));
  const top = list.topKey === undefined ? 0 : Math.max(0, rows.keys.indexOf(list.topKey));
  const isStale = state.connection.state !== 'live';
  for (let index = top; index < Math.min(rows.items.length, top + listHeight); index += 1) {
    const item = rows.items[index];
    if (item === undefined) break;
    const isSelected = rows.keys[index] === list.selectedKey;
    const drawn = special?.(item, listWidth);
    lines.push(
      drawn === undefined
        ? rowLine(fitted, item, { width: listWidth, marker: state.settings.glyphs.selected, isSelected, isStale })
        : isSelected
          ? lineOf(drawn.spans, listWidth, true)
          : drawn,
    );
  }
  while (lines.length < listHeight + 1) lines.push(EMPTY_LINE);
  return lines.slice(0, listHeight + 1);
};

const emptyText = (state: AppState): string => {
  if (state.filters[state.view].filter.length > 0) return 'nothing matches the filter (Esc clears it)';
  if (state.data.status === undefined) return 'waiting for the daemon';
  return { alerts: 'no alerts', approvals: 'nothing waits for a decision', history: 'no records yet', status: '' }[state.view];
};

const gapLine: SpecialLine<AlertItem> = (item, width) =>
  item.gap === undefined
    ? undefined
    : lineOf([span(`  — ${item.gap.missed > 0 ? `${item.gap.missed} messages` : 'messages'} not shown (slow link or daemon restart) —`, 'warn')], width);

const headingLine: SpecialLine<StatusRow> = (row, width) => {
  if (row.kind === 'heading') return lineOf([span('  '), span(row.name, 'heading'), span(row.detail === '' ? '' : ` ${row.detail}`, 'dim')], width);
  return row.kind === 'limit' ? lineOf([span(`    ${row.detail}`, 'plain')], width) : undefined;
};
