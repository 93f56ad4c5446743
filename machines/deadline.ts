/** A wait of this machine: `at` is its stored end (if any), `before` the instant of the last tick, `now` of this one; ms. */
export type Wait = { readonly at: number | undefined; readonly before: number; readonly now: number; readonly waitMs: number };

/**
 * The end of a wait for an answer, corrected for what happened to the clock: a wait that has no end yet, that we slept
 * through (stopped or suspended longer than the wait itself, and started anew with us), or that a clock set back has
 * pushed out of reach, ends `waitMs` from now.
 */
export const deadlineOf = (wait: Wait): number => {
  if (wait.at === undefined || hasSlept(wait.before, wait.now, wait.waitMs) || wait.at - wait.now > wait.waitMs) return wait.now + wait.waitMs;
  return wait.at;
};

/** True when the ticks paused longer than `longestMs`: the daemon was down or the machine suspended. */
export const hasSlept = (before: number, now: number, longestMs: number): boolean => before > 0 && now - before > longestMs;
