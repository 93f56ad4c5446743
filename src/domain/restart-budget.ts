/**
 * How often a child may be restarted: at most `intensity` restarts in any `periodMs`, each after a pause that grows from
 * `first` by `factor` up to `max`. Shape and meaning of the budget: Erlang/OTP supervisor, intensity and period.
 */
export type RestartPolicy = {
  readonly intensity: number;
  readonly periodMs: number;
  readonly backoffMs: { readonly first: number; readonly max: number; readonly factor: number };
};

/** What to do about a failure at one moment. `recent` are the restarts that still count, oldest first. */
export type RestartPlan =
  | { readonly kind: 'restart'; readonly at: number; readonly recent: readonly number[] }
  | { readonly kind: 'park'; readonly because: string; readonly recent: readonly number[] };

/** Plans the next restart after a failure at `now` (ms), or parks when the budget is spent. */
export const planRestart = (policy: RestartPolicy, restarts: readonly number[], now: number): RestartPlan => {
  const recent = recentRestarts(policy, restarts, now);
  if (recent.length >= policy.intensity) return { kind: 'park', because: spentText(policy), recent };
  return { kind: 'restart', at: now + backoffMs(policy, recent.length), recent };
};

/**
 * Restarts that still count at `now`. Instants from the future (the clock was set back) are taken as `now`: they keep
 * counting for one period and no longer.
 */
export const recentRestarts = (policy: RestartPolicy, restarts: readonly number[], now: number): readonly number[] =>
  restarts.map((at) => Math.min(at, now)).filter((at) => at > now - policy.periodMs);

/** The pause before the restart after `count` earlier ones, ms. */
export const backoffMs = (policy: RestartPolicy, count: number): number =>
  Math.min(policy.backoffMs.max, policy.backoffMs.first * policy.backoffMs.factor ** count);

/** True when a planned restart is due, or lies further ahead than any pause can be because the clock was set back. */
export const isRestartDue = (policy: RestartPolicy, at: number, now: number): boolean => now >= at || at - now > policy.backoffMs.max;

/** True when a child that always fails at once is parked in the end: its pauses do not outlast the period. */
export const canBeSpent = (policy: RestartPolicy): boolean => {
  const pauses = Array.from({ length: policy.intensity }, (_, count) => backoffMs(policy, count));
  return pauses.reduce((sum, pause) => sum + pause, 0) < policy.periodMs;
};

const spentText = (policy: RestartPolicy): string => `restarted ${policy.intensity} times within ${Math.round(policy.periodMs / 1000)} s and failed again`;
