import { describe, expect, test } from 'vitest';
import { createHeartbeat } from '../../src/daemon/heartbeat.ts';
import type { SensorHealth } from '../../src/workers/contract.ts';

const idle: SensorHealth = { restarts: 0, inFlight: 0, lines: 0, parsed: 0, dropped: 0, lagMs: 0 };
const make = () => {
  let now = 0;
  let health = idle;
  const heartbeat = createHeartbeat({ parts: ['expire', 'status'], limitMs: 1000, clock: { now: () => now, monotonic: () => now }, sensor: () => health });
  return {
    ...heartbeat,
    pass: (ms: number) => {
      now += ms;
    },
    sensor: (next: Partial<SensorHealth>) => {
      health = { ...health, ...next };
    },
  };
};

describe('the heartbeat', () => {
  test('is well while each part comes round in time', () => {
    const heart = make();
    for (let round = 0; round < 5; round += 1) {
      heart.pass(900);
      heart.beat('expire');
      heart.beat('status');
      expect(heart.stalled()).toEqual([]);
    }
  });

  test('names the part that does not come round any more, and forgets that when it does', () => {
    const heart = make();
    heart.pass(1001);
    heart.beat('status');
    expect(heart.stalled()).toEqual(['expire']);
    heart.beat('expire');
    expect(heart.stalled()).toEqual([]);
  });

  test('a sensor with work that does not move is stalled; one that moves, restarts or has nothing to do is not', () => {
    const heart = make();
    const pass = (change: Partial<SensorHealth>): readonly string[] => {
      heart.sensor(change);
      heart.pass(600);
      heart.beat('expire');
      heart.beat('status');
      return heart.stalled();
    };
    expect(pass({ inFlight: 3, lines: 1 })).toEqual([]);
    expect(pass({})).toEqual([]);
    expect(pass({})).toEqual(['sensor']);
    expect(pass({ restarts: 1 })).toEqual([]);
    expect(pass({ lines: 2 })).toEqual([]);
    expect(pass({})).toEqual([]);
    expect(pass({ inFlight: 0 })).toEqual([]);
    expect(pass({})).toEqual([]);
  });
});
