/** Time as a parameter. `now` is wall-clock ms since the epoch (records, expiry); `monotonic` is ms for waits and windows. */
export type Clock = {
  readonly now: () => number;
  readonly monotonic: () => number;
};

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** A clock that stands still until it is told to move: for tests and for replaying old logs on the events' own time. */
export const createManualClock = (start = 0): Clock & { readonly advance: (ms: number) => void; readonly set: (ms: number) => void } => {
  let current = start;
  return {
    now: () => current,
    monotonic: () => current,
    advance: (ms) => {
      current += ms;
    },
    set: (ms) => {
      current = ms;
    },
  };
};
