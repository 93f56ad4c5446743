import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeFinding } from '../../src/workers/complete-finding.ts';
import { createRepeatHolder } from '../../src/workers/repeat-holder.ts';
import { createToyModule, eventOf } from './kit.ts';

const { manifest } = createToyModule('toy');
const finding = (subject: string, severity: 'HIGH' | 'CRITICAL' = 'HIGH', id = 'e') =>
  completeFinding(manifest, { type: 'many', severity, description: 'd', event: eventOf({ id }), subject, evidence: { rule: 'toy/many' } });

describe('repeats of findings', () => {
  test('pass at once while there is no flood', () => {
    const holder = createRepeatHolder(10);
    for (let round = 0; round < 10; round += 1) expect(holder.release([finding('a')], round * 10)).toHaveLength(1);
    expect(holder.held()).toBe(0);
  });

  test('are added up in a flood and pass in the next second with their count', () => {
    const holder = createRepeatHolder(2);
    holder.release([finding('a'), finding('b')], 0);
    expect(holder.release([finding('a', 'HIGH', 'e1')], 10)).toEqual([]);
    expect(holder.release([finding('a', 'HIGH', 'e2')], 20)).toEqual([]);
    const late = holder.release([], 1000);
    expect(late.map((one) => [one.foldKey, one.count, one.eventIds])).toEqual([['toy:many:a', 2, ['e1', 'e2']]]);
  });

  test('never hold back what is new or worse', () => {
    const holder = createRepeatHolder(1);
    holder.release([finding('a')], 0);
    expect(holder.release([finding('a')], 1)).toHaveLength(0);
    expect(holder.release([finding('new')], 2)).toHaveLength(1);
    const worse = holder.release([finding('a', 'CRITICAL')], 3);
    expect(worse.map((one) => [one.severity, one.count])).toEqual([['CRITICAL', 2]]);
    expect(holder.release([finding('a', 'HIGH')], 4)).toHaveLength(0);
  });

  test('of another address are new, even with the same key', () => {
    const holder = createRepeatHolder(1);
    const from = (ip: string) => ({ ...finding('user:root'), entities: { ip } });
    holder.release([from('203.0.113.7')], 0);
    expect(holder.release([from('203.0.113.8')], 1).map((one) => one.entities.ip)).toEqual(['203.0.113.8']);
    expect(holder.release([from('203.0.113.7'), from('203.0.113.8')], 2)).toEqual([]);
    expect(holder.held()).toBe(2);
  });

  test('are never lost: the counts add up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('HIGH' as const, 'CRITICAL' as const), fc.nat(500)), { maxLength: 80 }),
        (steps) => {
          const holder = createRepeatHolder(3);
          let now = 0;
          let passed = 0;
          for (const [subject, severity, wait] of steps) {
            now += wait;
            for (const one of holder.release([finding(subject, severity)], now)) passed += one.count;
          }
          for (const one of holder.release([], now + 1000)) passed += one.count;
          expect(passed).toBe(steps.length);
          expect(holder.held()).toBe(0);
        },
      ),
    );
  });
});
