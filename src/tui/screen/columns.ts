import type { AlertJson, ApprovalJson, RecordJson } from '../../protocol/schemas.ts';
import type { AlertItem, AppState } from '../state/app-state.ts';
import { type StatusRow, sourceOf } from '../state/rows.ts';
import type { Tone } from '../text/line.ts';
import { clockTime, durationText, msUntil } from '../text/times.ts';
import { layoutOf } from './layout.ts';
import { severityText, severityTone } from './severity-text.ts';
import type { Column } from './table.ts';

const ofAlert =
  (text: (alert: AlertJson) => string) =>
  (item: AlertItem): string =>
    item.alert === undefined ? '' : text(item.alert);

/** Time, severity, module, source, what, count. */
export const alertColumns = (state: AppState): readonly Column<AlertItem>[] => {
  const isNarrow = layoutOf(state).listWidth < 60;
  const severityOf = (item: AlertItem): Tone => (item.alert === undefined ? 'plain' : severityTone(item.alert.severity));
  const isDone = (item: AlertItem): boolean => item.alert !== undefined && item.alert.status !== 'OPEN';
  return [
    { head: 'TIME', width: 8, minColumns: 60, text: ofAlert((alert) => clockTime(alert.last_seen, state.now)), tone: () => 'dim' },
    {
      head: isNarrow ? '' : 'SEV',
      width: isNarrow ? 1 : 6,
      minColumns: 0,
      text: ofAlert((alert) => (isNarrow ? state.settings.glyphs.severity[alert.severity] : severityText(state.settings.glyphs, alert.severity))),
      tone: severityOf,
    },
    { head: 'MODULE', width: 14, minColumns: 80, text: ofAlert((alert) => alert.module) },
    { head: 'SOURCE', width: 15, minColumns: 0, text: ofAlert(sourceOf) },
    {
      head: 'WHAT',
      width: 0,
      minColumns: 0,
      text: ofAlert((alert) => `${statusMark(state, alert)}${alert.title}`),
      tone: (item) => (isDone(item) ? 'dim' : 'plain'),
    },
    { head: 'n', width: 4, minColumns: 66, isRight: true, text: ofAlert((alert) => String(alert.count)), tone: () => 'dim' },
  ];
};

const statusMark = (state: AppState, alert: AlertJson): string => {
  if (alert.status === 'OPEN') return '';
  return alert.status === 'FALSE_POSITIVE' ? `${state.settings.glyphs.failed} ` : `${state.settings.glyphs.ok} `;
};

/** Severity, action, target, why, held, time left. */
export const approvalColumns = (state: AppState): readonly Column<ApprovalJson>[] => {
  const isNarrow = layoutOf(state).listWidth < 60;
  return [
    {
      head: isNarrow ? '' : 'SEV',
      width: isNarrow ? 1 : 6,
      minColumns: 0,
      text: (approval) => (isNarrow ? state.settings.glyphs.severity[approval.severity] : severityText(state.settings.glyphs, approval.severity)),
      tone: (approval) => severityTone(approval.severity),
    },
    { head: 'ACTION', width: 15, minColumns: 0, text: (approval) => approval.action },
    { head: 'TARGET', width: isNarrow ? 14 : 22, minColumns: 0, text: (approval) => approval.target, tone: () => 'heading' },
    { head: 'WHY', width: 0, minColumns: 60, text: (approval) => approval.title },
    { head: 'n', width: 4, minColumns: 66, isRight: true, text: (approval) => ((approval.count ?? 1) === 1 ? '' : String(approval.count)), tone: () => 'dim' },
    { head: 'VOTES', width: 5, minColumns: 80, text: votesText, tone: () => 'warn' },
    { head: 'HELD', width: 4, minColumns: 80, text: (approval) => (approval.held ? 'held' : ''), tone: () => 'warn' },
    {
      head: 'LEFT',
      width: isNarrow ? 0 : 10,
      minColumns: 0,
      isRight: true,
      text: (approval) => leftText(state, approval),
      tone: (approval) => leftTone(state, approval),
    },
  ];
};

const leftText = (state: AppState, approval: ApprovalJson): string => {
  if (approval.state !== 'pending') return approval.state;
  const left = msUntil(approval.expires_at, state.now);
  if (left <= 0) return 'expired';
  return left < 60_000 ? '< 1 min' : durationText(left);
};

/** Agreed of needed; empty where one word is enough. */
const votesText = ({ votes, votes_missing: missing = 0 }: ApprovalJson): string => (votes === undefined ? '' : `${votes.length}/${votes.length + missing}`);

const leftTone = (state: AppState, approval: ApprovalJson): Tone =>
  msUntil(approval.expires_at, state.now) < 60_000 || approval.reminded !== undefined ? 'warn' : 'dim';

/** Time, kind, action, target, who, why, verified. */
export const recordColumns = (state: AppState): readonly Column<RecordJson>[] => [
  { head: 'TIME', width: 8, minColumns: 0, text: (record) => clockTime(record.timestamp, state.now), tone: () => 'dim' },
  { head: 'KIND', width: 12, minColumns: 60, text: (record) => record.kind },
  { head: 'ACTION', width: 15, minColumns: 80, text: (record) => record.action ?? '' },
  { head: 'TARGET', width: 16, minColumns: 0, text: (record) => record.target ?? '-' },
  { head: 'WHO', width: 10, minColumns: 60, text: (record) => record.actor?.name ?? '-' },
  {
    head: 'WHY',
    width: 0,
    minColumns: 0,
    text: (record) => `${record.dry_run === true ? '(dry run) ' : ''}${record.outcome === undefined ? '' : `${record.outcome}: `}${record.reason}`,
  },
  { head: 'V', width: 1, minColumns: 0, text: (record) => verifiedGlyph(state, record), tone: verifiedTone },
];

const verifiedGlyph = (state: AppState, record: RecordJson): string => {
  switch (record.verification) {
    case 'verified':
      return state.settings.glyphs.ok;
    case 'failed':
      return state.settings.glyphs.failed;
    case 'unverified':
      return state.settings.glyphs.unknown;
    case undefined:
      return '';
  }
};

const verifiedTone = (record: RecordJson): Tone => (record.verification === 'verified' ? 'ok' : record.verification === 'failed' ? 'danger' : 'warn');

/** Name, state, detail. */
export const statusColumns = (state: AppState): readonly Column<StatusRow>[] => [
  { head: '  NAME', width: layoutOf(state).listWidth < 60 ? 16 : 26, minColumns: 0, text: (row) => `  ${row.name}` },
  { head: 'STATE', width: 12, minColumns: 0, text: (row) => row.state, tone: (row) => (row.isBad ? 'warn' : 'ok') },
  { head: 'DETAIL', width: 0, minColumns: 0, text: (row) => row.detail },
];
