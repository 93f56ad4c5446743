import type { AppState } from '../state/app-state.ts';

/** Where everything goes, in rows and columns. The parts always add up to the size of the terminal exactly. */
export type Layout = {
  readonly columns: number;
  readonly rows: number;
  /** One line of counts and nothing else; every key but quit is swallowed. */
  readonly isTooSmall: boolean;
  /** Header and tabs share a row. */
  readonly isMerged: boolean;
  readonly listWidth: number;
  /** Rows of the list, without its column heads. */
  readonly listHeight: number;
  readonly detail: { readonly where: 'none' | 'bottom' | 'side'; readonly width: number; readonly height: number };
  /** Rows between header and footer. */
  readonly bodyHeight: number;
};

/** The width and height ladder: side detail from 140 columns, bottom detail from 80, none below; under 16 rows header and tabs merge. */
export const layoutOf = (state: Pick<AppState, 'size' | 'view' | 'detail'>): Layout => {
  const columns = Math.max(1, Math.floor(state.size.columns));
  const rows = Math.max(1, Math.floor(state.size.rows));
  const isTooSmall = columns < 40 || rows < 8;
  const isMerged = rows < 16;
  const bodyHeight = Math.max(0, rows - (isMerged ? 2 : 3));
  const where = detailPlace(state, columns, rows);
  const bottomHeight = where === 'bottom' ? Math.max(4, Math.floor(rows * 0.35)) : 0;
  const sideWidth = where === 'side' ? Math.min(columns - MAIN_MIN - 1, Math.floor(columns * 0.42)) : 0;
  const listWidth = where === 'side' ? columns - sideWidth - 1 : columns;
  const listHeight = Math.max(1, bodyHeight - 1 - bottomHeight);
  const detail =
    where === 'bottom'
      ? { where, width: columns, height: bottomHeight - 1 }
      : where === 'side'
        ? { where, width: sideWidth, height: bodyHeight }
        : { where, width: columns, height: 0 };
  return { columns, rows, isTooSmall, isMerged, listWidth, listHeight, detail, bodyHeight };
};

const MAIN_MIN = 80;

const detailPlace = (state: Pick<AppState, 'view' | 'detail'>, columns: number, rows: number): 'none' | 'bottom' | 'side' => {
  if (state.view === 'status' || state.detail.placement === 'off' || rows < 16 || columns < 80) return 'none';
  return columns >= 140 && state.detail.placement === 'auto' ? 'side' : 'bottom';
};
