/** What is known of one source's habits; plain data, kept in the store. Times are wall-clock ms. */
export type SourceHabit = {
  readonly firstAt: number;
  readonly lastAt: number;
  /** Looks at which lines had come. */
  readonly active: number;
  /** Longest pause between lines that was no alarm. */
  readonly longestGap: number;
  /** Counts before the present window, halved when they grow over `KEEP_LINES`. */
  readonly lines: number;
  readonly events: number;
  /** Counts of the present window. */
  readonly recentLines: number;
  readonly recentEvents: number;
  readonly isSilent: boolean;
  readonly isUnread: boolean;
};

/** What one look found: lines and events since the look before. */
export type SourceLook = { readonly now: number; readonly lines: number; readonly events: number };

/** `silent`: no lines for much longer than it ever paused. `unread`: lines come, but hardly any gives an event any more. */
export type SourceAlarm = 'silent' | 'unread';

const MIN_ACTIVE = 30;
const MIN_HISTORY_MS = 60 * 60_000;
const MIN_SILENCE_MS = 10 * 60_000;
const MAX_SILENCE_MS = 24 * 60 * 60_000;
const GAP_FACTOR = 4;
const WINDOW_LINES = 200;
const KEEP_LINES = 20_000;
const MIN_LINES = 500;
/** A share of events under this is too small to miss. */
const MIN_SHARE = 0.1;
const COLLAPSE = 20;

/** A source that was never seen to do anything. */
export const newHabit = (now: number): SourceHabit => ({
  firstAt: now,
  lastAt: now,
  active: 0,
  longestGap: 0,
  lines: 0,
  events: 0,
  recentLines: 0,
  recentEvents: 0,
  isSilent: false,
  isUnread: false,
});

/** How long this source may be silent; undefined while it has too little history to say. */
export const allowedSilenceMs = (habit: SourceHabit): number | undefined => {
  if (habit.active < MIN_ACTIVE || habit.lastAt - habit.firstAt < MIN_HISTORY_MS) return undefined;
  return Math.min(Math.max(habit.longestGap * GAP_FACTOR, MIN_SILENCE_MS), MAX_SILENCE_MS);
};

/** A habit after one look, and what it makes of it. Each alarm is given once until the source is well again. A clock that steps back counts as no time. */
export const nextHabit = (habit: SourceHabit, look: SourceLook): { readonly habit: SourceHabit; readonly alarms: readonly SourceAlarm[] } => {
  if (look.lines === 0) {
    const allowed = allowedSilenceMs(habit);
    const isSilent = habit.isSilent || (allowed !== undefined && look.now - habit.lastAt > allowed);
    return { habit: { ...habit, isSilent }, alarms: isSilent && !habit.isSilent ? ['silent'] : [] };
  }
  const gap = habit.active === 0 ? 0 : Math.max(look.now - habit.lastAt, 0);
  const spoken: SourceHabit = {
    ...habit,
    lastAt: Math.max(look.now, habit.lastAt),
    active: habit.active + 1,
    // A silence that was an alarm is not what it is used to, and an old record wears off.
    longestGap: habit.isSilent ? habit.longestGap : Math.max(gap, habit.longestGap * 0.999),
    isSilent: false,
    recentLines: habit.recentLines + look.lines,
    recentEvents: habit.recentEvents + look.events,
  };
  return spoken.recentLines < WINDOW_LINES ? { habit: spoken, alarms: [] } : closeWindow(spoken);
};

const closeWindow = (habit: SourceHabit): ReturnType<typeof nextHabit> => {
  const usual = habit.lines === 0 ? 0 : habit.events / habit.lines;
  const share = habit.recentEvents / habit.recentLines;
  const isUnread = habit.lines >= MIN_LINES && usual >= MIN_SHARE && share < usual / COLLAPSE;
  const emptied = { ...habit, recentLines: 0, recentEvents: 0, isUnread };
  // What is read badly is not learned: it must not become what is usual.
  if (isUnread) return { habit: emptied, alarms: habit.isUnread ? [] : ['unread'] };
  const scale = habit.lines > KEEP_LINES ? 0.5 : 1;
  return {
    habit: { ...emptied, lines: (habit.lines + habit.recentLines) * scale, events: (habit.events + habit.recentEvents) * scale },
    alarms: [],
  };
};
