import type { PendingRollbackJson } from '../../protocol/schemas.ts';
import type { AppState } from '../state/app-state.ts';
import { enforcementWord } from '../state/rows.ts';
import { waitingCount } from '../state/selectors.ts';
import { type Line, lineOf, type Span, span, spansWidth, type Tone } from '../text/line.ts';
import { clockTime, durationText } from '../text/times.ts';

type Part = { readonly spans: readonly Span[] /** The highest goes first when there is no room. */; readonly rank: number };

/** Connection, mode and what waits; what matters least leaves first on a narrow screen. */
export const headerLine = (state: AppState, width: number): Line => lineOf(fitParts(partsOf(state), width), width);

/** The connection in words: `● live`, `◐ reconnecting 12 s`, `○ offline since 14:02:11`. */
export const connectionText = (state: AppState): { readonly text: string; readonly tone: Tone } => {
  const { glyphs } = state.settings;
  const { connection } = state;
  const age = durationText(state.now - connection.since);
  switch (connection.state) {
    case 'live':
      return { text: `${glyphs.live} live`, tone: 'ok' };
    case 'connecting':
      return { text: `${glyphs.busy} connecting ${age}`, tone: 'warn' };
    case 'reconnecting':
      return { text: `${glyphs.busy} reconnecting ${age}`, tone: 'warn' };
    case 'stale':
      return { text: `${glyphs.offline} offline since ${clockTime(new Date(connection.since).toISOString(), state.now)}`, tone: 'danger' };
  }
};

const partsOf = (state: AppState): readonly Part[] => {
  const { glyphs, isReadOnly } = state.settings;
  const { status, dropped } = state.data;
  const link = connectionText(state);
  const waiting = waitingCount(state);
  const parts: Part[] = [
    { spans: [span('1sec', 'heading')], rank: 7 },
    { spans: [span(link.text, link.tone)], rank: 0 },
  ];
  if (status !== undefined) {
    const word = enforcementWord(status);
    const lost = status.sensor.dropped + dropped;
    const missing = status.modules_total - status.modules_running;
    parts.push({ spans: [span(word, word === 'LIVE' ? 'warn' : 'accent')], rank: 1 });
    const pending = status.enforcement.pending_rollback;
    if (pending !== undefined) parts.push({ spans: [span(`${glyphs.warn} back to ${backTo(state.now, pending)}: C keeps it`, 'danger')], rank: 1 });
    if (status.status === 'degraded') parts.push({ spans: [span(`${glyphs.warn} degraded`, 'warn')], rank: 3 });
    parts.push({ spans: [span(status.hostname, 'plain', 64)], rank: 4 });
    parts.push({ spans: [span(`preset ${status.enforcement.preset}`)], rank: 6 });
    const warning = missing > 0 ? span(` ${glyphs.warn}${missing}`, 'warn') : span('');
    parts.push({ spans: [span(`modules ${status.modules_running}/${status.modules_total}`), warning], rank: 5 });
    if (lost > 0) parts.push({ spans: [span(`${glyphs.warn} ${lost} dropped`, 'warn')], rank: 3 });
  }
  if (waiting > 0) parts.push({ spans: [span(`${glyphs.waiting} ${waiting} waiting`, 'warn')], rank: 2 });
  parts.push(isReadOnly ? { spans: [span('read-only', 'accent')], rank: 2 } : { spans: [span('read-write', 'dim')], rank: 8 });
  return parts;
};

const backTo = (now: number, pending: PendingRollbackJson): string =>
  `${pending.dry_run ? 'dry run' : pending.preset} in ${durationText(Math.max(0, Date.parse(pending.deadline) - now))}`;

const GAP = span('  ');

const fitParts = (parts: readonly Part[], width: number): readonly Span[] => {
  let kept = parts;
  while (kept.length > 1 && widthOfParts(kept) > width) {
    const worst = Math.max(...kept.map((part) => part.rank));
    kept = kept.filter((part) => part.rank !== worst);
  }
  return kept.flatMap((part, index) => (index === 0 ? part.spans : [GAP, ...part.spans]));
};

const widthOfParts = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + spansWidth(part.spans), 0) + 2 * Math.max(0, parts.length - 1);
