import type { ChildView, Root } from '../actors/root.ts';
import type { Clock } from '../domain/clock.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Finding } from '../domain/finding.ts';
import { newHabit, nextHabit, type SourceAlarm, type SourceHabit } from '../domain/source-health.ts';
import { numberIn } from './status.ts';

const MAX_SOURCES = 512;
const LOOK_MS = 10_000;

/**
 * Watches what every source usually does, and finds those that fall silent or are suddenly hardly understood: a log that nobody reads
 * protects nobody. What is usual is learned anew by each daemon, over an hour at least.
 */
export const createSourceAlarms = (dependencies: {
  readonly root: Pick<Root, 'children'>;
  readonly clock: Clock;
  readonly raise: (finding: Finding) => void;
}) => {
  const { root, clock, raise } = dependencies;
  const habits = new Map<string, { habit: SourceHabit; lines: number; events: number }>();
  let nextLook = 0;

  const lookAt = (child: ChildView, now: number): void => {
    const { id } = child.record.spec;
    const lines = numberIn(child, 'lines');
    const events = numberIn(child, 'parsed');
    const known = habits.get(id);
    if (known === undefined) {
      if (habits.size < MAX_SOURCES) habits.set(id, { habit: newHabit(now), lines, events });
      return;
    }
    // Counts that went back are those of an actor that started afresh.
    const isFresh = lines < known.lines;
    const look = { now, lines: isFresh ? lines : lines - known.lines, events: isFresh ? events : Math.max(events - known.events, 0) };
    const before = known.habit;
    const { habit, alarms } = nextHabit(before, look);
    habits.set(id, { habit, lines, events });
    for (const alarm of alarms) raise(findingOf(alarm, id.slice('collector:'.length), before, now));
  };

  return {
    look: (): void => {
      const now = clock.now();
      if (clock.monotonic() < nextLook) return;
      nextLook = clock.monotonic() + LOOK_MS;
      const files = root.children().filter(({ record }) => record.spec.kind === 'collector' && record.spec.input.grammar !== undefined);
      const there = new Set(files.map(({ record }) => record.spec.id));
      for (const id of habits.keys()) if (!there.has(id)) habits.delete(id);
      for (const child of files) lookAt(child, now);
    },
  };
};

const findingOf = (alarm: SourceAlarm, source: string, habit: SourceHabit, now: number): Finding => {
  const isSilent = alarm === 'silent';
  const title = isSilent ? `${source} is silent` : `${source} is hardly understood any more`;
  const description = isSilent
    ? `No line came for ${formatDuration(now - habit.lastAt)}; its longest pause so far was ${formatDuration(habit.longestGap)}.`
    : `Of the last ${habit.recentLines} lines and more, ${habit.recentEvents} gave an event; it used to be ${Math.round((habit.events / habit.lines) * 100)} of 100.`;
  return {
    module: 'collector',
    type: isSilent ? 'source_silent' : 'source_unread',
    severity: 'MEDIUM',
    title,
    description,
    at: now,
    entities: {},
    eventIds: [],
    evidence: { rule: `collector/${isSilent ? 'source_silent' : 'source_unread'}`, counters: { lines: habit.lines, events: habit.events } },
    mitre: ['T1562.001'],
    mitigations: ['See `1sec collect list`, and `1sec collect test` with the file: the service may have stopped, moved its log or changed its format.'],
    foldKey: `collector:${alarm}:${source}`,
    count: 1,
    isClaim: false,
  };
};
