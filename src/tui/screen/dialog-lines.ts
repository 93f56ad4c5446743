import { VIEW_GRACE_MS } from '../../domain/approval-time.ts';
import type { AppState } from '../state/app-state.ts';
import type { Dialog } from '../state/dialog-state.ts';
import { EMPTY_LINE, type Line, lineOf, ruleOf, type Span, span } from '../text/line.ts';
import { countdownText, msUntil } from '../text/times.ts';
import { leaseText } from './alert-facts.ts';
import { approvalFacts } from './approval-facts.ts';
import { type Fact, factLines, maxScroll, pageOf } from './facts.ts';
import { layoutOf } from './layout.ts';

/** Rows of a dialog that never scroll away: its title, the reason, the line of answers. */
const FIXED_ROWS = 3;

/** What scrolls inside the dialog and how far; the end must have been seen before `y` counts. */
export const dialogPage = (state: AppState, dialog: Dialog): { readonly lines: readonly Line[]; readonly height: number; readonly maxScroll: number } => {
  const { columns, bodyHeight } = layoutOf(state);
  const lines = factLines(factsOf(state, dialog), columns);
  const height = Math.max(1, bodyHeight - FIXED_ROWS);
  return { lines, height, maxScroll: maxScroll(lines, height) };
};

/** The dialog over the whole body: exactly `bodyHeight` lines. */
export const dialogLines = (state: AppState, dialog: Dialog): readonly Line[] => {
  const { columns, bodyHeight } = layoutOf(state);
  const page = dialogPage(state, dialog);
  const scroll = Math.min(dialog.scroll, page.maxScroll);
  const lines = [
    ruleOf(titleOf(dialog), state.settings.glyphs.rule, columns),
    ...pageOf(page.lines, scroll, page.height),
    reasonLine(dialog, columns),
    answerLine(state, dialog, page.maxScroll - scroll, columns),
  ];
  // The answers stay at the bottom even where there is not room for everything.
  return lines.length > bodyHeight ? lines.slice(lines.length - bodyHeight) : lines;
};

const titleOf = (dialog: Dialog): string =>
  ({ approve: 'approve this action?', reject: 'reject this action?', undo: 'take this action back?' })[dialog.subject.kind];

const factsOf = (state: AppState, dialog: Dialog): readonly Fact[] => {
  const { subject } = dialog;
  if (subject.kind !== 'undo') return approvalFacts(subject.approval, subject.alert, state.settings.glyphs);
  const { lease } = subject;
  return [
    { name: '', text: `${lease.action} ${lease.target}`, tone: 'heading' },
    { name: 'in force', text: leaseText(lease) },
    { name: 'module', text: lease.module },
    { name: 'undo', text: 'the effect is removed and checked; this cannot itself be undone from here' },
    { name: 'id', text: lease.id },
  ];
};

const reasonLine = (dialog: Dialog, width: number): Line => {
  if (dialog.phase === 'typing') return lineOf([span(' reason  ', 'accent'), span(dialog.reason.slice(-Math.max(8, width - 11))), span('▏', 'accent')], width);
  return dialog.reason === '' ? EMPTY_LINE : lineOf([span(' reason  ', 'dim'), span(dialog.reason)], width);
};

const answerLine = (state: AppState, dialog: Dialog, linesBelow: number, width: number): Line => {
  const { glyphs } = state.settings;
  switch (dialog.phase) {
    case 'sending':
      return lineOf([span(` ${glyphs.busy} sent, waiting for the daemon`, 'warn'), span('   Esc leaves, it goes on', 'dim')], width);
    case 'over':
      return lineOf([span(` ${glyphs.warn} ${dialog.note}`, 'danger'), span(`   ${glyphs.enter} close`, 'dim')], width);
    case 'typing':
      return lineOf([span(` ${glyphs.enter} done`, 'accent'), span('   Esc no reason', 'dim')], width);
    case 'asking':
      return lineOf(askingSpans(state, dialog, linesBelow), width);
  }
};

const timeSpan = (left: number): Span =>
  left > 0 ? span(`   expires in ${countdownText(left)}`, 'dim') : span(`   its time is over: answer within ${countdownText(left + VIEW_GRACE_MS)}`, 'warn');

const askingSpans = (state: AppState, dialog: Dialog, linesBelow: number): readonly Span[] => {
  const { glyphs } = state.settings;
  const verb = { approve: 'approve', reject: 'reject', undo: 'undo' }[dialog.subject.kind];
  const spans: Span[] = [span(` ${glyphs.selected}[ Cancel ${glyphs.enter} ]`, 'heading')];
  spans.push(linesBelow > 0 ? span(`   j ${linesBelow} more lines, then y ${verb}`, 'warn') : span(`   y ${verb}`, 'accent'), span('   r reason', 'dim'));
  if (dialog.note !== '') spans.push(span(`   ${dialog.note}`, 'danger'));
  else if (dialog.subject.kind !== 'undo') spans.push(timeSpan(msUntil(dialog.subject.approval.expires_at, state.now)));
  return spans;
};
