import type { Clock } from '../domain/clock.ts';
import type { SensorHealth } from '../workers/contract.ts';

/** Knows whether everything that must turn still turns. */
export type Heartbeat = {
  /** This part has just come round. */
  readonly beat: (part: string) => void;
  /** Parts that have not come round for too long. */
  readonly stalled: () => readonly string[];
};

/** A heartbeat over the named parts, each of which has until `limitMs` from now to come round first. */
export const createHeartbeat = (options: {
  readonly parts: readonly string[];
  readonly limitMs: number;
  readonly clock: Clock;
  readonly sensor: () => SensorHealth;
}): Heartbeat => {
  const { clock } = options;
  const last = new Map<string, number>([...options.parts, SENSOR].map((part) => [part, clock.monotonic()]));
  let seen: SensorHealth | undefined;
  const lookAtSensor = (): void => {
    const health = options.sensor();
    const isMoving = health.inFlight === 0 || health.lines !== seen?.lines || health.restarts !== seen.restarts;
    seen = health;
    if (isMoving) last.set(SENSOR, clock.monotonic());
  };
  return {
    beat: (part) => {
      if (last.has(part)) last.set(part, clock.monotonic());
    },
    stalled: () => {
      lookAtSensor();
      return [...last].filter(([, at]) => clock.monotonic() - at > options.limitMs).map(([part]) => part);
    },
  };
};

const SENSOR = 'sensor';
